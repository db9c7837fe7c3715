"""What is kept under an address is handed over, and erased."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db.models import EmailField
from django.utils import timezone

from blog.models import Submission
from comments.models import Comment
from core.personal_data import personal_data
from outbox.addresses import address_of, is_open, prove, stop
from outbox.checks import TEST_MAIL
from outbox.messages import post
from outbox.models import Address, Mail, MailState
from outbox.purging import purge
from people.models import Person
from search.models import SearchedWords
from tests.factories.blog import make_post
from tests.factories.comments import make_comment
from tests.factories.people import make_person
from tests.factories.updates import make_subscription
from updates.following import Ref
from updates.models import Subscriber

pytestmark = pytest.mark.django_db


def ask(deed: str, address: str) -> str:
    out = StringIO()
    call_command("personal_data", deed, address, stdout=out)
    return out.getvalue()


@pytest.fixture
def somebody():
    make_comment(make_post(), "My words")
    Submission.objects.create(kind="idea", name="Ines", email="Ines@Example.org", text="An idea")
    Submission.objects.create(kind="idea", name="Bo", email="bo@example.org", text="Another")
    make_subscription("Ines@example.org", Ref("posts"), title="All posts")
    make_subscription("bo@example.org", Ref("posts"))


def test_all_is_handed_over(somebody):
    told = json.loads(ask("export", "INES@example.org"))
    assert [one["text"] for one in told["comments"]] == ["My words"]
    assert [one["text"] for one in told["submissions"]] == ["An idea"]
    assert [one["subscriptions"][0]["title"] for one in told["updates"]] == ["All posts"]


def test_all_is_erased_and_nothing_of_others(somebody):
    said = ask("erase", "ines@example.org")
    assert "comments: 1 erased" in said
    assert "submissions: 1 erased" in said
    assert "updates: 2 erased" in said
    assert not Comment.objects.exists()
    assert Submission.objects.get().name == "Bo"
    assert Subscriber.objects.get().email == "bo@example.org"


def test_what_is_no_address_is_refused(somebody):
    with pytest.raises(ValidationError):
        ask("erase", "")
    assert Comment.objects.exists()


COVERED = {
    "accounts.User": "account",
    "blog.Submission": "submissions",
    "comments.Comment": "comments",
    "events.Follower": "registrations",
    "events.Registration": "registrations",
    "outbox.Address": "mail",
    "people.Person": "persons",
    "updates.Request": "updates",
    "updates.Subscriber": "updates",
}
OF_NO_PERSON = {
    # Where letters to the team go.
    "people.ContactPage",
    # A rule of moderation: whether comments with an address in their text are held.
    "comments.CommentSettings",
    # The address of the site itself, at the foot of mails.
    "outbox.Letterhead",
    # Of the envelope: where what comes back goes. Its reader is an Address.
    "outbox.Mail",
}
OURS = (
    *("accounts", "blog", "chats", "comments", "core", "events", "guides", "home"),
    *("operate", "outbox", "people", "search", "updates"),
)


def keeps_an_address(model) -> bool:
    return any(
        isinstance(field, EmailField)
        or "email" in field.name
        or field.name in ("address", "sender")
        for field in model._meta.local_fields
    )


def test_whatever_keeps_an_address_is_handed_over_and_erased():
    models = [model for app in OURS for model in apps.get_app_config(app).get_models()]
    keeping = {model._meta.label for model in models if keeps_an_address(model)}
    # A link's address is one of the web; so is that of a place.
    keeping -= {"operate.PageLink", "events.EventPage"}
    assert keeping - OF_NO_PERSON == set(COVERED)
    assert {part.name for part in personal_data} >= set(COVERED.values())


def test_mail_to_an_address_is_told_of_and_erased():
    prove("Ines@example.org")
    sent, waiting = (
        post(TEST_MAIL, to, TEST_MAIL.example()) for to in ("ines@example.org", "bo@x.example")
    )
    Mail.objects.filter(pk=sent.pk).update(state=MailState.SENT, ended_at=timezone.now())
    (told,) = json.loads(ask("export", "INES@example.org"))["mail"]
    assert told["email"] == "Ines@example.org"
    assert told["proven"]
    assert [mail["state"] for mail in told["mails"]] == ["sent"]
    assert "mail: 2 erased" in ask("erase", "ines@example.org")
    assert list(Address.objects.values_list("key", flat=True)) == ["bo@x.example"]
    assert list(Mail.objects.all()) == [waiting]


def test_what_is_about_to_leave_leaves_and_is_forgotten_then():
    prove("ines@example.org")
    mail = post(TEST_MAIL, "ines@example.org", TEST_MAIL.example())
    assert "mail: 0 erased" in ask("erase", "ines@example.org")
    address = Address.objects.get()
    assert address.proven_at is None
    Mail.objects.filter(pk=mail.pk).update(state=MailState.SENT, ended_at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        purge()
    assert not Address.objects.exists()


@pytest.mark.parametrize(("reason", "is_kept"), [("complained", True), ("refused", False)])
def test_who_wants_no_mail_gets_none_afterwards(reason, is_kept):
    address = prove("ines@example.org")
    stop(address, reason, "550 Ines is not here")
    ask("erase", "ines@example.org")
    assert is_open("ines@example.org") is not is_kept
    assert list(Address.objects.values_list("answer", "proven_at")) == [("", None)] * is_kept


def test_addresses_are_forgotten_with_the_last_mail_but_those_proven_or_stopped():
    prove("proven@example.org")
    stop(address_of("stopped@example.org"), "bounced")
    mail = post(TEST_MAIL, "written@example.org", TEST_MAIL.example())
    address_of("typed@example.org")
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        address_of("new@example.org")
        purge()
    known = set(Address.objects.values_list("key", flat=True))
    left = {"proven@example.org", "stopped@example.org", "new@example.org"}
    assert known == left | {mail.address.key}


def test_a_person_is_told_and_cannot_be_written_to_any_more():
    person = make_person("Ines Moreau", email="Ines@example.org", extension="17")
    make_person("Bo", email="bo@example.org")
    (told,) = json.loads(ask("export", "ines@example.org"))["persons"]
    assert (told["name"], told["email"]) == ("Ines Moreau", "Ines@example.org")
    assert "persons: 1 erased" in ask("erase", "ines@example.org")
    person.refresh_from_db()
    assert (person.name, person.email, person.extension) == ("Ines Moreau", "", "")
    assert Person.objects.exclude(email="").get().name == "Bo"


def test_words_that_were_searched_for_belong_to_no_address():
    names = {field.name for field in SearchedWords._meta.get_fields()}
    assert names == {"id", "words", "month", "times", "times_not_found", "last_searched"}
