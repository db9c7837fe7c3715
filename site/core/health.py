"""How the parts of the site are: each offers its own, and /healthz tells."""

from collections.abc import Callable
from dataclasses import dataclass

from core.offers import Offers


@dataclass(frozen=True)
class HealthPart:
    name: str
    """As "index"."""
    state: str
    """"up", "stale", a few plain words, without personal data."""
    well: bool


health_parts: Offers[Callable[[], HealthPart]] = Offers()
"""Asked at each /healthz, so quick. A function is named as its part: "down" if it raises."""
