"""One registration, and one more by hand."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from events.admin.entries import entries_of
from events.admin.forms import ATTENDED, AddForm, AttendanceForm, CorrectionForm
from events.admin.frame import (
    back,
    back_url,
    desk_url,
    head,
    note_deed,
    registration_of,
    say_gone,
)
from events.models import EventPage, Registration
from events.registration import Full, Registered, correct, place_in_queue, register
from events.rights import for_organisers
from outbox.admin.rights import SEE, mail_policy


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisers
def person(request: HttpRequest, event: EventPage, number: int) -> HttpResponse:
    """Show all that is known of a registration; a POST spells its name or library otherwise."""
    one = registration_of(event, number)
    if one is None:
        return say_gone(request, event)
    form = CorrectionForm(one, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            correct(one, form.cleaned_data["name"], form.cleaned_data["library"])
        except ValidationError as error:
            form.add_error("name", error)
        else:
            note_deed(request, event, "correct")
            messages.success(request, _("It is corrected."))
            return back(request, event)
    noted = next(said for said, attended in ATTENDED.items() if attended is one.attended)
    context = {
        **head(event, one.name),
        "entry": entries_of(event, [one])[0],
        "form": form,
        "attendance_form": AttendanceForm(initial={"attended": noted, "minutes": one.minutes}),
        "may_see_mail": mail_policy.user_has_any_permission(request.user, SEE),
        "back_url": back_url(request, event),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/events/person.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisers
def add(request: HttpRequest, event: EventPage) -> HttpResponse:
    """Register somebody by hand, whether or not registration is open."""
    form = AddForm(event, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            registered = register(event, [form.person()], by=request.user)[0]
        except Full:
            form.add_error(
                None,
                _(
                    "All seats are taken, and there is no waiting list. Nobody was registered. "
                    "Change the number of seats first."
                ),
            )
        else:
            if registered.is_new:
                note_deed(request, event, "add")
            _say_added(request, registered)
            again = "again" in request.POST
            return redirect(
                reverse("event_desk:add", args=[event.pk]) if again else desk_url(event)
            )
    context = {**head(event, _("Add somebody"), "plus"), "form": form}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/events/add.html", context, status=status)


def _say_added(request: HttpRequest, registered: Registered) -> None:
    one: Registration = registered.registration
    if not registered.is_new:
        said = _("%(name)s was registered with this address already.")
        messages.warning(request, said % {"name": one})
    elif one.is_waiting:
        said = _("All seats are taken: %(name)s waits, place %(n)d.")
        messages.success(request, said % {"name": one, "n": place_in_queue(one)})
    else:
        messages.success(request, _("%(name)s has a seat.") % {"name": one})
