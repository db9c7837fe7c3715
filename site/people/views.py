"""Persons and teams: who they are, and what they made."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.page_cache import same_for_all
from core.page_cache.parts import kept
from people.letters import crumbs_to_people
from people.models import CommitteeTerm, ContactPage, Library, PeoplePage, Person, Team
from search.models import Entry
from search.results import lead_to
from search.showing import shown

MADE = ("chat", "event", "guide", "post")
"""Kinds of entries, of those that name somebody as who made them."""
MADE_PER_PAGE = 20
LIBRARIES = 12
SUGGESTED_FOR = 3600
"""Seconds that a browser may keep names of libraries."""


@same_for_all
@require_safe
def person(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who somebody is and what they made. Raises Http404 for who is not public."""
    found = get_object_or_404(Person.objects.public().select_related("team"), slug=slug)
    entries = Entry.objects.not_expired().labelled("host", slug).filter(kind__in=MADE)
    paginator = Paginator(entries.newest_first(), MADE_PER_PAGE)
    paginator.count = kept(request, f"person:{found.pk}:made", entries.count)
    listing = paginator.get_page(request.GET.get("page"))
    terms = CommitteeTerm.objects.public().current().filter(person=found)
    context = {
        "person": found,
        "terms": terms.select_related("page"),
        "listing": listing,
        "made": SimpleLazyObject(lambda: shown(lead_to(listing))),
        "people_page": _first(PeoplePage),
        "contact": _first(ContactPage),
        "canonical": settings.SITE_URL + found.get_absolute_url(),
        "description": found.blurb or " · ".join(filter(None, [found.name, found.place])),
        "crumbs": crumbs_to_people(request),
    }
    return render(request, "pages/people/person.html", context)


def _first(model: type[PeoplePage | ContactPage]) -> SimpleLazyObject:
    """Return the page of a kind of which there is one, or None, asked for once it is needed."""
    return SimpleLazyObject(model.objects.published().only("url_path").sole)


@same_for_all
@require_safe
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who is in a team. Raises Http404 for one that nobody is in."""
    found = get_object_or_404(Team.objects.public(), slug=slug)
    members = list(found.people.for_listing())
    context = {
        "team": found,
        "members": members,
        "has_photos": any(member.photo_id for member in members),
        "canonical": settings.SITE_URL + found.get_absolute_url(),
        "description": found.blurb or _("Who is in “%(team)s”.") % {"team": found.name},
        "crumbs": crumbs_to_people(request),
    }
    return render(request, "pages/people/team.html", context)


@require_safe
def libraries_json(request: HttpRequest) -> JsonResponse:
    """Answer with libraries that what was typed may be the beginning of."""
    libraries = Library.objects.suggested(request.GET.get("q", ""), LIBRARIES)
    response = JsonResponse({"libraries": list(libraries.called().values())})
    patch_cache_control(response, public=True, max_age=SUGGESTED_FOR)
    return response
