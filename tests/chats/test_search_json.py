"""What programs are told: hits, counts, corrections and completions."""

import pytest
from django.utils import timezone
from lxml import html
from wagtail.models import PageViewRestriction

from chats.models import ChatArchivePage
from search import asked, following
from tests.chats.test_search_page import ODD_QUERIES
from tests.clock import takes_less
from tests.factories.chats import make_chat, make_topic


@pytest.fixture
def chats(archive):
    make_chat(
        "2024-03-06",
        topics=[
            make_topic("Renewing early", 671, tags=["renewals"], key="renewing1111"),
            make_topic("Renewal notices", tags=["renewals", "mail"], key="notices11111"),
            make_topic("Maps", 900, tags=["mail"], answer='Say "roll" & <b>tube</b> to renew.'),
        ],
        hosts=["Mara Lindqvist"],
        title="All about due dates",
    )
    make_chat("2023-11-08", topics=[make_topic("Renewing late", 60)], hosts=["Theo Abara"])


@pytest.fixture
def noted(monkeypatch):
    calls = []
    monkeypatch.setattr(asked, "note", lambda words, found: calls.append((words, found)))
    return calls


def answer(client, query, name="search"):
    response = client.get(f"/chats/{name}.json{query}")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    return response.json()


def test_the_shape_is_promised(client, chats):
    said = answer(client, "?q=renewing+early")
    assert said == {
        "total": 1,
        "page": 1,
        "hits": [
            {
                "kind": "topic",
                "url": "/chats/2024-03-06/#topic-renewing1111",
                "title": "Renewing early",
                "excerpt": "<mark>Renewing early</mark>",
                "chat_date": "2024-03-06",
                "start": 671,
            }
        ],
        "facets": {
            "year": [{"value": "2024", "count": 1}],
            "host": [{"value": "mara-lindqvist", "count": 1}],
            "tag": [{"value": "renewals", "count": 1}],
        },
        "suggestion": None,
    }


def test_an_excerpt_is_escaped_but_for_its_marks(client, chats):
    (hit,) = answer(client, "?q=tube")["hits"]
    assert hit["title"] == "Maps"
    assert hit["excerpt"] == (
        "Say &quot;roll&quot; &amp; &lt;b&gt;<mark>tube</mark>&lt;/b&gt; to renew."
    )


def test_what_is_not_known_is_null(client, chats):
    hits = answer(client, "?q=notices")["hits"]
    assert [hit["start"] for hit in hits] == [None]
    person = next(hit for hit in answer(client, "?q=theo")["hits"] if hit["kind"] == "person")
    assert (person["chat_date"], person["start"]) == (None, None)
    assert person["url"] == "/people/theo-abara/"


def test_counts_leave_their_own_choice_out_and_come_in_order(client, chats):
    facets = answer(client, "?q=renew&year=2024")["facets"]
    assert facets == {
        "year": [{"value": "2024", "count": 3}, {"value": "2023", "count": 1}],
        "host": [{"value": "mara-lindqvist", "count": 3}],
        "tag": [{"value": "mail", "count": 2}, {"value": "renewals", "count": 2}],
    }


@pytest.mark.parametrize("engine", ["table", "index"])
def test_an_unknown_value_leaves_nothing(client, chats, engine):
    if engine == "index":
        following.rebuild()
    far = "year=" + "9" * 20
    for query in ("year=1887", "year=abc", far, "host=nobody", "tag=none", "tag=%00x", "host=%ff"):
        for words in ("", "q=renew&"):
            said = answer(client, f"?{words}{query}")
            assert (said["total"], said["hits"]) == (0, []), query


def test_without_words_it_is_all_that_the_filters_leave_newest_first(client, chats):
    said = answer(client, "?q=&host=mara-lindqvist")
    # Three topics, their chat, and she herself.
    assert said["total"] == 5
    everything = answer(client, "")
    days = [hit["chat_date"] for hit in everything["hits"] if hit["chat_date"]]
    assert days == sorted(days, reverse=True)
    assert everything["total"] == 8


def test_a_slip_is_corrected_and_said(client, chats):
    following.rebuild()
    said = answer(client, "?q=renewng")
    assert said["suggestion"] == "renewing"
    assert said["total"] == len(said["hits"]) == 4


