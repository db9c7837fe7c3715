"""Following things, confirming, changing and stopping. Works without script and cookies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.page_cache import same_for_all
from core.pages import Crumb
from core.public_forms import LONGEST, PublicForm, is_from_elsewhere, new_stamp, private
from core.throttling import allows, client_of
from outbox.addresses import key_of, prove
from updates import announcements, links, subscriptions
from updates.following import Followed, Ref, find_followed, find_open, followables
from updates.forms import MOST_AT_ONCE, AddForm, EmailForm, FollowForm, PreferencesForm
from updates.models import EndedBy, Pace, Subscriber, Subscription
from updates.models.subscribers import LONGEST_KIND, LONGEST_WHAT

HOUR = timedelta(hours=1)
MOST_AN_HOUR = 30
"""Forms that one client may send: a library shares an address of computers."""
MOST_TO_AN_ADDRESS = 5
"""Forms that may name one address in an hour."""
MOST_LINKS_AN_HOUR = 3
LONGEST_REF = LONGEST_KIND + 1 + LONGEST_WHAT
MOST_READ = 200
"""Things that a form is read for; it may tick fewer."""


@dataclass(frozen=True)
class Group:
    """Things of one kind that may be followed."""

    label: str
    things: list[Followed] = field(default_factory=list)


@same_for_all
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Say what can be followed. Stored as any page: its form holds neither token nor stamp."""
    context = {
        "groups": offered_groups(),
        "archived": announcements.KIND,
        "description": _("Hear by mail what is new here, of just what you choose."),
    }
    return render(request, "pages/updates/index.html", context)


@private
def follow(request: HttpRequest) -> HttpResponse:
    """Show what a page or a link asks for, with all that may be chosen; then ask for it.

    Answers alike for every address.
    """
    said = request.POST if request.method == "POST" else request.GET
    asked = _refs(said.getlist("what"))
    things = find_open([*asked, *_refs(said.getlist("beside"))]) or _offered()
    ticked = [str(ref) for ref in asked if ref in things]
    form = FollowForm(things, _with_ticked(request.POST, ticked))
    if request.method != "POST" or not _is_fresh(form) or is_from_elsewhere(request):
        typed = {name: said[name] for name in ("email", "pace", "time_zone") if said.get(name)}
        return _show_form(request, FollowForm(things, initial={**typed, "what": ticked}))
    if not form.is_valid():
        return _show_form(request, form, status=422)
    email = form.cleaned_data["email"]
    if not form.is_trapped:
        if not allows("follow", client_of(request), MOST_AN_HOUR, HOUR):
            form.add_error(
                None, _("That is a lot in one hour. Nothing is lost: send it a little later.")
            )
            return _show_form(request, form, status=429)
        if allows("follow as", key_of(email), MOST_TO_AN_ADDRESS, HOUR):
            refs = [Ref.read(text) for text in form.cleaned_data["what"]]
            subscriptions.ask(
                email, refs, form.cleaned_data["pace"], form.cleaned_data["time_zone"]
            )
    return _show(request, "sent", {"email": email})


@private
def send_link(request: HttpRequest) -> HttpResponse:
    """Send an address the link to its page; answers alike for every address."""
    form = EmailForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid() or not _is_fresh(form):
        status = 422 if form.errors else 200
        return _show(request, "link", {"form": form, "stamp": new_stamp()}, status)
    email = form.cleaned_data["email"]
    if not form.is_trapped and not is_from_elsewhere(request):
        if not allows("link of updates for", client_of(request), MOST_AN_HOUR, HOUR):
            form.add_error(None, _("That is a lot in one hour. Please try again a little later."))
            return _show(request, "link", {"form": form, "stamp": new_stamp()}, 429)
        if allows("link of updates to", key_of(email), MOST_LINKS_AN_HOUR, HOUR):
            subscriptions.ask(email, [], Pace.AT_ONCE)
    return _show(request, "link_sent", {"email": email})


