from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from wagtail.views import serve

from people import letters, views

app_name = "people"
urlpatterns = [
    path("people/<slug:slug>/", views.person, name="person"),
    path("people/<slug:slug>/write/", letters.write, name="write"),
    path("teams/<slug:slug>/", views.team, name="team"),
    path("libraries.json", views.libraries_json, name="libraries"),
    # Its first page is stored and holds no token: core.public_forms says what guards it.
    re_path(r"^((?:[\w\-]+/)+write/)$", csrf_exempt(serve)),
]
