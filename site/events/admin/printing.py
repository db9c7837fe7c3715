"""What is printed for an event: the sheet to sign, badges, and who needs what."""

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.admin.frame import desk_url
from events.forms import TICKED
from events.models import Answer, EventPage, QuestionKind, RegistrationQuerySet
from events.rights import for_organisers

BLANK_ROWS = 10
"""For those who just come."""
ON_A_SHEET = 8


@dataclass(frozen=True)
class Counted:
    """A question, and what was answered to it by those with a seat."""

    label: str
    is_private: bool
    counts: list[tuple[str, int]]
    """Of choices and ticks: each answer, and how many gave it."""
    said: list[Answer]
    """Of questions answered in words: each answer, with who gave it."""


@never_cache
@require_safe
@for_organisers
def sheet(request: HttpRequest, event: EventPage) -> HttpResponse:
    """Show a list to be signed at the door."""
    context = {"people": _seated(event), "blank_rows": range(BLANK_ROWS)}
    return _show(request, "sheet", event, _("Sign-in sheet"), context)


@never_cache
@require_safe
@for_organisers
def badges(request: HttpRequest, event: EventPage) -> HttpResponse:
    """Show badges to be cut out."""
    people = list(_seated(event))
    sheets = [people[at : at + ON_A_SHEET] for at in range(0, len(people), ON_A_SHEET)]
    return _show(request, "badges", event, _("Badges"), {"sheets": sheets})


@never_cache
@require_safe
@for_organisers
def head_count(request: HttpRequest, event: EventPage) -> HttpResponse:
    """Show how many come, and how many gave which answer."""
    people = _seated(event)
    context = {
        "seated": people.count(),
        "waiting": event.registrations.waiting().exclude(name="").count(),
        "counted": _counted(event, people),
    }
    return _show(request, "head_count", event, _("Head-count"), context)


def _seated(event: EventPage) -> RegistrationQuerySet:
    return event.registrations.confirmed().exclude(name="").order_by("folded_name", "pk")


def _counted(event: EventPage, people: RegistrationQuerySet) -> list[Counted]:
    """Count what is asked, in its order, then what is not asked any more."""
    given: dict[str, list[Answer]] = {}
    answers = Answer.objects.filter(registration__in=people.values("pk"))
    for answer in answers.select_related("registration").order_by(
        "registration__folded_name", "pk"
    ):
        given.setdefault(answer.question, []).append(answer)
    counted = []
    for question in event.questions:
        said = given.pop(question.key, [])
        # What was private when it was answered stays so.
        is_private = question.is_private or any(answer.is_private for answer in said)
        if question.kind == QuestionKind.CHOICE:
            times = Counter(answer.value for answer in said)
            choices = [(choice, times.pop(choice, 0)) for choice in question.choice_list]
            counts, said = [*choices, *times.most_common()], []
        elif question.kind == QuestionKind.TICK:
            counts, said = [(_("Yes"), sum(one.value == TICKED for one in said))], []
        else:
            counts = []
        counted.append(Counted(question.label, is_private, counts, said))
    for said in given.values():
        is_private = any(answer.is_private for answer in said)
        counted.append(Counted(said[-1].label, is_private, [], said))
    return counted


def _show(
    request: HttpRequest, name: str, event: EventPage, title: str, context: dict
) -> HttpResponse:
    whole = {"event": event, "title": title, "desk_url": desk_url(event), **context}
    return TemplateResponse(request, f"admin/events/print/{name}.html", whole)
