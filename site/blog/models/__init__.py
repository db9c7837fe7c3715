"""The blog's pages, and what readers send in for it."""

from blog.models.pages import (
    RESERVED_SLUGS,
    BlogPage,
    Category,
    PostAuthor,
    PostPage,
    PostQuerySet,
    PostTag,
    line_of_authors,
)
from blog.models.submissions import Deed, Kind, Source, State, Step, Submission, SubmissionFile

__all__ = [
    "RESERVED_SLUGS",
    "BlogPage",
    "Category",
    "Deed",
    "Kind",
    "PostAuthor",
    "PostPage",
    "PostQuerySet",
    "PostTag",
    "Source",
    "State",
    "Step",
    "Submission",
    "SubmissionFile",
    "line_of_authors",
]