def test_pages_are_numbered_and_bounded(client, archive):
    make_chat(topics=[make_topic(f"Renewal {n}", n) for n in range(1, 23)])
    first, last = answer(client, "?q=renewal"), answer(client, "?q=renewal&page=2")
    assert (len(first["hits"]), first["page"]) == (20, 1)
    assert (len(last["hits"]), last["page"], last["total"]) == (2, 2, 22)
    assert answer(client, "?q=renewal&page=999")["page"] == 2
    for page in ("0", "-1", "x", str(10**30)):
        assert answer(client, f"?q=renewal&page={page}")["page"] == 1


@pytest.mark.parametrize("name", ["search", "suggestions"])
@pytest.mark.parametrize("engine", ["table", "index"])
def test_no_query_however_odd_breaks_it_or_takes_long(client, chats, name, engine):
    if engine == "index":
        following.rebuild()
    answer(client, "?q=renew", name)
    for query in ODD_QUERIES:
        path = f"?q={query}&year={'9' * 20}"
        assert takes_less(1, lambda path=path: answer(client, path, name)), query
        said = answer(client, f"?q={query}", name)
        for hit in said.get("hits", []):
            excerpt = html.fragment_fromstring(hit["excerpt"], "p")
            assert {element.tag for element in excerpt.iter()} <= {"p", "mark"}, query


def test_searches_by_programs_are_counted_once(client, archive, noted):
    make_chat(topics=[make_topic(f"Renewal {n}", n) for n in range(1, 23)])
    for query in ("?q=renewal", "?q=renewal&page=2", "", "?q=zebra", "?year=2024"):
        answer(client, query)
    assert noted == [("renewal", True), ("zebra", False)]


def test_answers_are_kept_by_browsers_alone(client, chats):
    for name in ("search", "suggestions"):
        assert "private" in client.get(f"/chats/{name}.json?q=ren")["Cache-Control"]


def test_they_follow_the_archives_address_and_privacy(client, archive, chats):
    archive.slug = "calls"
    archive.save_revision().publish()
    assert client.get("/chats/search.json").status_code == 404
    said = client.get("/calls/search.json?q=renewing+early").json()
    assert [hit["url"] for hit in said["hits"]] == ["/calls/2024-03-06/#topic-renewing1111"]
    suggestions = client.get("/calls/suggestions.json?q=notic").json()["suggestions"]
    assert suggestions == [{"words": "notices", "url": "/calls/?q=notices"}]
    PageViewRestriction.objects.create(page=archive, restriction_type=PageViewRestriction.LOGIN)
    for name in ("search.json?q=renew", "suggestions.json?q=rene", "suggestions/?q=rene"):
        assert client.get(f"/calls/{name}").status_code == 302


def test_nothing_else_ends_in_json(client, archive, chats):
    for address in ("/other.json", "/chats/2024-03-06/search.json", "/chats/other.json"):
        assert client.get(address).status_code == 404


def test_words_are_completed(client, chats):
    said = answer(client, "?q=early+re", "suggestions")
    assert said == {"suggestions": [{"words": "early renewing", "url": "/chats/?q=early+renewing"}]}
    assert answer(client, "?q=xyz", "suggestions") == {"suggestions": []}
    assert answer(client, "", "suggestions") == {"suggestions": []}


def test_completions_are_few_and_only_of_what_may_be_seen(client, archive):
    make_chat(topics=[make_topic(f"Word{letter} a", 1) for letter in "abcdefghijkl"])
    hidden = make_chat(topics=[make_topic("Wordless", 1)], title="Wordsmith")
    PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)
    words = [one["words"] for one in answer(client, "?q=wor", "suggestions")["suggestions"]]
    assert len(words) == 8
    assert not {"wordless", "wordsmith"} & set(words)


def test_without_script_the_same_is_a_page(client, chats):
    page = html.fromstring(client.get("/chats/suggestions/?q=rene").content)
    links = {link.text: link.get("href") for link in page.cssselect("main .words a")}
    offered = answer(client, "?q=rene", "suggestions")["suggestions"]
    assert {one["words"]: one["url"] for one in offered} == links
    assert set(links) == {"renewing", "renewal"}
    assert page.cssselect("input[type=search]")[0].get("value") == "rene"
    for query in ("", "?q=xyz", "?q=%00%22"):
        page = html.fromstring(client.get(f"/chats/suggestions/{query}").content)
        assert page.cssselect(".empty")
        assert not page.cssselect(".words")


def test_an_archive_unpublished_or_past_its_time_answers_nothing(client, archive):
    for changed in ({"expire_at": timezone.now()}, {"live": False, "expire_at": None}):
        ChatArchivePage.objects.update(**changed)
        assert client.get("/chats/search.json").status_code == 404
