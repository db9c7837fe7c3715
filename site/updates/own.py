"""What somebody follows, for their own page."""

from django.utils.translation import gettext_lazy as _

from core.own_items import OwnItem, OwnItems
from outbox.addresses import key_of
from updates.following import Followed, find_followed
from updates.links import own_path
from updates.models import Subscription
from updates.searches import SEARCHES


def updates_of(email: str) -> list[OwnItem]:
    return _items(email, of_searches=False)


def searches_of(email: str) -> list[OwnItem]:
    return _items(email, of_searches=True)


def _items(email: str, *, of_searches: bool) -> list[OwnItem]:
    mine = Subscription.objects.active().filter(subscriber__email_key=key_of(email))
    found = mine.select_related("subscriber").order_by("pk")
    subscriptions = [one for one in found if (one.ref.kind == SEARCHES.kind) == of_searches]
    followed = find_followed(one.ref for one in subscriptions)
    return [_item(one, followed.get(one.ref)) for one in subscriptions]


def _item(subscription: Subscription, followed: Followed | None) -> OwnItem:
    return OwnItem(
        str(followed.title) if followed else subscription.title,
        href=followed.href if followed else "",
        state=subscription.get_pace_display(),
        deed=_("Change or stop"),
        deed_href=own_path(subscription.subscriber),
    )


OWN_UPDATES = OwnItems(_("Email updates"), _("You follow nothing by mail."), updates_of)
OWN_SEARCHES = OwnItems(_("Saved searches"), _("You have saved no search."), searches_of)
