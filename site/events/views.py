"""Registering and what follows from it, for readers. Works without script and cookies."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.pages import Crumb
from core.public_forms import for_script, is_from_elsewhere, new_stamp, private
from core.throttling import allows, client_of
from events import attendance, certificates, links, registration, telling
from events.forms import ChangeForm, LinksForm, RegistrationForm
from events.models import EndedBy, EventPage, Follower, NotedBy, Registration, State
from outbox.addresses import key_of

HOUR = timedelta(hours=1)
MOST_AN_HOUR = 60
"""Forms that one client may send: a library shares an address of computers."""
MOST_TO_AN_ADDRESS = 30
"""People whom an hour may bring to one address of mail."""
MOST_LINKS_AN_HOUR = 3
DOORS_OPEN = timedelta(hours=1)
"""How long before the start the call can be joined, and how long after its end still."""


@private
def register(request: HttpRequest, page: int) -> HttpResponse:
    """Show the form on a page of its own, then what will be sent, then register."""
    event = _public_event(page)
    if not event.is_open:
        return _show(request, "closed", event, {}, status=403 if request.method == "POST" else 200)
    if request.method != "POST":
        return _show_form(request, event, RegistrationForm(event))
    form = RegistrationForm(event, request.POST)
    if not form.is_valid() or request.POST.get("step") == "edit":
        return _show_form(request, event, form, status=422 if form.errors else 200)
    if form.age is None or is_from_elsewhere(request):
        return _show_preview(request, event, form)
    if not _is_within_limits(request, form):
        form.add_error(
            None, _("That is a lot in one hour. Nothing is lost: send it a little later.")
        )
        return _show_form(request, event, form, status=429)
    try:
        registered = _register(event, form)
    except registration.NotOpen:
        return _show(request, "closed", event, {}, status=403)
    except registration.Full:
        form.add_error(None, _too_few_seats(event))
        return _show_form(request, event, form, status=409)
    response = redirect(links.party_address(one.registration for one in registered))
    response.status_code = 303
    return response


@never_cache
@require_safe
def stamp(request: HttpRequest, page: int) -> JsonResponse:
    """Return what a script puts into the form of an event's page."""
    _public_event(page)
    return JsonResponse(for_script(request))


@private
def party(request: HttpRequest, token: str) -> HttpResponse:
    """Say what became of those who came in by one form."""
    registrations = links.party_of(token)
    if not registrations:
        return _over(request)
    event = registrations[0].event
    context = {
        "people": [_shown(one) for one in registrations],
        "must_confirm": any(one.confirm_by for one in registrations),
        "someone_waits": any(one.is_waiting for one in registrations),
        "follows": any(one.follower_id for one in registrations),
        "addresses": sorted({one.email for one in registrations}),
    }
    return _show(request, "party", event, context)


@private
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody see, change and cancel their own registration."""
    own = links.registration_of(token)
    if own is None:
        return _over(request)
    event = own.event
    if request.method == "POST" and not is_from_elsewhere(request):
        return _change_mine(request, own)
    return _show_mine(request, event, own, ChangeForm(own))


@private
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Take an address as its owner's, once its reader presses a button."""
    own = links.confirmed_by(token)
    if own is None:
        return _over(request)
    context = {"own": own, "is_done": False}
    if request.method == "POST":
        registration.confirm_address(own)
        context = {"own": own, "is_done": True, "own_url": links.own_address(own)}
    return _show(request, "confirm", own.event, {**context, "shown": _shown(own)})


