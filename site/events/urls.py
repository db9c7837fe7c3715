"""Where registered people see, change and use what is theirs."""

from django.urls import path

from events import certificate_views, views

app_name = "registrations"
urlpatterns = [
    path("on/<int:page>/", views.register, name="register"),
    path("on/<int:page>/stamp/", views.stamp, name="stamp"),
    path("links/", views.send_links, name="links"),
    path("party/<str:token>/", views.party, name="party"),
    path("mine/<str:token>/", views.mine, name="mine"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("join/<str:token>/", views.join, name="join"),
    path("series/<str:token>/", views.follower, name="follower"),
    path("certificate/<str:token>/", certificate_views.certificate, name="certificate"),
    path("year/<str:token>/", certificate_views.year_certificate, name="year_certificate"),
    path("check/", certificate_views.check, name="check"),
    path("check/<str:code>/", certificate_views.check_code, name="check_code"),
]
