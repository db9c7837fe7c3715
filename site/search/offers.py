"""What the search asks of the parts of the site that lie above it."""

from collections.abc import Callable, Iterable, Mapping

from django.http import HttpRequest
from taggit.models import Tag

from core.offers import Offers

host_names: Offers[Callable[[], Mapping[str, str]]] = Offers()
"""Called for the names of all whom entries may bear as hosts, by their slugs."""

examples: Offers[Callable[[HttpRequest], Iterable[str]]] = Offers()
"""Called for words that editors chose to show what one can ask."""

ask_at: Offers[Callable[[HttpRequest], str]] = Offers()
"""Called for the address where readers ask the team; blank where there is none."""

followed_as: Offers[Callable[[str, Mapping[str, str]], list[str]]] = Offers()
"""Called with words and the facets chosen; returns what follows that search by mail."""

tag_followed: Offers[Callable[[Tag], list[str]]] = Offers()
"""Called with a tag; returns what follows something that bears it by mail."""
