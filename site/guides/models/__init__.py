"""Training guides, what is shared between them, and what readers and editors say of them."""

from guides.models.notes import Feedback, GuideChange, GuideReview
from guides.models.pages import (
    Audience,
    GuideIndexPage,
    GuidePage,
    GuideQuerySet,
    GuideTag,
    GuideType,
    RelatedGuide,
    ReviewInterval,
    Section,
)
from guides.models.shared import SharedText

__all__ = [
    "Audience",
    "Feedback",
    "GuideChange",
    "GuideIndexPage",
    "GuidePage",
    "GuideQuerySet",
    "GuideReview",
    "GuideTag",
    "GuideType",
    "RelatedGuide",
    "ReviewInterval",
    "Section",
    "SharedText",
]
