"""What moderators look for among comments: the same for the list and for all that it matches."""

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.models import Page

from accounts.models import User
from comments.models import Comment, CommentQuerySet, State
from comments.rights import moderated_by
from comments.rules import LABELS
from core.text import folded

REPORTED, ALL = "reported", "all"
STATES = [
    (State.HELD, _("Held")),
    (REPORTED, _("Reported")),
    (State.PUBLISHED, _("Published")),
    (State.SPAM, _("Spam")),
    (State.DELETED, _("Deleted")),
    (ALL, _("All")),
]
LONGEST_SEARCH = 200
LONGEST_KEY = 18


def own_queue(user: User) -> CommentQuerySet:
    """Return the comments somebody decides on; not those of which there is only the place."""
    return moderated_by(user).exclude(name="", text="")


def offered_pages(user: User, chosen: str) -> QuerySet[Page]:
    """Return the sections whose pages have comments, and the page that is chosen by now."""
    discussed = Page.objects.filter(Exists(moderated_by(user).filter(page=OuterRef("pk"))))
    paths = {path[: -Page.steplen] for path in discussed.values_list("path", flat=True)}
    is_offered = Q(path__in=paths, depth__gt=1)
    if chosen.isascii() and chosen.isdigit() and len(chosen) <= LONGEST_KEY:
        is_offered |= Q(pk=int(chosen), pk__in=discussed.values("pk"))
    return Page.objects.filter(is_offered).order_by("path")


class QueueFilterSet(WagtailFilterSet):
    """Without a state it shows what is held; with a choice that is none, nothing."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=STATES,
        method="in_state",
        initial=State.HELD,
        empty_label=None,
        widget=forms.RadioSelect,
    )
    reason = django_filters.ChoiceFilter(
        label=_("Reason"), choices=list(LABELS.items()), method="with_reason", empty_label=_("All")
    )
    page = django_filters.ModelChoiceFilter(
        label=_("Page or section"),
        queryset=Page.objects.none(),
        method="beneath",
        empty_label=_("All"),
    )
    email = django_filters.CharFilter(label=_("Author's address"), method="of_author")
    created_at = django_filters.DateFromToRangeFilter(label=_("Sent"), widget=DateRangePickerWidget)

    class Meta:
        model = Comment
        fields = []

    def __init__(
        self, data: QueryDict, queryset: QuerySet | None = None, *, request: HttpRequest, **kwargs
    ) -> None:
        data = data.copy()
        data.setdefault("state", State.HELD)
        super().__init__(data, queryset, request=request, **kwargs)
        self.filters["page"].queryset = offered_pages(request.user, data.get("page", ""))

    def filter_queryset(self, comments: CommentQuerySet) -> CommentQuerySet:
        return super().filter_queryset(comments) if self.is_valid() else comments.none()

    def in_state(self, comments: CommentQuerySet, name: str, state: str) -> CommentQuerySet:
        match state:
            case "all":
                return comments
            case "reported":
                return comments.reported()
        return comments.filter(state=state)

    def with_reason(self, comments: CommentQuerySet, name: str, rule: str) -> CommentQuerySet:
        return comments.with_rule(rule)

    def beneath(self, comments: CommentQuerySet, name: str, page: Page) -> CommentQuerySet:
        return comments.filter(page__path__startswith=page.path)

    def of_author(self, comments: CommentQuerySet, name: str, email: str) -> CommentQuerySet:
        return comments.of_author(email)


def found(comments: CommentQuerySet, words: str) -> CommentQuerySet:
    """Return comments with words in the text, the name, the address or the library."""
    words = words.strip()[:LONGEST_SEARCH].replace("\0", "")
    if not words:
        return comments
    fields = ("text", "name", "email", "library")
    somewhere = Q()
    for field in fields:
        somewhere |= Q(**{f"{field}__icontains": words})
    if name := folded(words):
        somewhere |= Q(folded_name__contains=name)
    return comments.filter(somewhere)


def matching(
    request: HttpRequest, query: QueryDict, filters: QueueFilterSet | None = None
) -> CommentQuerySet:
    """Return what the queue shows under an address, whole, the newest first."""
    filters = filters or QueueFilterSet(query, request=request)
    comments = filters.filter_queryset(own_queue(request.user))
    return found(comments, query.get("q", "")).order_by("-created_at", "-pk")
