"""Where comments are written, read one by one, and followed."""

from django.urls import path, register_converter

from comments import feeds, views
from core.keys import ALPHABET


class KeyConverter:
    regex = f"[{ALPHABET}]{{12}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(KeyConverter, "comment")

app_name = "comments"
urlpatterns = [
    path("feed.xml", feeds.of_site, name="feed"),
    path("rules/", views.rules, name="rules"),
    path("on/<int:page>/", views.write, name="write"),
    path("on/<int:page>/stamp/", views.stamp, name="stamp"),
    path("on/<int:page>/feed.xml", feeds.of_page, name="page_feed"),
    path("proof/<str:token>/", views.prove, name="proof"),
    path("stop/<str:token>/", views.stop, name="stop"),
    path("<comment:key>/", views.permalink, name="comment"),
    path("<comment:key>/reply/", views.reply, name="reply"),
    path("<comment:key>/report/", views.report, name="report"),
    path("<comment:key>/edit/", views.edit, name="edit"),
    path("<comment:key>/yours/<str:token>/", views.yours, name="yours"),
]
