"""Persons and teams: who they are, and what they made."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from people.models import Person, Team


@require_safe
def person(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Person, slug=slug)
    return render(request, "pages/people/person.html", {"person": found})


@require_safe
def team(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Team, slug=slug)
    return render(request, "pages/people/team.html", {"team": found})
