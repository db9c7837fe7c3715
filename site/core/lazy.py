"""What a template's context holds, looked up only where the template asks for it."""

from collections.abc import Callable, Mapping

from django.utils.functional import SimpleLazyObject


def lazily(make: Callable[[], Mapping[str, object]], *names: str) -> dict[str, SimpleLazyObject]:
    """Return what `make` returns under these names; it is called once, when one of them is used.

    So a page of which all that they are shown in is kept (core.page_cache.parts) asks nothing.
    """
    made = SimpleLazyObject(make)
    return {name: _of(made, name) for name in names}


def _of(made: Mapping[str, object], name: str) -> SimpleLazyObject:
    return SimpleLazyObject(lambda: made[name])
