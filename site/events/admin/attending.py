"""Who is here, noted on a phone at the door: a tap for each, and a form for who just came."""

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from core.public_forms import LineField
from core.text import folded
from events import attendance, registration
from events.admin.frame import head, note_deed, registration_of, say_gone
from events.models import (
    LONGEST_NAME,
    EventPage,
    NotedBy,
    Registration,
    RegistrationQuerySet,
)
from events.registration import Person
from events.rights import for_organisers
from outbox.models import LONGEST_ADDRESS


class HereForm(forms.Form):
    """Somebody who is here and in no list. At a door not everybody tells an address."""

    name = LineField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        error_messages={"required": gettext_lazy("Who is it?")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "words"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Email address"),
        required=False,
        max_length=LONGEST_ADDRESS,
        help_text=gettext_lazy("For their certificate. Without it they get no mail."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    library = LineField(
        label=gettext_lazy("Library"),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@dataclass(frozen=True)
class Row:
    """Somebody in the list at the door."""

    registration: Registration

    @property
    def is_here(self) -> bool:
        return bool(self.registration.attended)

    @property
    def detail(self) -> str:
        waits = _("waits for a seat") if self.registration.is_waiting else ""
        return " · ".join(filter(None, [self.registration.library, waits]))

    @property
    def words(self) -> str:
        """By which it is searched."""
        return folded(f"{self.registration.name} {self.registration.library}")


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisers
def attending(request: HttpRequest, event: EventPage) -> HttpResponse:
    """List who has a seat, by name; a POST notes one of them, or adds somebody."""
    if request.method == "POST" and request.POST.get("deed") == "add":
        return _add(request, event)
    if request.method == "POST":
        return _mark(request, event)
    return _show(request, event, HereForm(prefix="new"))


def _mark(request: HttpRequest, event: EventPage) -> HttpResponse:
    number, _colon, here = request.POST.get("mark", "")[:20].partition(":")
    somebody = (
        registration_of(event, int(number)) if number.isascii() and number.isdecimal() else None
    )
    by_script = request.accepts("application/json") and not request.accepts("text/html")
    if somebody is None or not somebody.is_live:
        if by_script:
            return JsonResponse({"gone": True, "count": _count_line(event)}, status=409)
        return say_gone(request, event)
    if here == "yes":
        if somebody.is_waiting:
            registration.promote(somebody)
        attendance.note(somebody, True, NotedBy.STAFF)
    else:
        attendance.take_back(somebody)
    if by_script:
        return JsonResponse({"here": bool(somebody.attended), "count": _count_line(event)})
    return _back(request, event, f"person-{somebody.pk}")


def _add(request: HttpRequest, event: EventPage) -> HttpResponse:
    form = HereForm(request.POST, prefix="new")
    if not form.is_valid():
        return _show(request, event, form, status=422)
    said = form.cleaned_data
    person = Person(said["name"], said["email"], said["library"])
    somebody = attendance.add(event, person, request.user)
    note_deed(request, event, "attend")
    messages.success(request, _("%(name)s is here.") % {"name": somebody.name})
    return _back(request, event, f"person-{somebody.pk}", keeps_search=False)


def _show(
    request: HttpRequest, event: EventPage, form: HereForm, status: int = 200
) -> HttpResponse:
    asked = folded(request.GET.get("q", "")[:LONGEST_NAME]).split()
    people = event.registrations.live().exclude(name="").order_by("folded_name", "pk")
    rows = [row for row in map(Row, people) if all(word in row.words for word in asked)]
    context = {
        **head(event, _("Who is here"), "check"),
        "rows": rows,
        "form": form,
        "q": request.GET.get("q", "")[:LONGEST_NAME],
        "count": _count_line(event),
        "is_empty": not people,
    }
    return TemplateResponse(request, "admin/events/attending.html", context, status=status)


def _count_line(event: EventPage) -> str:
    seated = _seated(event)
    counts = {"here": seated.attended().count(), "all": seated.count()}
    return _("%(here)d of %(all)d here") % counts


def _seated(event: EventPage) -> RegistrationQuerySet:
    return event.registrations.confirmed().exclude(name="")


def _back(
    request: HttpRequest, event: EventPage, place: str, keeps_search: bool = True
) -> HttpResponse:
    address = reverse("event_desk:attending", args=[event.pk])
    asked = request.GET.get("q", "") if keeps_search else ""
    return redirect(f"{address}{'?' + urlencode({'q': asked}) if asked else ''}#{place}")
