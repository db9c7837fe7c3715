"""Zoom's list of participants, shown before it is noted. The text goes along; nothing is kept."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from core.text import clean_line
from events import attendance, zoom_list
from events.admin.frame import head, note_deed
from events.models import LONGEST_NAME, EventPage, NotedBy, Registration
from events.registration import Person
from events.rights import for_organisers
from events.zoom_list import Leftovers, Match, Participant, ZoomList

MOST_LEFTOVERS = 100
"""That are shown and asked about; a webinar of strangers has thousands."""
LEAVE, ADD = "", "add"


class ListForm(forms.Form):
    """A list, pasted or as a file; cleaned into its text and `read`."""

    file = forms.FileField(
        label=gettext_lazy("The file from Zoom"), required=False, allow_empty_file=True
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste the list"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )

    read: ZoomList

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        # Django refuses them before any cleaning, and a file saved as UTF-16 may be pasted.
        self.fields["text"].default_validators = []
        self.fields["text"].validators = []

    def clean(self):
        said = super().clean()
        upload, text = said.get("file"), said.get("text", "")
        name = "file" if upload else "text"
        if upload:
            # A byte more than the limit is enough to be refused, however large the file.
            data = upload.read(zoom_list.LARGEST + 1)
            if data.startswith(b"PK"):
                words = _("This is an Excel workbook. Save it as CSV, or paste its cells.")
                raise ValidationError({name: words})
            is_large, text = len(data) > zoom_list.LARGEST, zoom_list.decode(data)
        else:
            is_large = len(text) > zoom_list.LARGEST
        if is_large:
            raise ValidationError({name: _("The list is larger than 2 MB.")})
        if not text.strip():
            raise ValidationError({name: _("Choose the file, or paste the list.")})
        self.read = zoom_list.read(text)
        if not self.read.participants:
            raise ValidationError({name: self.read.problems})
        return {**said, "text": text}


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisers
def zoom(request: HttpRequest, event: EventPage) -> HttpResponse:
    """Ask for a list, show what it means, and note that when it is sent once more."""
    if request.method != "POST":
        return _ask(request, event, ListForm())
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid() or request.POST.get("step") == "edit":
        return _ask(request, event, form, status=422 if form.errors else 200)
    seated = list(event.registrations.confirmed().exclude(name="").order_by("folded_name", "pk"))
    matched, leftovers = zoom_list.match(seated, form.read.participants, event)
    if request.POST.get("step") == "note":
        return _note(request, event, seated, matched, form.read.participants)
    return _preview(request, event, form, seated, matched, leftovers)


def _ask(request: HttpRequest, event: EventPage, form: ListForm, status: int = 200) -> HttpResponse:
    context = {**head(event, _("Zoom list"), "upload"), "form": form}
    return TemplateResponse(request, "admin/events/zoom.html", context, status=status)


def _preview(
    request: HttpRequest,
    event: EventPage,
    form: ListForm,
    seated: list[Registration],
    matched: list[Match],
    leftovers: Leftovers,
) -> HttpResponse:
    found = {match.registration for match in matched}
    guests = leftovers.guests[:MOST_LEFTOVERS]
    # By their place in the list: who is left over may change until it is noted.
    place_of = {one: place for place, one in enumerate(form.read.participants)}
    context = {
        **head(event, _("Zoom list"), "upload"),
        "text": form.cleaned_data["text"],
        "problems": form.read.problems,
        "matched": matched,
        "guests": [(place_of[guest], guest) for guest in guests],
        "more": len(leftovers.guests) - len(guests),
        "hosts": leftovers.hosts,
        "missing": [one for one in seated if one not in found],
    }
    return TemplateResponse(request, "admin/events/zoom_preview.html", context)


def _note(
    request: HttpRequest,
    event: EventPage,
    seated: list[Registration],
    matched: list[Match],
    participants: list[Participant],
) -> HttpResponse:
    ticked = set(request.POST.getlist("note"))
    together: dict[Registration, list[Participant]] = {
        match.registration: list(match.participants)
        for match in matched
        if str(match.registration.pk) in ticked
    }
    by_number = {str(one.pk): one for one in seated}
    strangers = []
    for place, guest in enumerate(participants):
        chosen = request.POST.get(f"guest-{place}", LEAVE)
        if chosen == ADD:
            strangers.append(guest)
        elif chosen in by_number:
            # Somebody on two devices has two lines, and may have been matched by one of them.
            known = together.setdefault(by_number[chosen], [])
            known += [] if guest in known else [guest]
    present = {
        one: zoom_list.total_minutes([each for who in people for each in who.sessions])
        for one, people in together.items()
    }
    count = attendance.note_all(present, NotedBy.ZOOM)
    for guest in strangers:
        name = clean_line(guest.likely_name)[:LONGEST_NAME]
        person = Person(name, guest.email)
        attendance.add(event, person, request.user, NotedBy.ZOOM, guest.minutes)
        count += 1
    note_deed(request, event, "attend", people=count)
    said = ngettext("%(n)d person was there.", "%(n)d people were there.", count)
    messages.success(request, said % {"n": count})
    return redirect(reverse("event_desk:desk", args=[event.pk]))
