"""Whether a guide helped: said once, kept without who said it, never lost while it is typed."""

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from lxml import html

from core.models import Tally
from core.public_forms import LARGEST_BODY
from guides.feedback import MOST_AN_HOUR, MOST_WORDS
from guides.models import Feedback, GuidePage
from people.models import ContactPage
from tests.comments.pages import stamp
from tests.factories.guides import make_guide

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SAID = "Step 3 names a menu that is gone.\nIt is under “Loans” now."


@pytest.fixture
def guide() -> GuidePage:
    return make_guide()


def parsed(response) -> html.HtmlElement:
    return html.fromstring(response.content.decode())


def text_of(tree: html.HtmlElement) -> str:
    return " ".join(tree.text_content().split())


def fields_of(response) -> dict[str, str]:
    """Return what the form on a page of its own would send."""
    (form,) = parsed(response).cssselect("main form")
    return {name: (value or "").strip() for name, value in form.form_values()}


def send(client, guide, seconds_ago: float = 60, **said):
    return client.post(
        f"{guide.url}feedback/", {"helped": "no", "words": SAID, "stamp": stamp(seconds_ago)} | said
    )


def test_from_the_guide_to_the_thanks_without_cookie_and_script(guide):
    client = Client(enforce_csrf_checks=True)
    page = parsed(client.get(guide.url))
    (form,) = page.cssselect("form.helpful")
    assert not form.cssselect("input")
    assert [button.get("value") for button in form.cssselect("button")] == ["yes", "no"]
    fresh = client.post(form.get("action"), {"helped": "no"})
    assert fresh.status_code == 200
    assert "no-store" in fresh["Cache-Control"]
    held = fields_of(fresh)
    assert held["helped"] == "no"
    assert held["stamp"]
    assert not parsed(fresh).cssselect(".notice")
    assert not Feedback.objects.exists()
    with time_machine.travel(timezone.now() + timezone.timedelta(seconds=5)):
        thanks = client.post(f"{guide.url}feedback/", held | {"words": SAID})
    assert "Thank you" in text_of(parsed(thanks))
    kept = Feedback.objects.get()
    assert (kept.guide, kept.helped, kept.words) == (guide, False, SAID)


def test_the_form_has_an_address_of_its_own(client, guide):
    response = client.get(f"{guide.url}feedback/")
    assert response.status_code == 200
    assert fields_of(response)["stamp"]
    page = parsed(response)
    assert page.cssselect('meta[name="robots"]')[0].get("content") == "noindex"
    assert not page.cssselect("main input[type=email]")


def test_yes_or_no_alone_counts_once_it_is_sent(client, guide):
    send(client, guide, helped="yes", words="")
    kept = Feedback.objects.get()
    assert (kept.helped, kept.words) == (True, "")


def test_the_thanks_lead_back_and_to_the_team(client, guide):
    hrefs = [link.get("href") for link in parsed(send(client, guide)).cssselect("main a")]
    assert guide.url in hrefs
    assert ContactPage.objects.get().url in hrefs
    ContactPage.objects.get().unpublish()
    thanks = parsed(send(client, guide, words="More."))
    assert "Thank you" in text_of(thanks)
    assert "/contact/" not in [link.get("href") for link in thanks.cssselect("main a")]


@pytest.mark.parametrize("said", [{"helped": ""}, {"helped": "maybe"}, {"words": "x" * 1001}])
def test_what_is_wrong_is_said_beside_what_was_typed(client, guide, said):
    response = send(client, guide, **said)
    assert response.status_code == 422
    assert fields_of(response)["words"] == said.get("words", SAID)
    assert parsed(response).cssselect(".errors a")
    assert not Feedback.objects.exists()
    assert MOST_WORDS == 1000


def test_what_was_put_right_is_taken(client, guide):
    held = fields_of(send(client, guide, helped=""))
    client.post(f"{guide.url}feedback/", held | {"helped": "yes"})
    assert Feedback.objects.get().words == SAID


@pytest.mark.parametrize("seconds_ago", [0, 25 * 3600])
def test_what_is_sent_at_once_or_days_later_is_shown_again(client, guide, seconds_ago):
    response = send(client, guide, seconds_ago)
    assert response.status_code == 200
    held = fields_of(response)
    assert held["words"] == SAID.replace("\n", "\r\n") or held["words"] == SAID
    assert "not sent yet" in text_of(parsed(response).cssselect(".notice")[0])
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("forged", ["", "x", "1:1:1", "\0"])
def test_without_a_stamp_of_ours_nothing_is_kept(client, guide, forged):
    response = send(client, guide, stamp=forged)
    assert fields_of(response)["words"] == SAID
    assert not Feedback.objects.exists()


def test_another_sites_page_sends_nothing(client, guide):
    response = client.post(
        f"{guide.url}feedback/",
        {"helped": "no", "words": SAID, "stamp": stamp()},
        headers={"Origin": "https://evil.example"},
    )
    assert fields_of(response)["words"] == SAID
    assert not Feedback.objects.exists()


def test_a_program_that_fills_in_everything_is_thanked_and_not_heard(client, guide):
    response = send(client, guide, website="https://spam.example")
    assert "Thank you" in text_of(parsed(response))
    assert not Feedback.objects.exists()


def test_who_sends_too_much_keeps_the_text(client, guide):
    with time_machine.travel("2024-03-06 12:00:30 +0000", tick=False):
        for n in range(MOST_AN_HOUR):
            assert send(client, guide, 60 + n, words=f"{n}").status_code == 200
        response = send(client, guide)
    assert response.status_code == 429
    assert fields_of(response)["words"] == SAID
    assert Feedback.objects.count() == MOST_AN_HOUR


def test_the_same_within_a_minute_counts_once(client, guide):
    with time_machine.travel("2024-03-06 12:00:30 +0000", tick=False) as clock:
        send(client, guide)
        assert "Thank you" in text_of(parsed(send(client, guide, 61)))
        assert Feedback.objects.count() == 1
        send(client, guide, 62, helped="yes")
        send(client, make_guide("Another"), 63)
        assert Feedback.objects.count() == 3
        clock.shift(60)
        send(client, guide)
        assert Feedback.objects.count() == 4


def test_the_same_form_sent_twice_counts_once(client, guide):
    with time_machine.travel("2024-03-06 12:00:30 +0000", tick=False) as clock:
        sent = stamp()
        send(client, guide, stamp=sent)
        clock.shift(600)
        send(client, guide, stamp=sent)
    assert Feedback.objects.count() == 1


def test_nothing_that_is_kept_tells_who_it_was(client, guide):
    client.post(
        f"{guide.url}feedback/",
        {"helped": "yes", "words": "", "stamp": stamp()},
        REMOTE_ADDR="203.0.113.9",
    )
    kept = [*Feedback.objects.values(), *Tally.objects.values()]
    assert kept
    assert "203.0.113.9" not in str(kept)


def test_what_is_unseen_or_out_of_order_is_not_kept(client, guide):
    send(client, guide, words="One\0\u202e line\n\n\n\n<b>two</b>  ")
    assert Feedback.objects.get().words == "One line\n\n<b>two</b>"


def test_bodies_without_end_are_not_read(client, guide):
    response = client.post(
        f"{guide.url}feedback/", {"words": "x"}, headers={"Content-Length": str(LARGEST_BODY + 1)}
    )
    assert response.status_code == 413
    assert not Feedback.objects.exists()


def test_other_methods_are_refused(client, guide):
    assert client.put(f"{guide.url}feedback/").status_code == 405
