"""Guides as a search shows them: a section stands in its guide."""

from collections.abc import Iterator
from dataclasses import dataclass

from guides.findable import GUIDE
from guides.models import GuidePage
from search.results import Hit
from search.showing import ShownHit


@dataclass(frozen=True)
class GuideHit(ShownHit):
    guide: str = ""
    date = None
    """It is of no day: that of its last change would say nothing."""

    @property
    def about(self) -> str:
        """The guide that a section or a question stands in; blank for the guide itself."""
        return "" if self.hit.entry.kind == GUIDE else self.guide


def show_guides(hits: list[Hit]) -> Iterator[GuideHit]:
    pks = {hit.entry.object_id for hit in hits if hit.entry.kind != GUIDE}
    titles = dict(GuidePage.objects.filter(pk__in=pks).values_list("pk", "title"))
    return (GuideHit(hit, guide=titles.get(hit.entry.object_id, "")) for hit in hits)
