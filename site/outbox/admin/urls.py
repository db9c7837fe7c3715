from django.urls import path

from outbox.admin import deeds, lists, pages

app_name = "outbox"
urlpatterns = [
    path("", lists.MailsView.as_view(), name="index"),
    path("results/", lists.MailsView.as_view(results_only=True), name="results"),
    path("failed-again/", lists.SendFailedAgainView.as_view(), name="failed_again"),
    path("<int:pk>/", pages.mail, name="mail"),
    path("<int:pk>/html/", pages.mail_html, name="mail_html"),
    path("<int:pk>/again/", deeds.SendAgain.as_view(), name="again"),
    path("<int:pk>/do-not-send/", deeds.DoNotSend.as_view(), name="do_not_send"),
    path("release/", deeds.Release.as_view(), name="release"),
    path("give-up/", deeds.GiveUpAndRelease.as_view(), name="give_up"),
    path("try-now/", deeds.TryNow.as_view(), name="try_now"),
    path("go-on/<path:name>/", deeds.GoOn.as_view(), name="go_on"),
    path("addresses/", lists.AddressesView.as_view(), name="addresses"),
    path(
        "addresses/results/",
        lists.AddressesView.as_view(results_only=True),
        name="addresses_results",
    ),
    path("addresses/<int:pk>/reopen/", deeds.Reopen.as_view(), name="reopen"),
    path("addresses/<int:pk>/stop/", deeds.Stop.as_view(), name="stop"),
    path("messages/", pages.kinds, name="kinds"),
    path("messages/<slug:name>/", pages.kind, name="kind"),
    path("messages/<slug:name>/html/", pages.kind_html, name="kind_html"),
]
