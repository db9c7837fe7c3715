"""Letters from readers to the team, to a person, to a mentor: by mail, whose address nobody sees.

Nothing is kept of them but the mail in the outbox, for as long as any (outbox.purging). What is
typed is shown once more before it goes, and never lost: whatever holds it back shows it again.
"""

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page, Site
from wagtail.permissions import page_permission_policy

from core.page_cache.parts import kept
from core.pages import Crumb, host_of
from core.patron_data import findings
from core.public_forms import (
    LineField,
    PublicForm,
    TextField,
    is_from_elsewhere,
    new_stamp,
    private,
)
from core.text import folded
from core.throttling import allows, client_of
from outbox.addresses import key_of
from outbox.messages import Message, post_if_address
from outbox.models import LONGEST_ADDRESS, Mail, Priority
from outbox.purging import FAILED_KEPT_FOR
from people.models import ContactPage, PeoplePage, Person, Subject

LONGEST_NAME = 100
LONGEST_LETTER = 4000
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
MOST_AN_HOUR = 10
"""From one client."""
MOST_A_DAY = 30
"""To one address."""


def _example() -> dict:
    return {
        "to": str(_("the team")),
        "subject": str(_("Renewals")),
        "name": "Ines Moreau",
        "sender": "ines@example.org",
        "said": str(_("How long may a borrower keep a loan that was renewed already?")),
        "from_url": f"{settings.SITE_URL}/contact/",
    }


LETTER = Message(
    name="contact_letter",
    label=gettext_lazy("A reader writes with the form"),
    example=_example,
    priority=Priority.AT_ONCE,
)


