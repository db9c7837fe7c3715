"""What organisers see and do with the registrations of an event."""

from django.urls import path

from events.admin import attending, deeds, desk, mailing, people, printing, repeating, seats, zoom

app_name = "event_desk"
urlpatterns = [
    path("<int:pk>/", desk.DeskView.as_view(), name="desk"),
    path("<int:pk>/results/", desk.DeskView.as_view(results_only=True), name="results"),
    path("<int:pk>/add/", people.add, name="add"),
    path("<int:pk>/seats/", seats.seats, name="seats"),
    path("<int:pk>/mail/", mailing.mail, name="mail"),
    path("<int:pk>/copy/", deeds.copy, name="copy"),
    path("<int:pk>/repeat/", repeating.repeat, name="repeat"),
    path("<int:pk>/words/", repeating.give, name="words"),
    path("<int:pk>/export/", deeds.export, name="export"),
    path("<int:pk>/people/<int:number>/", people.person, name="person"),
    path("<int:pk>/people/<int:number>/cancel/", deeds.cancel, name="cancel"),
    path("<int:pk>/people/<int:number>/promote/", deeds.promote, name="promote"),
    path("<int:pk>/people/<int:number>/attendance/", deeds.attendance, name="attendance"),
    path("<int:pk>/attendance/", attending.attending, name="attending"),
    path("<int:pk>/zoom/", zoom.zoom, name="zoom"),
    path("<int:pk>/sheet/", printing.sheet, name="sheet"),
    path("<int:pk>/badges/", printing.badges, name="badges"),
    path("<int:pk>/head-count/", printing.head_count, name="head_count"),
]