@private
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Lead to the call, and note who was there, once its reader presses a button.

    The link to the call stands in the answer to that alone.
    """
    own = links.joining_by(token)
    if own is None:
        return _over(request)
    event = own.event
    shown = _shown(own)
    context = {"own": own, "shown": shown, "opens_at": event.starts_at - DOORS_OPEN}
    if request.method == "POST" and shown["may_join"] and event.call_url:
        attendance.note(own, True, NotedBy.JOIN)
        context |= {"call_url": event.call_url, "join_notes": event.join_notes}
    return _show(request, "join", event, context)


@private
def follower(request: HttpRequest, token: str) -> HttpResponse:
    """Show somebody the dates of a series they follow, and let them stop."""
    own = links.follower_of(token)
    if own is None:
        return _over(request)
    cancelled = None
    if request.method == "POST" and request.POST.get("deed") == "stop":
        cancelled = registration.stop_following(own)
        own.refresh_from_db()
    dates = [
        {**_shown(one), "event": one.event, "own_url": links.own_address(one)}
        for one in _coming(own.registrations)
    ]
    context = {"own": own, "dates": dates, "cancelled": cancelled, "crumbs": _crumbs(request)}
    return render(request, "pages/registrations/follower.html", context)


@private
def send_links(request: HttpRequest) -> HttpResponse:
    """Send an address the links of all it is registered for; answers alike for every address."""
    form = LinksForm(request.POST or None)
    context = {"form": form, "stamp": new_stamp(), "crumbs": _crumbs(request)}
    if request.method != "POST" or not form.is_valid() or form.age is None:
        status = 422 if form.errors else 200
        return render(request, "pages/registrations/links.html", context, status=status)
    email = form.cleaned_data["email"]
    context["email"] = email
    if not form.is_trapped and not is_from_elsewhere(request):
        if not allows("links", client_of(request), MOST_AN_HOUR, HOUR):
            form.add_error(None, _("That is a lot in one hour. Please try again a little later."))
            return render(request, "pages/registrations/links.html", context, status=429)
        if allows("links to", key_of(email), MOST_LINKS_AN_HOUR, HOUR):
            telling.tell_links(email)
    return render(request, "pages/registrations/links_sent.html", context)


def _register(event: EventPage, form: RegistrationForm) -> list[registration.Registered]:
    if not form.follows:
        return registration.register(event, form.people())
    _followers, registered = registration.follow(event.series, event, form.people())
    if not registered:
        raise registration.Full
    return registered


def _is_within_limits(request: HttpRequest, form: RegistrationForm) -> bool:
    people = form.people()
    # All are counted, whichever is too many.
    fine = [
        allows("registration to", key_of(person.email), MOST_TO_AN_ADDRESS, HOUR)
        for person in people
    ]
    return all([allows("registration", client_of(request), MOST_AN_HOUR, HOUR), *fine])


def _change_mine(request: HttpRequest, own: Registration) -> HttpResponse:
    event = own.event
    form = ChangeForm(own)
    done = ""
    match request.POST.get("deed"):
        case "cancel":
            if not event.has_begun and registration.cancel(own, EndedBy.THEMSELVES):
                done = "cancelled"
        case "coming":
            if registration.say_coming(own):
                done = "coming"
        case "change" if own.is_live and not event.is_over:
            form = ChangeForm(own, request.POST)
            if not form.is_valid():
                return _show_mine(request, event, own, form, status=422)
            try:
                said = form.cleaned_data
                registration.change(own, said["name"], said["library"], form.answers)
                done = "changed"
            except ValidationError as error:
                form.add_error("name", error)
                return _show_mine(request, event, own, form, status=422)
    own.refresh_from_db()
    return _show_mine(request, event, own, ChangeForm(own) if done else form, done=done)


def _show_mine(
    request: HttpRequest,
    event: EventPage,
    own: Registration,
    form: ChangeForm,
    done: str = "",
    status: int = 200,
) -> HttpResponse:
    attended = bool(own.attended)
    context = {
        "own": own,
        "shown": _shown(own),
        "form": form,
        "done": done,
        "asked": own.asked_at is not None and own.coming_at is None and own.is_confirmed,
        # As the link in the mail was named; only a press decides.
        "leans_to_no": request.GET.get("coming") == "no",
        "may_cancel": own.is_live and not event.has_begun,
        "may_change": own.is_live and not event.is_over,
        "why_ended": own.get_ended_by_display(),
        "certificate_url": certificates.address(own) if attended else "",
        "year": event.date.year,
        "year_url": certificates.year_address(own, event.date.year) if attended else "",
        "follower_url": links.follower_address(own.follower) if _follows(own.follower) else "",
    }
    return _show(request, "mine", event, context, status)


def _shown(own: Registration) -> dict:
    """Return what readers are told of a registration."""
    event, now = own.event, timezone.now()
    is_open = event.starts_at - DOORS_OPEN <= now < event.ends_at + DOORS_OPEN
    may_join = own.is_confirmed and event.is_online and not event.is_cancelled and is_open
    return {
        "registration": own,
        "state": str(State(own.state).label),
        "place": registration.place_in_queue(own) if own.is_waiting else None,
        "may_join": may_join,
        "join_url": links.join_address(own) if may_join else "",
    }


def _follows(follower: Follower | None) -> bool:
    return follower is not None and follower.ended_at is None


def _coming(registrations: QuerySet) -> QuerySet:
    ahead = registrations.filter(event__ends_at__gt=timezone.now())
    return ahead.select_related("event__series").order_by("event__starts_at", "pk")


def _too_few_seats(event: EventPage) -> str:
    event.seats.refresh_from_db()
    left = event.seats.left or 0
    if not left:
        return _("All seats are taken, and there is no waiting list. Nobody was registered.")
    return ngettext(
        "Only %(n)d seat is left, and there is no waiting list. Nobody was registered.",
        "Only %(n)d seats are left, and there is no waiting list. Nobody was registered.",
        left,
    ) % {"n": left}


def _show_preview(request: HttpRequest, event: EventPage, form: RegistrationForm) -> HttpResponse:
    people = form.people()
    left = event.seats.left
    labels = {question.key: question.label for question in event.questions}
    told = [
        {
            "person": person,
            "waits": left is not None and place >= left,
            "answers": [(labels[key], said) for key, said in person.answers.items() if said],
        }
        for place, person in enumerate(people)
    ]
    context = {"form": form, "stamp": new_stamp(), "people": told}
    return _show(request, "preview", event, context)


def _show_form(
    request: HttpRequest, event: EventPage, form: RegistrationForm, status: int = 200
) -> HttpResponse:
    """Show a form that nobody stores: it has a stamp already, and needs no preview."""
    return _show(request, "register", event, {"form": form, "stamp": new_stamp()}, status)


def _show(
    request: HttpRequest, name: str, event: EventPage, context: dict, status: int = 200
) -> HttpResponse:
    whole = {"event": event, "crumbs": event.crumbs_to(request), **context}
    return render(request, f"pages/registrations/{name}.html", whole, status=status)


def _over(request: HttpRequest) -> HttpResponse:
    """Say that a link leads nowhere: cut off, changed, or its registration erased."""
    context = {"crumbs": _crumbs(request)}
    return render(request, "pages/registrations/link_over.html", context, status=404)


def _crumbs(request: HttpRequest) -> list[Crumb]:
    from events.models import CalendarPage

    calendar = CalendarPage.objects.published().sole()
    return calendar.crumbs_to(request) if calendar else []


def _public_event(pk: int) -> EventPage:
    shown = EventPage.objects.published().select_related("seats", "series")
    if event := shown.filter(pk=pk).first():
        return event
    raise Http404
