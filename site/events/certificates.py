"""Certificates of attendance: what they say, where they are, and how anybody checks one.

They are written from the database whenever they are asked for: nothing is certified that is not
noted any more. Whose code is typed in learns what stands on the sheet, and nothing else.
"""

import datetime
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.formats import date_format, number_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.keys import ALPHABET
from core.signed_links import SignedLink
from events.models import EventPage, EventSettings, Registration, RegistrationQuerySet, State
from outbox.letterhead import letterhead

_ONE = SignedLink("registrations:certificate", "events.certificate.one")
_YEAR = SignedLink("registrations:year_certificate", "events.certificate.year")
_CODE = "events.certificate.code"
_SIGNED = 6
"""Signs of a code's signature, 30 bits; checking is throttled, and keys are random besides."""
_KEY = 12
_GROUP = 6
_QUARTER = Decimal("0.25")


@dataclass(frozen=True)
class Line:
    """An event that somebody attended."""

    title: str
    begins: datetime.datetime
    """As clocks at the event show it."""
    ends: datetime.datetime
    hours: Decimal

    @property
    def date(self) -> str:
        first, last = self.begins.date(), self.ends.date()
        if first == last:
            return date_format(first, "F j, Y")
        return _("%(first)s to %(last)s") % {
            "first": date_format(first, "F j" if first.year == last.year else "F j, Y"),
            "last": date_format(last, "F j, Y"),
        }


@dataclass(frozen=True)
class Certificate:
    """What a sheet says of one person: of an event, or of a year."""

    name: str
    library: str
    lines: tuple[Line, ...]
    """In the order in which the events were."""
    code: str
    issuer: str
    signed_by: str
    year: int | None = None
    """None: of a single event."""

    @property
    def hours(self) -> Decimal:
        return sum((line.hours for line in self.lines), Decimal())

    @property
    def check_url(self) -> str:
        return settings.SITE_URL + reverse("registrations:check_code", args=[self.code])

    @property
    def issued_at(self) -> datetime.datetime:
        """When what it certifies was over: the same sheet has the same bytes, always."""
        return max(line.ends for line in self.lines)

    @property
    def file_name(self) -> str:
        about = str(self.year) if self.year else slugify(self.lines[0].title)[:60].strip("-")
        return "-".join(filter(None, ["certificate", about])) + ".pdf"


def certificate_of(registration: Registration) -> Certificate | None:
    """Return what certifies that somebody was at an event; None where that is not so."""
    own = _certifiable().filter(pk=registration.pk).first()
    return _written([own], code_of(own)) if own else None


def certificate_of_year(registration: Registration, year: int) -> Certificate | None:
    """Return what certifies all that the same person attended in a year; None for nothing.

    The same person is who has the same name and address. The year is that of the event's date.
    """
    same = _certifiable().filter(event__date__year=year)
    if registration.email_key:
        same = same.filter(email_key=registration.email_key, folded_name=registration.folded_name)
    else:
        # Two of one name without an address may be two people.
        same = same.filter(pk=registration.pk)
    attended = list(same.order_by("event__starts_at", "pk"))
    return _written(attended, code_of(registration, year), year) if attended else None


def address(registration: Registration) -> str:
    """Return where the certificate of an event is; its link opens nothing else."""
    return _ONE.address(registration.key)


def year_address(registration: Registration, year: int) -> str:
    """Return where the certificate of a year is, of whoever this registration is of."""
    return _YEAR.address(f"{registration.key}.{year}")


def registration_of(token: str) -> Registration | None:
    """Return whose certificate a link opens; None for one that is not ours."""
    return _registration(_ONE.value_of(token))


def year_of(token: str) -> tuple[Registration, int] | None:
    """Return whose certificate a link opens, and of which year; None for one not ours."""
    key, _dot, year = _YEAR.value_of(token).partition(".")
    registration = _registration(key)
    return (registration, int(year)) if registration and year.isdecimal() else None


def code_of(registration: Registration, year: int | None = None) -> str:
    """Return what is typed in to check a certificate, in groups to be read from paper."""
    plain = registration.key + _signature(registration.key, year, settings.SECRET_KEY)
    groups = [plain[at : at + _GROUP] for at in range(0, len(plain), _GROUP)]
    return "-".join([*groups, str(year)] if year else groups)


def checked(code: str) -> tuple[bool, Certificate | None]:
    """Return whether a code is one of ours, and what it certifies as of now, if anything."""
    plain = "".join(sign for sign in code[:100].lower() if sign.isalnum())
    key, signature, said = plain[:_KEY], plain[_KEY : _KEY + _SIGNED], plain[_KEY + _SIGNED :]
    if said and not (said.isascii() and said.isdecimal() and len(said) == 4):
        return False, None
    year = int(said) if said else None
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(constant_time_compare(signature, _signature(key, year, one)) for one in secrets):
        return False, None
    registration = _registration(key)
    if registration is None:
        return True, None
    if year:
        return True, certificate_of_year(registration, year)
    return True, certificate_of(registration)


def hours_of(event: EventPage) -> Decimal:
    """Return the contact hours of an event: as its editors say, or its length to a quarter."""
    if event.contact_hours is not None:
        return event.contact_hours
    length = Decimal((event.ends_at - event.starts_at).total_seconds()) / 3600
    return (length / _QUARTER).quantize(Decimal(1), ROUND_HALF_UP) * _QUARTER


def shown_hours(hours: Decimal) -> str:
    """Return hours with their word, as “1.5 contact hours”."""
    number = number_format(hours.quantize(Decimal("0.01")).normalize() + 0, use_l10n=True)
    word = ngettext("contact hour", "contact hours", 1 if hours == 1 else 2)
    return f"{number} {word}"


def _certifiable() -> RegistrationQuerySet:
    """Return those with a seat who were at an event that took place and is over."""
    there = _readable().attended().filter(state=State.CONFIRMED)
    return there.filter(event__is_cancelled=False, event__ends_at__lte=timezone.now())


def _readable() -> RegistrationQuerySet:
    # Who was erased has no name any more, and no certificates.
    return Registration.objects.exclude(name="").select_related("event")


def _registration(key: str) -> Registration | None:
    return _readable().filter(key=key).first() if key else None


def _written(attended: list[Registration], code: str, year: int | None = None) -> Certificate:
    rules = EventSettings.load()
    latest = attended[-1]
    lines = tuple(
        Line(one.event.title, one.event.starts_there, one.event.ends_there, hours_of(one.event))
        for one in attended
    )
    return Certificate(
        name=latest.name,
        library=latest.library,
        lines=lines,
        code=code,
        issuer=rules.issuer or letterhead()["site_name"],
        signed_by=rules.signed_by,
        year=year,
    )


def _signature(key: str, year: int | None, secret: str) -> str:
    digest = salted_hmac(_CODE, f"{key}.{year or ''}", secret=secret, algorithm="sha256").digest()
    number = int.from_bytes(digest, "big")
    signs = []
    for _place in range(_SIGNED):
        number, at = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[at])
    return "".join(signs)
