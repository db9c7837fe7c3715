from django.urls import path

from updates import archive, views

app_name = "updates"

urlpatterns = [
    path("", views.index, name="index"),
    path("follow/", views.follow, name="follow"),
    path("link/", views.send_link, name="link"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("mine/<str:token>/", views.mine, name="mine"),
    path("stop/<str:token>/", views.stop, name="stop"),
    path("stop-digests/<str:token>/", views.stop_digests, name="stop_digests"),
    path("lists/<slug:slug>/", archive.show_list, name="list"),
    path("lists/<slug:slug>/feed.xml", archive.feed, name="list_feed"),
    path("lists/<slug:slug>/<int:year>/<int:month>/", archive.show_list, name="month"),
    path("announcements/<slug:key>/", archive.show_announcement, name="announcement"),
]
