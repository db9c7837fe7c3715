"""Comments as a search shows them: each says whose it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from search.results import Hit
from search.showing import ShownHit


@dataclass(frozen=True)
class CommentHit(ShownHit):
    @property
    def kind_label(self) -> str:
        name = self.hit.entry.context
        return _("Comment by %(name)s") % {"name": name} if name else super().kind_label


def show_comments(hits: list[Hit]) -> Iterator[CommentHit]:
    return map(CommentHit, hits)
