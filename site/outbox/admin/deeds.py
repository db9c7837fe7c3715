"""What a press of a button does: asked first when it comes as a link, done when it is sent."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin

from outbox import addresses, batches, outlet, resending
from outbox.admin.rights import address_policy, mail_policy
from outbox.models import Address, Batch, Mail, MailState, StopReason

logger = logging.getLogger(__name__)


class Refused(Exception):
    """It was not done. The message says why."""


class Deed(PermissionCheckedMixin, WagtailAdminTemplateMixin, View):
    template_name = "admin/outbox/confirm.html"
    permission_policy = mail_policy
    permission_required = "change"
    header_icon = "mail"
    question = ""

    def do(self) -> str:
        """Do it; return what to say of it. Raises Refused."""
        raise NotImplementedError

    def back_url(self) -> str:
        return reverse("outbox:index")

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseRedirect:
        try:
            done = self.do()
        except Refused as error:
            messages.error(request, str(error))
        else:
            logger.info("User %d: %s", request.user.pk, request.path)
            messages.success(request, done)
        return redirect(self.back_url())


class ToOneMail(Deed):
    @cached_property
    def mail(self) -> Mail:
        mails = Mail.objects.select_related("address").defer("packed")
        return get_object_or_404(mails, pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.mail.subject

    def back_url(self) -> str:
        return reverse("outbox:mail", args=[self.mail.pk])


class SendAgain(ToOneMail):
    page_title = button = gettext_lazy("Send again")

    @property
    def question(self) -> str:
        if self.mail.state == MailState.SENT:
            return _("%(to)s has been sent this. Shall the same go there once more?") % {
                "to": self.mail.address
            }
        return _("Shall this go to %(to)s after all?") % {"to": self.mail.address}

    def do(self) -> str:
        try:
            self.mail = resending.send_again(self.mail)
        except resending.NotSentAgain as error:
            raise Refused(str(error)) from error
        return _("It waits to be sent, and will leave within moments if nothing holds mail.")


class DoNotSend(ToOneMail):
    page_title = button = gettext_lazy("Do not send")
    question = gettext_lazy("It will not leave. You can still send it later.")

    def do(self) -> str:
        if not resending.do_not_send(self.mail):
            raise Refused(_("Too late: it has gone, or is being sent at this moment."))
        return _("It will not be sent.")


class Release(Deed):
    page_title = button = gettext_lazy("Release and send")
    drop_waiting = False

    @property
    def question(self) -> str:
        return ngettext(
            "Mail will leave from here on. %(n)d mail waits and goes first.",
            "Mail will leave from here on. %(n)d mails wait and go first.",
            self._waiting,
        ) % {"n": self._waiting}

    @property
    def _waiting(self) -> int:
        return Mail.objects.waiting().count()

    def do(self) -> str:
        self.count = outlet.release(drop_waiting=self.drop_waiting)
        return ngettext(
            "Mail is released. %(n)d mail leaves now.",
            "Mail is released. %(n)d mails leave now.",
            self.count,
        ) % {"n": self.count}


class GiveUpAndRelease(Release):
    page_title = button = gettext_lazy("Give up and release")
    drop_waiting = True

    @property
    def question(self) -> str:
        return ngettext(
            "%(n)d mail waits and will not be sent. What is written from now on leaves. Choose "
            "this where the site was restored and its mail may have left before.",
            "%(n)d mails wait and will not be sent. What is written from now on leaves. Choose "
            "this where the site was restored and its mail may have left before.",
            self._waiting,
        ) % {"n": self._waiting}

    def do(self) -> str:
        super().do()
        return ngettext(
            "Mail is released. %(n)d mail that waited is given up.",
            "Mail is released. %(n)d mails that waited are given up.",
            self.count,
        ) % {"n": self.count}


class TryNow(Deed):
    page_title = button = gettext_lazy("Try now")
    question = gettext_lazy("Shall the mail server be asked again at once?")

    def do(self) -> str:
        outlet.try_now()
        return _("The server is asked again within moments.")


class GoOn(Deed):
    page_title = button = gettext_lazy("Go on")
    question = gettext_lazy("Shall the rest of these mails be sent?")

    @cached_property
    def batch(self) -> Batch:
        return get_object_or_404(Batch, pk=self.kwargs["name"])

    def get_page_subtitle(self) -> str:
        return self.batch.name

    def do(self) -> str:
        batches.resume(self.batch)
        return _("The rest of “%(name)s” leaves now.") % {"name": self.batch.name}


class ToOneAddress(Deed):
    permission_policy = address_policy

    @cached_property
    def address(self) -> Address:
        return get_object_or_404(Address, pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.address.email

    def back_url(self) -> str:
        return reverse("outbox:addresses")


class Reopen(ToOneAddress):
    page_title = button = gettext_lazy("Send there again")

    @property
    def question(self) -> str:
        if self.address.stop_reason == StopReason.COMPLAINED:
            return _(
                "Its owner reported a mail of ours as spam. Send there again only if they ask for "
                "it: a second report harms all our mail."
            )
        return _("Mails written from now on will go there. If they come back, it stops again.")

    def do(self) -> str:
        addresses.reopen(self.address)
        return _("Mail goes to %(address)s again.") % {"address": self.address}


class Stop(ToOneAddress):
    page_title = button = gettext_lazy("Stop")
    question = gettext_lazy("Nothing will be sent there any more, not even what waits now.")

    def do(self) -> str:
        addresses.stop(self.address, StopReason.STAFF)
        return _("Nothing is sent to %(address)s any more.") % {"address": self.address}
