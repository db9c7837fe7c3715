"""What staff do for a subscriber: stop, send the link, ask an address. A GET asks first."""

import logging

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin

from core.zones import default_zone
from outbox.addresses import is_open
from outbox.admin.deeds import Deed, Refused
from outbox.models import LONGEST_ADDRESS
from updates import subscriptions
from updates.admin.frame import subscriber_policy
from updates.admin.subscribers import OfSubscriber, crumbs_to_list
from updates.following import Ref
from updates.forms import zones_with
from updates.models import EndedBy, Pace, Subscriber, Subscription
from updates.views import offered_groups

logger = logging.getLogger(__name__)


class SubscriberDeed(OfSubscriber, Deed):
    permission_policy = subscriber_policy
    permission_required = "change"
    header_icon = "user"


class Stop(SubscriberDeed):
    page_title = button = gettext_lazy("Stop it")

    @cached_property
    def subscription(self) -> Subscription:
        return get_object_or_404(self.subscriber.subscriptions, pk=self.kwargs["subscription"])

    @property
    def question(self) -> str:
        return _("%(address)s will get no more mail about “%(what)s”.") % {
            "address": self.subscriber.email,
            "what": self.subscription.title,
        }

    def do(self) -> str:
        if not subscriptions.stop([self.subscription], EndedBy.STAFF):
            raise Refused(_("It was stopped before."))
        return _("“%(what)s” is stopped.") % {"what": self.subscription.title}


class StopAll(SubscriberDeed):
    page_title = button = gettext_lazy("Stop all")

    @property
    def question(self) -> str:
        return _(
            "%(address)s will get none of these updates any more. To follow something again they "
            "must ask for it and confirm anew."
        ) % {"address": self.subscriber.email}

    def do(self) -> str:
        followed = self.subscriber.subscriptions.filter(ended_at=None)
        if not subscriptions.stop(followed, EndedBy.STAFF):
            raise Refused(_("All was stopped before."))
        return _("All is stopped.")


class SendLink(SubscriberDeed):
    page_title = button = gettext_lazy("Send them their link")

    @property
    def question(self) -> str:
        return _("%(address)s gets a mail with the link to what they follow.") % {
            "address": self.subscriber.email
        }

    def do(self) -> str:
        if not Subscriber.objects.active().filter(pk=self.subscriber.pk).exists():
            raise Refused(_("They follow nothing now, so there is no link to send."))
        if not is_open(self.subscriber.email):
            raise Refused(said_of_stopped())
        subscriptions.ask(self.subscriber.email, [], Pace.AT_ONCE)
        return _("The link is on its way, unless it went there a few minutes ago.")


class AddForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("Address"), max_length=LONGEST_ADDRESS)
    what = forms.MultipleChoiceField(
        label=gettext_lazy("What they follow"), widget=forms.CheckboxSelectMultiple
    )
    pace = forms.ChoiceField(
        label=gettext_lazy("How often"), choices=Pace.choices, widget=forms.RadioSelect
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time where they are"))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [
            (group.label, [(str(followed.ref), followed.title) for followed in group.things])
            for group in offered_groups()
        ]
        self.fields["time_zone"].choices = zones_with(default_zone())

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if not is_open(email):
            raise forms.ValidationError(said_of_stopped())
        return email


class AddView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):
    """Asks an address, as the public form does: nobody is subscribed by others."""

    permission_policy = subscriber_policy
    permission_required = "change"
    template_name = "admin/updates/subscriber_add.html"
    page_title = gettext_lazy("Add an address")
    header_icon = "group"
    form_class = AddForm

    def get_breadcrumbs_items(self) -> list[dict]:
        return [*crumbs_to_list(), {"url": "", "label": _("Add an address")}]

    def get_initial(self) -> dict[str, str]:
        return {"pace": Pace.AT_ONCE, "time_zone": default_zone()}

    def form_valid(self, form: AddForm) -> HttpResponse:
        said = form.cleaned_data
        refs = [Ref.read(text) for text in said["what"]]
        subscriptions.ask(said["email"], refs, said["pace"], said["time_zone"])
        logger.info("User %d asked an address to follow %d things", self.request.user.pk, len(refs))
        messages.success(
            self.request,
            _(
                "A mail goes to %(address)s. Who is new gets updates once they press the button "
                "in it; who follows something already gets these too, and is told so."
            )
            % {"address": said["email"]},
        )
        return redirect(reverse("subscribers:index"))

    def form_invalid(self, form: AddForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


def said_of_stopped() -> str:
    return _("Mail to this address is stopped. “Mail › Addresses” says why, and can open it again.")
