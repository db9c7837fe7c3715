from django.urls import path

from people import views

app_name = "people"
urlpatterns = [
    path("people/<slug:slug>/", views.person, name="person"),
    path("teams/<slug:slug>/", views.team, name="team"),
]
