"""How mail is, as staff are told it: above the list of mails, and on the admin's first page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from wagtail.admin.ui.components import Component

from outbox.admin.rights import mail_policy
from outbox.models import Batch, Mail, Outlet
from outbox.transports import open_transport


@dataclass(frozen=True)
class Condition:
    outlet: Outlet
    is_paused: bool
    batches: list[Batch]
    """Those that wait for a person."""

    @property
    def is_well(self) -> bool:
        return not (self.outlet.held_at or self.is_paused or self.batches)

    def waiting(self) -> int:
        return Mail.objects.waiting().count()

    def stays_here(self) -> bool:
        return open_transport().stays_here


def condition() -> Condition:
    outlet = Outlet.objects.filter(pk=1).first() or Outlet()
    until = outlet.paused_until
    return Condition(
        outlet=outlet,
        is_paused=until is not None and until > timezone.now(),
        batches=list(Batch.objects.paused().order_by("paused_at")),
    )


class TroublePanel(Component):
    """On the admin's first page, for those who may see mail, while it does not go as it should."""

    order = 50
    template_name = "admin/outbox/trouble.html"

    def __init__(self, user: AbstractBaseUser) -> None:
        self.user = user

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict:
        return {"condition": condition()}

    def render_html(self, parent_context: Mapping[str, Any] | None = None) -> str:
        if not mail_policy.user_has_any_permission(self.user, ["view", "change"]):
            return ""
        return super().render_html(parent_context)
