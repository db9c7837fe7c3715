"""Mails to subscribers. Each is written in the transaction of the deed it speaks of."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby, zip_longest
from urllib.parse import parse_qsl

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.text import Truncator, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.html import links_in
from core.text import clean_line
from core.throttling import allows
from core.timestamps import Moment, format_stamp
from core.zones import shown_in
from outbox.headers import ListHeaders
from outbox.messages import post_if_address
from search.results import Hit
from updates import links, mails, searches
from updates.following import Followed, Ref, find_followed
from updates.models import EXPIRES_AFTER, Notice, Subscriber, Subscription
from updates.sources import News, Source

REPEATED_AFTER = timedelta(hours=1)
"""How often somebody may have their link again, or be told anew what they follow already."""
MOST_MOMENTS = 12
"""Topics of a recording in a mail about it."""
MOST_MOMENTS_IN_DIGEST = 4
MOST_IN_DIGEST = 40
LARGEST_DIGEST = 85_000
"""In bytes, less what stands around it: Gmail cuts off what is beyond 102 kB."""
SIZE_OF_STYLE = 750
"""In bytes, of one thing in a digest: what it takes besides its words."""
SIZE_OF_STYLE_OF_MOMENT = 550
LONGEST_SUBJECT = 150
LONGEST_LINE = 300
"""Of what is said about a thing."""
LONGEST_SEARCH = 80
LONGEST_LABEL = 60
LONGEST_NAME = 100
MOST_NAMED = 3
"""Ways by which a thing is followed that its mail names."""
MOST_STOPPED = 40
"""Subscriptions that one link stops: a header's line has 998 bytes (RFC 5322, 2.1.1)."""


def ask_to_confirm(subscriber: Subscriber) -> None:
    """Ask an address whether it wants what was asked for in its name."""
    context = {
        "wanted": _lines(subscriber.subscriptions.pending().order_by("pk")),
        "days": EXPIRES_AFTER.days,
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
        "wanted": _lines(added or asked),
    }
    post_if_address(
        mails.ADDED,
        subscriber.email,
        context,
        about=subscriber.key,
        mailing_list=_list_of(added) if added else None,
    )


def tell_links(subscriber: Subscriber) -> None:
    """Send an address the link to its preferences."""
    if allows("link of updates", subscriber.key, 1, timedelta(minutes=10)):
        post_if_address(mails.LINKS, subscriber.email, _own(subscriber), about=subscriber.key)


