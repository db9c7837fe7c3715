from django.urls import path, re_path
from wagtail.views import serve

from chats import views

urlpatterns = [
    path("topics/<slug:key>/", views.topic, name="topic"),
    path("tags/", views.tag_index, name="tags"),
    path("tags/<str:slug>/", views.tag, name="tag"),
    # Wagtail's own pattern lets no dot through to the routes of a page.
    re_path(r"^((?:[\w\-]+/)+(?:search|suggestions)\.json)$", serve),
]
