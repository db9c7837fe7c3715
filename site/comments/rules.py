"""Why a comment is held: every rule that fires, by name."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comments.models import CommentSettings, SentIn
from core import patron_data
from core.html import links_in
from core.text import folded

LABELS: dict[str, str | Promise] = {
    "first": gettext_lazy("first comment from this address"),
    "unproven": gettext_lazy("address known here, not shown to be theirs"),
    "name": gettext_lazy("name of a known author, with another address"),
    "links": gettext_lazy("many links"),
    "words": gettext_lazy("a word to hold"),
    **{rule.name: rule.label for rule in patron_data.RULES},
    "flood": gettext_lazy("many in a short time"),
    "honeypot": gettext_lazy("filled in the trap for programs"),
    "too_fast": gettext_lazy("sent faster than anybody types"),
    "too_old": gettext_lazy("sent from a form more than a day old"),
    "edited": gettext_lazy("changed by its author"),
    "mailed": gettext_lazy("came by mail"),
    "mail_spam": gettext_lazy("the mail server takes it for spam"),
    "akismet_wait": gettext_lazy("Akismet is being asked"),
    "akismet_spam": gettext_lazy("Akismet takes it for spam"),
    "akismet_discard": gettext_lazy("Akismet takes it for blatant spam"),
    "akismet_provisional": gettext_lazy("Akismet will know better later"),
    "akismet_down": gettext_lazy("Akismet cannot be reached"),
    "akismet_slow": gettext_lazy("Akismet did not answer in time"),
    "akismet_busy": gettext_lazy("Akismet is busy"),
    "akismet_garbled": gettext_lazy("Akismet gave no verdict"),
    "akismet_key": gettext_lazy("Akismet does not take the site's key"),
}
SWITCHED = {
    "barcode": "hold_barcode",
    "phone": "hold_phone",
    "email": "hold_email",
    "request": "hold_request",
}
"""Which setting switches a rule of core.patron_data on."""


@dataclass(frozen=True)
class Origin:
    """What is known of where a text came from, apart from itself."""

    is_known: bool = False
    """Whether something of this address was published before."""
    borrows_name: bool = False
    """Whether a proven author with another address has this name."""
    is_flood: bool = False
    is_trapped: bool = False
    age: float | None = None
    """Seconds since the form was shown, None where it was not a form."""


SHORTEST = 2
"""Seconds in which nobody fills in a form."""
LONGEST = 24 * 3600
"""Seconds after which a form may have been kept to be sent by a program."""


def reasons_to_hold(sent: SentIn, origin: Origin, settings: CommentSettings) -> list[dict]:
    """Return each rule that fires with what it found; none of what staff send."""
    if sent.user_id is not None:
        return []
    return [{"rule": rule, "said": said} for rule, said in _fired(sent, origin, settings)]


def explain(reason: dict) -> str:
    """Say in a few words why something is held."""
    label = LABELS.get(reason["rule"], reason["rule"])
    said = reason.get("said", "")
    return _("%(why)s: %(said)s") % {"why": label, "said": said} if said else str(label)


def _fired(sent: SentIn, origin: Origin, settings: CommentSettings) -> Iterator[tuple[str, str]]:
    if settings.hold_first and not origin.is_known:
        yield "first", ""
    if settings.hold_first and origin.is_known and not sent.is_proven:
        yield "unproven", ""
    if settings.hold_name and origin.borrows_name:
        yield "name", ""
    whole = f"{sent.name}\n{sent.library}\n{sent.text}"
    links = links_in(whole)
    if settings.most_links and len(links) >= settings.most_links:
        yield "links", str(len(links))
    if found := _held_words(whole, settings):
        yield "words", ", ".join(found)
    rules = [
        rule for rule in patron_data.RULES if getattr(settings, SWITCHED.get(rule.name, ""), False)
    ]
    for finding in patron_data.findings(whole, rules):
        yield finding.rule.name, finding.said
    if settings.hold_flood and origin.is_flood:
        yield "flood", ""
    if settings.hold_form:
        yield from _of_the_form(origin)


def _of_the_form(origin: Origin) -> Iterator[tuple[str, str]]:
    if origin.is_trapped:
        yield "honeypot", ""
    if origin.age is not None and origin.age < SHORTEST:
        yield "too_fast", ""
    if origin.age is not None and origin.age > LONGEST:
        yield "too_old", ""


def _held_words(text: str, settings: CommentSettings) -> list[str]:
    """Return the words to hold that stand in a text, whole, however they are dressed up."""
    said = f" {_words(text)} "
    return [word for word in settings.held_words if f" {_words(word)} " in said]


def _words(text: str) -> str:
    signs = (sign if sign.isalnum() else " " for sign in folded(text))
    return " ".join("".join(signs).split())
