from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from wagtail.views import serve

from chats import views

urlpatterns = [
    path("topics/<slug:key>/", views.topic, name="topic"),
    # Wagtail's own pattern lets no dot through to the routes of a page.
    re_path(r"^((?:[\w\-]+/)+[\w\-]+\.(?:csv|ics|json|txt|vtt|xml))$", serve),
    # Its first page is stored and holds no token: core.public_forms says what guards it.
    re_path(r"^((?:[\w\-]+/)+remove/)$", csrf_exempt(serve)),
]
