"""The kinds of what can be found, as readers choose among them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.findable import findables


@dataclass(frozen=True)
class KindLink:
    """A kind with how many there are of it, and the list of them."""

    label: str
    count: int
    href: str
    is_current: bool


def labels_of_kinds() -> dict[str, str]:
    """Return the label of each kind where several are counted, in the order to be offered."""
    labels: dict[str, str] = {}
    for findable in findables:
        for kind, label in findable.kinds.items():
            labels.setdefault(kind, str(findable.plurals.get(kind, label)))
    return labels


def kinds_of_parts() -> set[str]:
    """Return the kinds that are but parts of another thing: a passage, a section."""
    return {kind for findable in findables for kind in findable.parts}


def kind_links(
    counts: Mapping[str, int], chosen: str, address: Callable[[str], str]
) -> list[KindLink]:
    """Return all kinds together, then those there are, and the chosen one; none to choose from: [].

    `address` returns the list of one kind, and of all for "".
    """
    labels = labels_of_kinds()
    known = [kind for kind in labels if counts.get(kind) or kind == chosen]
    if len(known) < 2 and not chosen:
        return []
    every = KindLink(_("All"), sum(counts.values()), address(""), not chosen)
    each = (KindLink(labels[k], counts.get(k, 0), address(k), k == chosen) for k in known)
    return [every, *each]