@private
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Begin what an address asked for, once its reader presses a button."""
    subscriber = links.confirmed_by(token)
    live = _live(subscriber) if subscriber else []
    if not live:
        return _over(request)
    if request.method == "POST":
        subscriptions.confirm(subscriber)
        response = HttpResponseRedirect(f"{links.own_path(subscriber)}?done=confirmed")
        response.status_code = 303
        return response
    context = {
        "subscriber": subscriber,
        "pending": _named(one for one in live if not one.is_active),
        "own_url": links.own_path(subscriber),
    }
    return _show(request, "confirm", context)


@private
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """Show somebody what they follow, and let them change it."""
    subscriber = links.own(token)
    if subscriber is None:
        return _over(request)
    if request.method == "POST" and not is_from_elsewhere(request):
        return _change_mine(request, subscriber)
    done = {"word": "confirmed"} if request.GET.get("done") == "confirmed" else {}
    return _show_mine(request, subscriber, done=done)


@private
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """End what a link stops, by a button on the page or in a mail program (RFC 8058).

    Nothing of what such a POST brings is read.
    """
    if not links.is_to_stop(token):
        return _over(request)
    return _stop(request, links.stopped_by(token), {"is_digest": False})


@private
def stop_digests(request: HttpRequest, token: str) -> HttpResponse:
    """End all that comes in digests; else as `stop`."""
    if not links.is_to_stop_digests(token):
        return _over(request)
    return _stop(request, links.digests_stopped_by(token), {"is_digest": True})


def offered_groups() -> list[Group]:
    """Return all that the site offers to be followed; what has the same label stands together."""
    groups: dict[str, Group] = {}
    for followable in followables:
        label = str(followable.label)
        groups.setdefault(label, Group(label)).things.extend(followable.offered())
    return [group for group in groups.values() if group.things]


def _offered() -> dict[Ref, Followed]:
    return {followed.ref: followed for group in offered_groups() for followed in group.things}


def _is_fresh(form: PublicForm) -> bool:
    """Say whether a form comes from a page of ours that was shown within the last day."""
    return form.age is not None and form.age <= LONGEST


def _refs(texts: Sequence[str]) -> list[Ref]:
    return [Ref.read(text) for text in texts[:MOST_READ] if len(text) <= LONGEST_REF]


def _with_ticked(data: QueryDict, ticked: list[str]) -> QueryDict:
    """Return what was sent with those of its things alone that are there."""
    sent = data.copy()
    sent.setlist("what", ticked)
    return sent


def _stop(request: HttpRequest, named: list[Subscription], context: dict) -> HttpResponse:
    """Say what a link stops, or stop it. Of anything else no name is told: links are passed on."""
    running = [one for one in named if one.ended_at is None]
    if request.method == "POST":
        subscriptions.stop(running, EndedBy.ONE_CLICK)
    is_over = request.method == "POST" or not running
    shown = running or named
    context |= {
        "stopped": _named(shown),
        "is_over": is_over,
        "again_url": _follow_path(one.ref for one in shown),
        "left": named[0].subscriber.subscriptions.active().count() if named and is_over else 0,
    }
    return _show(request, "stop", context)


def _change_mine(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    live = _live(subscriber)
    if key := request.POST.get("stop"):
        stopped = [one for one in live if one.key == key]
        subscriptions.stop(stopped, EndedBy.THEMSELVES)
        done = {"word": "stopped", "title": stopped[0].title} if stopped else {}
        return _show_mine(request, subscriber, done=done)
    match request.POST.get("deed"):
        case "stop all":
            subscriptions.stop(live, EndedBy.THEMSELVES)
            return _show_mine(request, subscriber, done={"word": "stopped all"})
        case "confirm":
            subscriptions.confirm(subscriber)
            return _show_mine(request, subscriber, done={"word": "confirmed"})
        case "add":
            return _add(request, subscriber, live)
        case "save":
            return _save(request, subscriber, live)
    return _show_mine(request, subscriber)


def _add(request: HttpRequest, subscriber: Subscriber, live: list[Subscription]) -> HttpResponse:
    form = AddForm(_not_followed(live), request.POST)
    if not form.is_valid():
        return _show_mine(request, subscriber, adding=form, status=422)
    wanted = find_open(map(Ref.read, form.cleaned_data["what"])).values()
    # Who has this link reads what is sent to the address.
    prove(subscriber.email)
    added = subscriptions.follow(subscriber, wanted, form.cleaned_data["pace"], is_confirmed=True)
    return _show_mine(request, subscriber, done={"word": "added", "n": len(added)})


def _save(request: HttpRequest, subscriber: Subscriber, live: list[Subscription]) -> HttpResponse:
    active = [one for one in live if one.is_active]
    form = PreferencesForm(subscriber, active, request.POST)
    if not form.is_valid():
        return _show_mine(request, subscriber, form=form, status=422)
    said = form.cleaned_data
    if (said["time_zone"], said["weekday"]) != (subscriber.time_zone, subscriber.weekday):
        subscriptions.change_clock(subscriber, said["time_zone"], said["weekday"])
    for one, pace in form.changed_paces():
        subscriptions.change_pace(one, pace)
    return _show_mine(request, subscriber, done={"word": "saved"})


def _show_mine(
    request: HttpRequest,
    subscriber: Subscriber,
    form: PreferencesForm | None = None,
    adding: AddForm | None = None,
    done: Mapping[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    live = _live(subscriber)
    active = [one for one in live if one.is_active]
    form = form or PreferencesForm(subscriber, active)
    found = find_followed(one.ref for one in live)
    more = _not_followed(live)
    context = {
        "subscriber": subscriber,
        "form": form,
        "rows": [(row, found.get(row.subscription.ref)) for row in form.rows],
        "pending": _named((one for one in live if not one.is_active), found),
        "adding": adding or (AddForm(more) if more else None),
        "done": done or {},
        "most": subscriptions.MOST_FOLLOWED,
    }
    return _show(request, "mine", context, status)


def _live(subscriber: Subscriber) -> list[Subscription]:
    """Return what somebody follows or asked to follow, the oldest first."""
    return list(subscriber.subscriptions.filter(ended_at=None).order_by("created_at", "pk"))


def _not_followed(live: Iterable[Subscription]) -> dict[Ref, Followed]:
    followed = {one.ref for one in live}
    return {ref: thing for ref, thing in _offered().items() if ref not in followed}


def _named(
    named: Iterable[Subscription], found: Mapping[Ref, Followed] | None = None
) -> list[dict]:
    """Return subscriptions as a list shows them; what is gone has the title it had."""
    rows = list(named)
    found = find_followed(one.ref for one in rows) if found is None else found
    return [{"subscription": one, "followed": found.get(one.ref)} for one in rows]


def _follow_path(refs: Iterable[Ref]) -> str:
    asked = [("what", str(ref)) for ref in refs]
    return f"{reverse('updates:follow')}?{urlencode(asked[:MOST_AT_ONCE])}"


def _show_form(request: HttpRequest, form: FollowForm, status: int = 200) -> HttpResponse:
    """Show a form that nobody stores, with a stamp."""
    return _show(request, "follow", {"form": form, "stamp": new_stamp()}, status)


def _over(request: HttpRequest) -> HttpResponse:
    """Say that a link leads nowhere: cut off, changed, or what it was for is forgotten."""
    return _show(request, "link_over", {}, status=404)


def _show(request: HttpRequest, name: str, context: dict, status: int = 200) -> HttpResponse:
    whole = {"crumbs": [Crumb(_("Email updates"), reverse("updates:index"))], **context}
    return render(request, f"pages/updates/{name}.html", whole, status=status)
