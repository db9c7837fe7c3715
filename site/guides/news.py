"""Guides as they can be followed, and their changes as news."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guides.models import GuideChange, GuideIndexPage, GuidePage
from updates.following import Followable, Followed, Ref, primary_keys
from updates.news import SETTLES_IN
from updates.sources import News, Source

ALL, ONE = "guides", "guide"
FRESH_FOR = timedelta(days=2)
"""What was first published longer ago is not new, though nobody was told of it."""


def _all(keys: Iterable[str]) -> dict[str, Followed]:
    index = GuideIndexPage.objects.published().sole()
    if index is None or "" not in keys:
        return {}
    whole = Followed(
        Ref(ALL),
        _("All guides"),
        index.url,
        summary=_("New guides, and what changed in others."),
    )
    return {"": whole}


def _some(keys: Iterable[str]) -> dict[str, Followed]:
    guides = GuidePage.objects.published().filter(pk__in=primary_keys(keys)).defer("body")
    return {
        str(guide.pk): Followed(
            Ref(ONE, str(guide.pk)), _("Changes in “%(title)s”") % {"title": guide.title}, guide.url
        )
        for guide in guides
    }


FOLLOWED = (
    Followable(ALL, gettext_lazy("Guides"), named=_all, offered=lambda: _all([""]).values()),
    Followable(ONE, gettext_lazy("Guides"), named=_some),
)


def follow_refs(guide: GuidePage) -> list[str]:
    """Return what a reader of a guide may want to follow: this one, or all."""
    return [str(Ref(ONE, str(guide.pk))), str(Ref(ALL))]


def _refs_of(change: GuideChange) -> list[Ref]:
    return [Ref(ONE, str(change.guide_id)), Ref(ALL)]


def _is_fresh(change: GuideChange) -> bool:
    now = timezone.now()
    first = change.guide.first_published_at or now
    return bool(change.note) or first >= now - FRESH_FOR


def _due_at(change: GuideChange, noticed_at: datetime) -> datetime:
    return noticed_at + SETTLES_IN


def _visible() -> QuerySet:
    shown = GuidePage.objects.published().values("pk")
    return GuideChange.objects.filter(guide__in=shown).select_related("guide")


def _tell(change: GuideChange) -> News:
    guide = change.guide
    said = _("Changed: %(title)s") if change.note else _("New guide: %(title)s")
    return News(
        subject=said % {"title": guide.title},
        title=guide.title,
        href=guide.full_url or settings.SITE_URL,
        dated=timezone.localdate(change.made_at),
        meta=str(guide.get_type_display()),
        summary=change.note or guide.summary,
        action=_("Read the guide"),
    )


def _entries_of(pk: int) -> tuple[str, int] | None:
    guide = GuideChange.objects.filter(pk=pk).values_list("guide", flat=True).first()
    return guide and (GuidePage._meta.label_lower, guide)


CHANGES = Source(
    model=GuideChange,
    label=gettext_lazy("Guides"),
    is_fresh=_is_fresh,
    due_at=_due_at,
    visible=_visible,
    follows=_refs_of,
    tell=_tell,
    found_as=_entries_of,
    is_news=lambda change: True,
)