def tell_news(
    subscriber: Subscriber,
    subscriptions: Sequence[Subscription],
    notice: Notice,
    source: Source,
    news: News,
    letter: str,
    hits_in: Callable[[str], list[Hit]],
) -> None:
    """Tell one thing at once.

    `subscriptions` say by which ways it is followed, the narrowest first; `hits_in`, where in it a
    saved search finds its words.
    """
    context = {
        **_own(subscriber),
        "news": _as_context(news, _found(subscriptions, hits_in) or news.moments, MOST_MOMENTS),
        "subject": _cut(news.subject, LONGEST_SUBJECT),
        "followed": _named([one.title for one in subscriptions]),
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


def as_anybody_gets(news: News, followed: list[str]) -> dict:
    """Return what a mail at once says, with the page of all updates for its reader's own links."""
    own_url = settings.SITE_URL + reverse("updates:index")
    return {
        "own_url": own_url,
        "stop_url": own_url,
        "news": _as_context(news, news.moments, MOST_MOMENTS),
        "subject": _cut(news.subject, LONGEST_SUBJECT),
        "followed": _named(followed),
    }


def tell_digest(
    subscriber: Subscriber,
    told: Sequence[tuple[Notice, Source, News]],
    letter: str,
) -> None:
    """Tell these in one mail, as many as it bears; what comes from one source together."""
    by_source = sorted(told, key=lambda one: one[1].name)
    labels, items = [], []
    for _name, rows in groupby(by_source, lambda one: one[1].name):
        group = list(rows)
        labels.append(group[0][1].label)
        items.append(
            [_as_context(news, news.moments, MOST_MOMENTS_IN_DIGEST) for _n, _s, news in group]
        )
    chosen = _as_many_as_fit(items)
    first = Truncator(items[0][0]["title"]).chars(LONGEST_SUBJECT)
    further = len(told) - 1
    subject = first
    if further:
        subject = ngettext("%(first)s, and %(n)d more", "%(first)s, and %(n)d more", further) % {
            "first": first,
            "n": further,
        }
    today = shown_in(timezone.now(), subscriber.time_zone).date()
    context = {
        **_own(subscriber),
        "subject": subject,
        "day": today,
        "groups": [
            {"label": label, "news": group}
            for label, group in zip(labels, chosen, strict=True)
            if group
        ],
        "more": len(told) - sum(map(len, chosen)),
    }
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
    """Name mail by the narrowest of the ways it is followed; one click stops all of these.

    Of more than `MOST_STOPPED` it stops the narrowest.
    """
    first = subscriptions[0]
    return ListHeaders(
        _list_name(first.ref),
        _cut(first.title, LONGEST_LABEL),
        links.stop_address(subscriptions[:MOST_STOPPED]),
    )


def _list_name(ref: Ref) -> str:
    if not ref.key:
        return ref.kind
    is_plain = ref.key.isascii() and ref.key.isalnum() and len(ref.key) <= 20
    return (
        f"{ref.kind}-{ref.key if is_plain else hashlib.sha256(ref.key.encode()).hexdigest()[:12]}"
    )


def _named(titles: Sequence[str]) -> str:
    """Name what is followed: “A”, “B” and 2 more."""
    named = [_quoted(_cut(title, LONGEST_NAME)) for title in titles[:MOST_NAMED]]
    if left := len(titles) - len(named):
        named.append(ngettext("%(n)d more", "%(n)d more", left) % {"n": left})
    return get_text_list(named, _("and"))


def _quoted(title: str) -> str:
    return _("“%(title)s”") % {"title": title.replace("“", "‘").replace("”", "’")}


def _lines(subscriptions: Iterable[Subscription]) -> list[dict]:
    """Say what is followed, or would be, at which pace."""
    subscriptions = list(subscriptions)
    found = find_followed(one.ref for one in subscriptions)
    return [_line(one, found.get(one.ref)) for one in subscriptions]


def _line(subscription: Subscription, followed: Followed | None) -> dict:
    title = clean_line(followed.title if followed else subscription.title)
    href = settings.SITE_URL + followed.href if followed else ""
    if subscription.kind == searches.KIND:
        # Anybody may have typed these words, for an address that is not theirs.
        title = _cut(title, LONGEST_SEARCH)
        if links_in(title) or links_in(dict(parse_qsl(subscription.what)).get("q", "")):
            title, href = _("what a search finds"), ""
    return {"title": title, "href": href, "pace": subscription.get_pace_display()}


def _found(
    subscriptions: Sequence[Subscription], hits_in: Callable[[str], list[Hit]]
) -> list[Moment]:
    """Return the seconds at which a saved search finds its words, if that is all it comes by."""
    if any(one.kind != searches.KIND for one in subscriptions):
        return []
    hits = [
        hit
        for one in subscriptions
        for hit in hits_in(one.what)
        if hit.entry.start is not None and hit.entry.title
    ]
    moments = [
        Moment(format_stamp(hit.entry.start), hit.entry.title, settings.SITE_URL + hit.href)
        for hit in sorted(hits, key=lambda hit: hit.entry.start)
    ]
    return list(dict.fromkeys(moments))


def _as_context(news: News, moments: Sequence[Moment], most: int) -> dict:
    return {
        **{name: getattr(news, name) for name in ("href", "html", "text", "action")},
        "date": news.dated,
        "title": clean_line(news.title),
        "meta": _cut(news.meta, LONGEST_LINE),
        "summary": _cut(news.summary, LONGEST_LINE),
        "moments": [
            {"stamp": one.stamp, "title": _cut(one.title, LONGEST_LINE), "href": one.href}
            for one in moments[:most]
        ],
        "more_moments": max(0, len(moments) - most),
    }


def _cut(text: str, length: int) -> str:
    return Truncator(clean_line(text)).chars(length)


def _as_many_as_fit(groups: Sequence[Sequence[dict]]) -> list[list[dict]]:
    """Return of each group, in turn, what one mail bears of them together."""
    chosen: list[list[dict]] = [[] for _group in groups]
    number, size = 0, 0
    for row in zip_longest(*groups):
        for group, item in zip(chosen, row, strict=True):
            if item is None:
                continue
            number, size = number + 1, size + _size(item)
            if number > 1 and (number > MOST_IN_DIGEST or size > LARGEST_DIGEST):
                return chosen
            group.append(item)
    return chosen


def _size(item: Mapping) -> int:
    """Return how many bytes a thing in a digest takes at most, in HTML."""
    said = [item["title"], item["meta"], item["summary"], *[item["href"]] * 2]
    said += [part for moment in item["moments"] for part in moment.values()]
    styles = SIZE_OF_STYLE + SIZE_OF_STYLE_OF_MOMENT * len(item["moments"])
    return styles + sum(len(escape(part).encode()) for part in said)
