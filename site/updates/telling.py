"""Mails to subscribers. Each is written in the transaction of the deed it speaks of."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from itertools import groupby

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.text import clean_line
from core.throttling import allows
from core.timestamps import Moment, format_stamp
from core.zones import shown_in
from outbox.headers import ListHeaders
from outbox.messages import post_if_address
from updates import links, mails, searches
from updates.following import Followed, find_followed
from updates.models import Notice, Subscriber, Subscription
from updates.sources import News, Source

REPEATED_AFTER = timedelta(hours=1)
"""How often somebody may have their link again, or be told anew what they follow already."""
MOST_MOMENTS = 12
"""Topics of a recording in a mail about it; in a digest, `MOST_IN_DIGEST`."""
MOST_IN_DIGEST = 4


def ask_to_confirm(subscriber: Subscriber) -> None:
    """Ask an address whether it wants what was asked for in its name."""
    pending = subscriber.subscriptions.pending().order_by("pk")
    context = {
        "wanted": [_line(one) for one in pending],
        "confirm_url": links.confirm_address(subscriber),
    }
    post_if_address(mails.CONFIRM, subscriber.email, context, about=subscriber.key)


def tell_added(
    subscriber: Subscriber, added: Sequence[Subscription], wanted: Iterable[Followed]
) -> None:
    """Tell an address what it follows from now on; where that is nothing new, what it has."""
    refs = {followed.ref for followed in wanted}
    asked = [one for one in subscriber.subscriptions.active() if one.ref in refs]
    if not asked or not (added or allows("followed", subscriber.key, 1, REPEATED_AFTER)):
        return
    context = {
        **_own(subscriber),
        "is_new": bool(added),
        "wanted": [_line(one) for one in added or asked],
    }
    post_if_address(
        mails.ADDED, subscriber.email, context, mailing_list=_list_of(added) if added else None
    )


def tell_links(subscriber: Subscriber) -> None:
    """Send an address the link to its preferences."""
    if allows("link of updates", subscriber.key, 1, timedelta(minutes=10)):
        post_if_address(mails.LINKS, subscriber.email, _own(subscriber))


def tell_news(
    subscriber: Subscriber,
    subscriptions: Sequence[Subscription],
    notice: Notice,
    source: Source,
    news: News,
    letter: str,
) -> None:
    """Tell one thing at once; `subscriptions` say by which ways it is followed, narrowest first."""
    context = {
        **_own(subscriber),
        "news": _as_context(news, _found(subscriptions, notice) or news.moments, MOST_MOMENTS),
        "subject": clean_line(news.subject),
        "followed": [one.title for one in subscriptions],
    }
    post_if_address(
        mails.ANNOUNCEMENT if news.html else mails.NEWS,
        subscriber.email,
        context,
        about=letter,
        once=source.once(notice.object_id) or f"{notice.batch} {subscriber.pk}",
        batch=notice.batch,
        mailing_list=_list_of(subscriptions),
    )


def tell_digest(
    subscriber: Subscriber,
    told: Sequence[tuple[Notice, Source, News]],
    letter: str,
) -> None:
    """Tell all of these in one mail, what comes from one source together."""
    by_source = sorted(told, key=lambda one: one[1].name)
    groups = [
        {
            "label": source.label,
            "news": [_as_context(one[2], one[2].moments, MOST_IN_DIGEST) for one in group],
        }
        for source, group in (
            (rows[0][1], rows)
            for rows in (list(rows) for _name, rows in groupby(by_source, lambda one: one[1].name))
        )
    ]
    first = clean_line(groups[0]["news"][0]["title"])
    left = len(told) - 1
    subject = first
    if left:
        subject = ngettext("%(first)s, and %(n)d more", "%(first)s, and %(n)d more", left) % {
            "first": first,
            "n": left,
        }
    today = shown_in(timezone.now(), subscriber.time_zone).date()
    context = {**_own(subscriber), "subject": subject, "day": today, "groups": groups}
    post_if_address(
        mails.DIGEST,
        subscriber.email,
        context,
        about=letter,
        batch=f"digest {today.isoformat()}",
        mailing_list=ListHeaders(
            "digest", str(_("Digest")), links.stop_digests_address(subscriber)
        ),
    )


def _own(subscriber: Subscriber) -> dict:
    return {"own_url": links.own_address(subscriber)}


def _list_of(subscriptions: Sequence[Subscription]) -> ListHeaders:
    """Name mail by the narrowest of the ways it is followed; one click stops all of these."""
    first = subscriptions[0]
    name = f"{first.kind}-{first.what}" if first.what.isalnum() else first.kind
    return ListHeaders(name, first.title, links.stop_address(subscriptions))


def _line(subscription: Subscription) -> dict:
    followed = find_followed([subscription.ref]).get(subscription.ref)
    return {
        "title": followed.title if followed else subscription.title,
        "href": settings.SITE_URL + followed.href if followed else "",
        "pace": subscription.get_pace_display(),
    }


def _found(subscriptions: Sequence[Subscription], notice: Notice) -> tuple[Moment, ...]:
    """Return the seconds at which a saved search finds its words, if that is all it comes by."""
    if any(one.kind != searches.KIND for one in subscriptions):
        return ()
    return tuple(
        Moment(format_stamp(hit.entry.start), hit.entry.title, settings.SITE_URL + hit.href)
        for one in subscriptions
        for hit in searches.hits_in(one.what, notice.source, notice.object_id)
        if hit.entry.start is not None and hit.entry.title
    )


def _as_context(news: News, moments: Sequence[Moment], most: int) -> dict:
    return {
        **{name: getattr(news, name) for name in ("href", "html", "text", "action")},
        "date": news.dated,
        "title": clean_line(news.title),
        "meta": clean_line(news.meta),
        "summary": clean_line(news.summary),
        "moments": [asdict(moment) for moment in moments[:most]],
        "more_moments": max(0, len(moments) - most),
    }
