"""Saved searches: what is published and has certain words in it."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from search.engines import Narrowing
from search.query import is_question, tidy
from search.results import Hit, find
from updates.following import Followable, Followed, Ref
from updates.models import Subscription

KIND = "search"
CHOICES = ("host", "tag")
"""What beside words a saved search may ask for (`search.engines.FACETS`), by slugs."""
LONGEST = 250
MOST_HITS = 10


def what_of(words: str, chosen: Mapping[str, str]) -> str:
    """Return what a subscription keeps of a search; blank where it asks for nothing or too much."""
    words = tidy(words)
    if not is_question(words):
        return ""
    pairs = [("q", words), *((name, tidy(chosen.get(name, ""))) for name in CHOICES)]
    what = urlencode([pair for pair in pairs if pair[1]])
    return what if len(what) <= LONGEST else ""


def refs_of(words: str, chosen: Mapping[str, str]) -> list[str]:
    """Return what a reader of a search may want to follow: that search, if it can be kept."""
    what = what_of(words, chosen)
    return [str(Ref(KIND, what))] if what else []


def named(whats: Iterable[str]) -> dict[str, Followed]:
    """Return saved searches as readers meet them; only such as `what_of` writes."""
    found = {}
    address = reverse("search")
    for what in whats:
        asked = dict(parse_qsl(what))
        words = asked.get("q", "")
        if what and what == what_of(words, asked):
            said = _("Anything new with “%(words)s”") % {"words": words}
            narrowed = ", ".join(asked[name] for name in CHOICES if name in asked)
            found[what] = Followed(
                Ref(KIND, what),
                title=f"{said} ({narrowed})" if narrowed else said,
                href=f"{address}?{what}",
                feed=f"{reverse('search_feed')}?{what}",
            )
    return found


def saved_after(what: str, most: int) -> list[str]:
    """Return the next saved searches after one, each once, in their order."""
    saved = Subscription.objects.active().filter(kind=KIND, what__gt=what).order_by("what")
    return list(saved.values_list("what", flat=True).distinct()[:most])


def finds(what: str, model: str, pk: int) -> bool:
    """Say whether a saved search finds an object, as it is and not as a word was perhaps meant."""
    return bool(hits_in(what, model, pk))


def hits_in(what: str, model: str, pk: int) -> list[Hit]:
    """Return where in an object a saved search finds its words, best first."""
    asked = dict(parse_qsl(what))
    chosen = {name: asked[name] for name in CHOICES if name in asked}
    narrowing = Narrowing(chosen=chosen, within=frozenset([(model, pk)]))
    results = find(asked.get("q", ""), narrowing, per_page=MOST_HITS)
    return [] if results.suggestion else results.hits


SEARCHES = Followable(KIND, gettext_lazy("Searches"), named=named)
