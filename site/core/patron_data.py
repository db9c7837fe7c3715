"""What looks like a patron's data: no proof, a reason to look before it is published."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Rule:
    name: str
    label: str | Promise
    pattern: re.Pattern[str]
    on: bool = True
    """Whether it applies where nobody has chosen."""


RULES = (
    # Codabar: 14 digits, 2 for a patron's card and 3 for an item; some print them in groups.
    Rule(
        "barcode",
        _("looks like a library card's number"),
        re.compile(r"(?<![\w.-])[23](?:[ -]?\d){13}(?![\w-])", re.ASCII),
    ),
    # North American numbers, where three parts or a country's code tell them from others.
    Rule(
        "phone",
        _("looks like a telephone number"),
        re.compile(
            r"(?<![\w.-])(?:\+?1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])"
            r"[2-9]\d\d[ .-]\d{4}(?![\w-])",
            re.ASCII,
        ),
    ),
    Rule(
        "email",
        _("looks like an email address"),
        re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[a-z]{2,}", re.IGNORECASE),
    ),
    # Off at first: honest talk is full of these.
    Rule(
        "request",
        _("looks like the number of a request"),
        re.compile(r"(?<![\w.-])\d{8,9}(?![\w-])", re.ASCII),
        on=False,
    ),
)
APPLIED = tuple(rule for rule in RULES if rule.on)


@dataclass(frozen=True)
class Finding:
    rule: Rule
    said: str


def findings(text: str, rules: Iterable[Rule] = APPLIED) -> Iterator[Finding]:
    """Yield what in a text looks like a patron's data, by rule."""
    for rule in rules:
        for match in rule.pattern.finditer(text):
            yield Finding(rule, match[0])
