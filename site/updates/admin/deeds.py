"""What a press of a button does with an announcement. A GET asks, changing nothing."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView
from wagtail.admin import messages

from core.throttling import allows
from core.zones import shown_in
from outbox.admin.deeds import Deed, Refused
from updates import announcements
from updates.admin.forms import ScheduleForm, TestForm
from updates.admin.frame import SEND, OfAnnouncement, announcement_policy, site_time, site_zone
from updates.announcements import NotToBeSent, Reach

MOST_TESTS_AN_HOUR = 20


def will_go_to(reach: Reach) -> str:
    """Say to how many it goes, and how."""
    if not reach.total:
        return _("Nobody gets it by mail: nobody follows these lists yet.")
    said = ngettext(
        "It goes to %(n)d person who follows its lists.",
        "It goes to %(n)d people who follow its lists.",
        reach.total,
    ) % {"n": reach.total}
    if not reach.in_digests:
        return said
    how = _("%(at_once)d of them at once, %(later)d with their next daily or weekly mail.")
    return f"{said} {how % {'at_once': reach.at_once, 'later': reach.in_digests}}"


class Send(OfAnnouncement, Deed):
    permission_policy = announcement_policy
    permission_required = SEND
    template_name = "admin/updates/confirm.html"
    page_title = gettext_lazy("Send now")
    button = gettext_lazy("Send it now")

    @property
    def question(self) -> str:
        if self.announcement.is_sent:
            return _("It has been sent already.")
        return " ".join(
            [
                will_go_to(announcements.reach(self.announcement)),
                _("It will stand in the public archive. This cannot be taken back."),
            ]
        )

    def do(self) -> str:
        said = will_go_to(announcements.reach(self.announcement))
        try:
            announcements.send(self.announcement, self.request.user)
        except NotToBeSent as error:
            raise Refused(str(error)) from error
        return _("It is sent.") + " " + said


class Unschedule(OfAnnouncement, Deed):
    permission_policy = announcement_policy
    permission_required = SEND
    template_name = "admin/updates/confirm.html"
    page_title = gettext_lazy("Take the schedule back")
    button = gettext_lazy("Do not send it then")
    question = gettext_lazy("It will be a draft again, and not be sent by itself.")

    def do(self) -> str:
        if not announcements.unschedule(self.announcement, self.request.user):
            raise Refused(_("Nothing was changed: it was not scheduled, or is sent already."))
        return _("It is a draft again.")


class AnnouncementFormView(OfAnnouncement, FormView):
    """A form about one announcement that has not been sent."""

    template_name = "admin/updates/form.html"
    button = ""
    explanation = ""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if self.user_has_permission(self.permission_required) and self.announcement.is_sent:
            return self.say_sent()
        return super().dispatch(request, *args, **kwargs)

    def say_sent(self) -> HttpResponse:
        messages.warning(self.request, _("It has been sent already."))
        return redirect(self.back_url())

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class TestView(AnnouncementFormView):
    permission_required = "change"
    form_class = TestForm
    page_title = gettext_lazy("Send a test")
    button = gettext_lazy("Send the test")
    explanation = gettext_lazy(
        "The mail goes out at once as it stands, with [Test] before its subject. Its links to "
        "stop and to change lead to the page of all updates: nobody has links of their own in it."
    )

    def get_initial(self) -> dict[str, str]:
        return {"to": self.request.user.email}

    def form_valid(self, form: TestForm) -> HttpResponse:
        user: AbstractBaseUser = self.request.user
        if not allows("test of announcement", str(user.pk), MOST_TESTS_AN_HOUR, timedelta(hours=1)):
            form.add_error(None, _("That is a lot in one hour. Please test again a little later."))
            return self.form_invalid(form)
        to = form.cleaned_data["to"]
        announcements.send_test(self.announcement, to, user)
        said = ngettext(
            "The test is on its way to %(to)s.", "The tests are on their way to %(to)s.", len(to)
        )
        messages.success(self.request, said % {"to": ", ".join(to)})
        return redirect(self.back_url())


class ScheduleView(AnnouncementFormView):
    permission_required = SEND
    form_class = ScheduleForm
    page_title = gettext_lazy("Schedule")
    button = gettext_lazy("Schedule it")
    explanation = gettext_lazy(
        "It goes as it stands then. Until then you can change it, or take the schedule back."
    )

    def get_initial(self) -> dict:
        if not self.announcement.is_scheduled:
            return {}
        there = shown_in(self.announcement.send_at, settings.TIME_ZONE)
        return {"date": there.date(), "time": there.time()}

    def form_valid(self, form: ScheduleForm) -> HttpResponse:
        try:
            announcements.schedule(self.announcement, form.at, self.request.user)
        except NotToBeSent as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        said = _("It will be sent on %(time)s (%(zone)s).")
        messages.success(self.request, said % {"time": site_time(form.at), "zone": site_zone()})
        return redirect(self.back_url())
