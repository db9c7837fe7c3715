"""What sort of thing a topic is, guessed from its words until an editor says so."""

import re
from functools import lru_cache

from django.db import models
from django.utils.translation import gettext_lazy as _


class TopicKind(models.TextChoices):
    QUESTION = "question", _("Question")
    NEWS = "news", _("News")
    ICEBREAKER = "icebreaker", _("Icebreaker")
    HOUSEKEEPING = "housekeeping", _("Housekeeping")


ASIDE = {TopicKind.ICEBREAKER, TopicKind.HOUSEKEEPING}
"""Kinds that fold away and rank lower: said on the call, seldom searched for."""

WORDS = {
    TopicKind.ICEBREAKER: [
        r"^\W*ice-?\s?breakers?\b",
        r"^\W*if you (could|had to|were)\b",
        r"\byour favou?rite\b",
        r"^\W*(what|which) (are|is|was) (you|your).*\b(weekend|summer|holiday|reading|month)\b",
    ],
    TopicKind.HOUSEKEEPING: [
        r"^\W*(welcome|introductions?|good ?byes?|wrap[- ]?up|housekeeping)\b",
        r"\bzoom (settings|instructions|controls|etiquette)\b",
        r"\b(closed|live|turn on) caption",
        r"\bchat box\b",
        r"\b(future|next)\b.*\bchats?\b",
        r"\bmute\b",
    ],
    TopicKind.NEWS: [
        r"^\W*(news|announcements?|updates?|reminder)\b",
        r"\bupdate$",
        r"\bnow available\b",
        r"\bcoming (soon|up)\b",
        r"^\W*free\b.*!",
        r"\bholiday (closings?|schedule|delays?)\b",
    ],
}
_COMPILED = [(kind, re.compile("|".join(words), re.IGNORECASE)) for kind, words in WORDS.items()]


@lru_cache(maxsize=4096)
def guess_kind(title: str) -> TopicKind:
    """Return the kind that the words of a title suggest; a question where nothing else does."""
    return next((kind for kind, said in _COMPILED if said.search(title)), TopicKind.QUESTION)
