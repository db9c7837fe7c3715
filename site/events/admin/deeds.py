"""What a press of a button does with a registration or an event. A GET asks, changing nothing."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages

from events import attendance as attending
from events import registration as registering
from events.admin.forms import AttendanceForm
from events.admin.frame import back, back_url, head, note_deed, registration_of, say_gone
from events.copying import WEEK, copy_event
from events.exports import FORMATS
from events.models import EndedBy, EventPage, NotedBy, Registration
from events.rights import for_organisers

View = Callable[..., HttpResponse]


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisers
def cancel(request: HttpRequest, event: EventPage, number: int) -> HttpResponse:
    """Ask, then give up somebody's seat or place in the queue."""
    one = registration_of(event, number)
    if one is None:
        return say_gone(request, event)
    if request.method != "POST" and one.is_live:
        return _ask(request, event, _("Cancel a registration"), _("Cancel it"), _after(one))
    if request.method == "POST" and registering.cancel(one, EndedBy.STAFF):
        note_deed(request, event, "cancel")
        messages.success(request, _("%(name)s is not registered any more.") % {"name": one})
    else:
        said = _("Nothing was changed: %(name)s was not registered any more.")
        messages.warning(request, said % {"name": one})
    return back(request, event)


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisers
def promote(request: HttpRequest, event: EventPage, number: int) -> HttpResponse:
    """Ask, then give one who waits a seat out of turn."""
    one = registration_of(event, number)
    if one is None:
        return say_gone(request, event)
    if request.method != "POST" and one.is_waiting:
        return _ask(request, event, _("Give a seat"), _("Give the seat"), _one_more(event, one))
    if request.method == "POST" and registering.promote(one):
        note_deed(request, event, "promote")
        messages.success(request, _("%(name)s has a seat now.") % {"name": one})
    else:
        said = _("Nothing was changed: %(name)s does not wait any more.")
        messages.warning(request, said % {"name": one})
    return back(request, event)


@require_POST
@for_organisers
def attendance(request: HttpRequest, event: EventPage, number: int) -> HttpResponse:
    """Note whether somebody was there."""
    one, form = registration_of(event, number), AttendanceForm(request.POST)
    if one is None:
        return say_gone(request, event)
    if not form.is_valid():
        messages.error(request, _("Nothing was noted: minutes are a whole number."))
        return back(request, event)
    said = form.cleaned_data
    if attending.note(one, said["attended"], NotedBy.STAFF, said["minutes"]):
        note_deed(request, event, "attend")
        messages.success(request, _noted(one))
    else:
        words = _("Nothing was noted: %(name)s has no seat any more.")
        messages.warning(request, words % {"name": one})
    return back(request, event)


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisers
def copy(request: HttpRequest, event: EventPage) -> HttpResponse:
    """Ask, then make a draft of the same a week later, and lead to where it is edited."""
    if request.method != "POST":
        day = event.get_latest_revision_as_object().date + WEEK
        asked = _(
            "This makes a draft for %(day)s with the same texts, questions and number of seats. "
            "Nobody is registered for it, and you can change everything before it is published."
        ) % {"day": date_format(day, "l, F j, Y")}
        return _ask(request, event, _("Copy the event"), _("Make the draft"), asked, "copy")
    try:
        made = copy_event(event, request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return back(request, event)
    note_deed(request, event, "copy")
    messages.success(request, _("Here is the copy. Set its date, then publish it."))
    return redirect("wagtailadmin_pages:edit", made.pk)


@never_cache
@require_POST
@for_organisers
def export(request: HttpRequest, event: EventPage) -> HttpResponse:
    """Hand over all registrations as a table."""
    form = FORMATS.get(request.POST.get("format", ""))
    if form is None:
        raise Http404
    content = form.write(event)
    note_deed(request, event, "export", format=form.ending)
    response = HttpResponse(content, content_type=form.media_type)
    response["Content-Disposition"] = f'attachment; filename="{event.slug}.{form.ending}"'
    return response


def _ask(
    request: HttpRequest,
    event: EventPage,
    title: str,
    button: str,
    question: str,
    icon: str = "group",
) -> HttpResponseBase:
    context = {
        **head(event, title, icon),
        "question": question,
        "button": button,
        "back_url": back_url(request, event),
    }
    return TemplateResponse(request, "admin/events/ask.html", context)


def _after(one: Registration) -> str:
    """Say what cancelling means to somebody and to who waits."""
    if one.is_waiting:
        return _("%(name)s loses the place in the queue, and gets a mail about it.") % {"name": one}
    said = _("%(name)s loses the seat, and gets a mail about it.") % {"name": one}
    if first := one.event.registrations.waiting().in_order().first():
        said += " " + _("%(name)s moves up, and gets a mail too.") % {"name": first}
    return said


def _one_more(event: EventPage, one: Registration) -> str:
    seats = event.seats
    said = _("%(name)s gets a seat before all others who wait, and a mail about it.") % {
        "name": one
    }
    if seats.is_limited and seats.taken >= seats.capacity:
        more = _("All seats are taken: there will be one seat more, %(n)d from now on.")
        said += " " + more % {"n": seats.taken + 1}
    return said


def _noted(one: Registration) -> str:
    if one.attended is None:
        return _("What was noted of %(name)s is taken back.") % {"name": one}
    words = _("%(name)s was there.") if one.attended else _("%(name)s was not there.")
    return words % {"name": one}
