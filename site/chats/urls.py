from django.urls import path

from chats import views

urlpatterns = [
    path("topics/<slug:key>/", views.topic, name="topic"),
    path("tags/", views.tag_index, name="tags"),
    path("tags/<str:slug>/", views.tag, name="tag"),
]
