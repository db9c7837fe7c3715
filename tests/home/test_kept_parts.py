"""Parts of pages that are kept for all readers: nobody's own is in them, and each is told apart."""

import pytest
from django.test import Client

from events import lists
from events.models import EventQuestion
from home.models import StandardPage
from people import views as people_views
from search import tags
from tests.factories.blog import make_post
from tests.factories.events import in_days, make_event, make_series, register_one
from tests.factories.people import make_person, make_term
from tests.kept_parts import (
    asked,
    assert_answers_as_made_anew,
    assert_asks_little,
    assert_nobodys_own,
    keep_parts,
    kept,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

CALL = "https://zoom.example.org/j/8123"
PRIVATE = {"join_url": CALL, "join_notes": "Passcode k7", "arrival_notes": "Ring k7 twice"}


@pytest.fixture(autouse=True)
def _keeping(settings, tmp_path, monkeypatch) -> None:
    keep_parts(settings, monkeypatch, tmp_path / "pages")
    for module, name in ((lists, "EVENTS_PER_PAGE"), (people_views, "MADE_PER_PAGE")):
        monkeypatch.setattr(module, name, 2)
    monkeypatch.setattr(tags, "ON_A_PAGE", 2)


@pytest.fixture
def event():
    question = EventQuestion(label="Which desk?")
    series = make_series()
    return make_event(
        series=series,
        hosts=["Nell Cho"],
        tags=["maps"],
        kind="Clinic",
        questions=[question],
        **PRIVATE,
    )


@pytest.fixture
def addresses(home, event) -> list[str]:
    """Each kind of page that keeps parts, with what they are told apart by."""
    for n in range(5):
        make_event(f"Ahead {n}", in_days(n + 1), hosts=["Nell Cho"], tags=["maps"])
        make_event(f"Over {n}", in_days(-n - 1), kind="Talk")
    make_post("Maps by courier", tags=["maps"], authors=["Nell Cho"])
    make_term(make_person("Ines Moreau", team="Lending", answers=["Maps"], mentors_in=["Fees"]))
    part = home.add_child(instance=StandardPage(title="Part", summary="One."))
    part.add_child(instance=StandardPage(title="Below", summary="Two."))
    month, other = (f"/events/{day.year}/{day.month}/" for day in (event.date, in_days(-40)))
    return [
        *("/", "/part/", "/part/below/", "/people/", "/committee/", "/contact/"),
        *("/people/nell-cho/", "/people/ines-moreau/", "/people/nell-cho/?page=2"),
        *("/events/", "/events/?kind=clinic", "/events/?tag=maps", "/events/?tag=maps&page=2"),
        *("/events/?page=2", "/events/?page=9", "/events/?page=2&from=mail", "/events/?kind=none"),
        *("/events/past/", "/events/past/?kind=talk", "/events/past/?page=2"),
        *(month, f"{month}?kind=clinic", f"{month}?kind=talk", f"{month}?kind=none", other),
        *(event.url, "/events/ahead-1/", "/events/over-1/"),
        *("/tags/maps/", "/tags/maps/?kind=event", "/tags/maps/?kind=post", "/tags/maps/?page=2"),
        *("/tags/maps/?kind=event&page=2", "/tags/maps/?kind=none", "/search/", "/search/?q=maps"),
    ]


def test_what_is_kept_answers_as_what_is_made_anew(client, addresses):
    client.cookies["author"] = "somebody"
    assert_answers_as_made_anew(client, addresses)


def test_what_is_kept_is_nobodys_own(admin_client, admin_user, addresses, event):
    registration = register_one(event, "Vera Amsel", "vera@example.org")
    known = Client()
    known.cookies["author"] = "c0ffee"
    stamp = known.get(f"/registrations/on/{event.pk}/stamp/").json()
    own = [*filter(None, stamp.values()), known.cookies["csrftoken"].value, "c0ffee"]
    own += [*PRIVATE.values(), admin_user.email, registration.name, registration.email]
    assert_nobodys_own(admin_client, known, addresses, own)


def test_an_unknown_choice_of_one_reader_is_shown_to_no_other(client, event):
    client.cookies["author"] = "somebody"
    for address in ("/events/", f"/events/{event.date.year}/{event.date.month}/", "/tags/maps/"):
        assert "k1nd" in asked(client, f"{address}?kind=k1nd")
        assert "k1nd" not in asked(client, address)
        assert "m4il" not in asked(client, f"{address}?from=m4il")
    assert not [part for part in kept() if "k1nd" in part or "m4il" in part]


def test_a_page_of_which_all_is_kept_asks_little(client, addresses):
    client.cookies["author"] = "somebody"
    assert_asks_little(client, [address for address in addresses if "q=" not in address])


def test_a_draft_is_looked_at_as_it_is_and_by_its_editors_alone(client, rf, event):
    client.cookies["author"] = "somebody"
    assert "Packing clinic" in asked(client, event.url)
    event.title = "Unpacking clinic"
    looked_at = rf.get(event.url, HTTP_HOST="localhost")
    draft = event.make_preview_request(original_request=looked_at)
    assert "Unpacking clinic" in draft.rendered_content
    assert "Unpacking clinic" not in asked(client, event.url)


def test_the_search_box_of_a_catalogue_leads_away_from_a_text_that_is_kept(client, home):
    fields = {"label": "Catalog", "url": "https://catalog.example.org/", "field": "q", "fixed": []}
    home.add_child(instance=StandardPage(title="Part", body=[("catalogue", fields)]))
    client.cookies["author"] = "somebody"
    said = [client.get("/part/")["Content-Security-Policy"] for _ in range(2)]
    assert all("form-action 'self' https: http:" in policy for policy in said)