class LetterForm(PublicForm):
    name = LineField(
        label=gettext_lazy("Your name"),
        max_length=LONGEST_NAME,
        error_messages={"required": gettext_lazy("Say who you are.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your email address"),
        max_length=LONGEST_ADDRESS,
        error_messages={"required": gettext_lazy("The answer goes there.")},
        help_text=gettext_lazy("The answer goes there. Only who gets your letter sees it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    message = TextField(
        label=gettext_lazy("Your letter"),
        max_length=LONGEST_LETTER,
        error_messages={"required": gettext_lazy("Write your letter here.")},
        help_text=gettext_lazy("Leave out what names a borrower."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    field_order = ["subject", "name", "email", "message"]

    def clean_name(self) -> str:
        """Refuse web addresses: the name stands in the subject of a mail."""
        name = self.cleaned_data["name"]
        if "://" in name or "www." in name.lower():
            raise forms.ValidationError(_("Write a name, without web addresses."))
        return name

    @property
    def subject_chosen(self) -> Subject | None:
        return self.cleaned_data.get("subject")

    @property
    def shown_fields(self) -> list:
        """What is filled in, in order."""
        return [field for field in self.visible_fields() if field.name != "website"]

    @property
    def hidden_values(self) -> list[tuple[str, str]]:
        """What a valid form said, as it was understood, for one that sends it again."""
        said = {**self.cleaned_data, "website": self.data.get("website", "")}
        said.pop("stamp", None)
        if subject := said.get("subject"):
            said["subject"] = subject.slug
        return [(name, value or "") for name, value in said.items()]


class TeamLetterForm(LetterForm):
    subject = forms.ModelChoiceField(
        Subject.objects.all(),
        to_field_name="slug",
        label=gettext_lazy("What it is about"),
        required=False,
        empty_label=gettext_lazy("Something else"),
    )


@dataclass(frozen=True)
class Recipient:
    """Whom a letter goes to; what it says of them, the public may see."""

    name: str
    title: str
    """Of the page with the form."""
    write_url: str
    back: Crumb
    """The page one comes from."""
    crumbs: list[Crumb]
    addresses: Callable[[Subject | None], list[str]]
    """Never shown to anybody."""
    form: type[LetterForm] = LetterForm


@private
def write_to_team(request: HttpRequest, page: ContactPage) -> HttpResponse:
    """Show the form, then the letter, then send it to the team, or to who answers for its subject.

    Raises RequestDataTooBig.
    """
    return _write(request, _team(request, page))


@private
def write(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for a person. Raises Http404 for who cannot be written to, RequestDataTooBig.

    What somebody has written already to such a person may go to the team.
    """
    person = Person.objects.public().exclude(email="").filter(slug=slug).first()
    if person:
        return _write(request, _person(request, person))
    page = ContactPage.objects.published().sole()
    if request.method != "POST" or page is None:
        raise Http404
    form = TeamLetterForm(request.POST)
    form.full_clean()
    form.add_error(
        None, _("This person cannot be written to any more. You may send it to the team instead.")
    )
    return _show(request, _team(request, page), form, status=404)


def _team(request: HttpRequest, page: ContactPage) -> Recipient:
    return Recipient(
        name=_("the team"),
        title=_("Write to the team"),
        write_url=page.write_url,
        back=Crumb(page.title, page.get_url(request)),
        crumbs=page.crumbs_to(request),
        addresses=lambda subject: _answering(subject) or _of_team(page),
        form=TeamLetterForm,
    )


def _person(request: HttpRequest, person: Person) -> Recipient:
    here = Crumb(person.name, person.get_absolute_url())
    return Recipient(
        name=person.name,
        title=_("Write to %(name)s") % {"name": person.name},
        write_url=person.write_url,
        back=here,
        crumbs=[*crumbs_to_people(request), here],
        addresses=lambda _subject: [person.email],
    )


def crumbs_to_people(request: HttpRequest) -> list[Crumb]:
    """Return the way to the page of people, where there is one."""
    name = f"people:crumbs:{host_of(request)}"
    return kept(request, name, lambda: _crumbs_to_people(request))


def _crumbs_to_people(request: HttpRequest) -> list[Crumb]:
    page = PeoplePage.objects.published().defer("intro").sole()
    return page.crumbs_to(request) if page else []


def _answering(subject: Subject | None) -> list[str]:
    """Return the addresses of those who answer for a subject; none for none."""
    if subject is None:
        return []
    return list(subject.answered_by.exclude(email="").values_list("email", flat=True))


def _of_team(page: ContactPage) -> list[str]:
    if page.email:
        return [page.email]
    site = page.get_site() or Site.objects.get(is_default_site=True)
    root: Page = site.root_page
    users = page_permission_policy.users_with_permission_for_instance("publish", root)
    return list(users.filter(is_active=True).order_by("pk").values_list("email", flat=True))


def _write(request: HttpRequest, to: Recipient) -> HttpResponse:
    if request.method != "POST":
        return _show(request, to, to.form(initial={"subject": request.GET.get("subject", "")}))
    form = to.form(request.POST)
    if not form.is_valid() or request.POST.get("step") == "edit":
        return _show(request, to, form, status=422 if form.errors else 200)
    if not form.is_confirmed or is_from_elsewhere(request):
        return _preview(request, to, form)
    if not form.is_trapped and (held := _send(request, to, form)):
        form.add_error(None, held.said)
        return _show(request, to, form, status=held.status)
    return render(request, "pages/people/letter_sent.html", _context(to))


def _show(request: HttpRequest, to: Recipient, form: LetterForm, status: int = 200) -> HttpResponse:
    context = {**_context(to), "form": form, "days": FAILED_KEPT_FOR.days}
    return render(request, "pages/people/letter.html", context, status=status)


def _preview(request: HttpRequest, to: Recipient, form: LetterForm) -> HttpResponse:
    subject = form.subject_chosen
    context = {
        **_context(to),
        "form": form,
        "subject": subject,
        "findings": list(findings(form.cleaned_data["message"])),
        "stamp": new_stamp(),
    }
    return render(request, "pages/people/letter_preview.html", context)


def _context(to: Recipient) -> dict:
    return {"to": to, "crumbs": to.crumbs}


@dataclass(frozen=True)
class _Held:
    """Why a letter does not go, to its writer."""

    said: str
    status: int


def _send(request: HttpRequest, to: Recipient, form: LetterForm) -> _Held | None:
    """Write the mails of a letter, once for the same words within an hour."""
    said = form.cleaned_data
    addresses = {key_of(address): address for address in to.addresses(form.subject_chosen)}
    if not addresses:
        return _Held(_("Nobody can be reached with this form just now. Please telephone."), 503)
    digest = _digest(said["email"], said["message"])
    since = timezone.now() - HOUR
    with transaction.atomic():
        told = Mail.objects.filter(
            address__key__in=addresses, once__startswith=digest, created_at__gt=since
        )
        if told.exists():
            return None
        if not allows("letter", client_of(request), MOST_AN_HOUR, HOUR):
            return _Held(_("That is a lot in one hour. Please try again a little later."), 429)
        open_to = [
            address
            for key, address in addresses.items()
            if allows("letter to", key, MOST_A_DAY, DAY)
        ]
        if not open_to:
            return _Held(_("So much came in today that no more is taken before tomorrow."), 429)
        # Of two that come at the same moment, the second is not written.
        once = f"{digest}:{int(timezone.now().timestamp() // HOUR.total_seconds())}"
        for address in open_to:
            post_if_address(LETTER, address, _told(to, form), once=once, reply_to=said["email"])
    return None


def _told(to: Recipient, form: LetterForm) -> dict:
    subject = form.subject_chosen
    return {
        "to": to.name,
        "subject": subject.name if subject else "",
        "name": form.cleaned_data["name"],
        "sender": form.cleaned_data["email"],
        "said": form.cleaned_data["message"],
        "from_url": settings.SITE_URL + to.write_url,
    }


def _digest(email: str, message: str) -> str:
    words = f"{key_of(email)}\n{folded(message)}"
    return f"letter:{hashlib.blake2b(words.encode(), digest_size=16).hexdigest()}"
