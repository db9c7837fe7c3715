"""How many seats there are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from events.admin.forms import SeatsForm
from events.admin.frame import desk_url, head, note_deed
from events.models import EventPage
from events.registration import TooFew, change_capacity
from events.rights import for_organisers


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisers
def seats(request: HttpRequest, event: EventPage) -> HttpResponse:
    """Show how many seats there are; a POST changes it, and who waits moves up."""
    form = SeatsForm(
        request.POST if request.method == "POST" else None,
        initial={"capacity": event.seats.capacity},
    )
    if form.is_valid():
        capacity = form.cleaned_data["capacity"]
        try:
            moved = change_capacity(event, capacity)
        except TooFew as error:
            form.add_error("capacity", _too_few(error.taken))
        else:
            note_deed(request, event, "seats", seats=capacity, moved=moved)
            messages.success(request, _changed(capacity, moved))
            return redirect(desk_url(event))
    context = {**head(event, _("Change the seats"), "edit"), "form": form, "seats": event.seats}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/events/seats.html", context, status=status)


def _too_few(taken: int) -> str:
    said = ngettext(
        "%(n)d person has a seat, and nobody loses one: there cannot be fewer. Cancel first who "
        "does not come.",
        "%(n)d people have a seat, and nobody loses one: there cannot be fewer. Cancel first who "
        "does not come.",
        taken,
    )
    return said % {"n": taken}


def _changed(capacity: int | None, moved: int) -> str:
    if capacity is None:
        said = _("There is a seat for everybody now.")
    else:
        said = ngettext("There is %(n)d seat now.", "There are %(n)d seats now.", capacity)
        said %= {"n": capacity}
    if moved:
        who = ngettext(
            "%(n)d person who waited has one of them.",
            "%(n)d people who waited have one of them.",
            moved,
        )
        said += " " + who % {"n": moved}
    return said
