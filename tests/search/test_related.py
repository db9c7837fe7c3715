"""What is about the same, wherever that is asked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html
from wagtail.models import PageViewRestriction

from guides.models import GuidePage
from search.models import Entry
from search.related import related
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.events import make_event
from tests.factories.guides import make_guide


def titles(hits) -> list[str]:
    return [str(hit.title) for hit in hits]


@pytest.fixture
def tagged(archive):
    make_guide("Pack a loan", tags=["packing", "labels"])
    make_post("Labels", "2023-05-01", tags=["labels"])
    make_event("Clinic", "2024-04-02", tags=["packing"])
    make_chat(
        "2024-03-06",
        [
            make_topic("Bags", 60, ["packing"]),
            make_topic("Boxes and labels", 90, ["packing", "labels"]),
        ],
    )
    return make_post("This", "2024-03-07", tags=["packing", "labels"])


def test_what_shares_the_most_comes_first_and_each_object_once(tagged):
    found = related(tagged, ["packing", "labels"], most=9)
    assert titles(found) == ["Pack a loan", "Boxes and labels", "Clinic", "Labels"]
    assert titles(related(tagged, ["packing"], most=2)) == ["Pack a loan", "Clinic"]


def test_it_can_be_kept_to_some_kinds(tagged):
    assert titles(related(tagged, ["labels"], ["post", "topic"])) == ["Boxes and labels", "Labels"]


@pytest.mark.parametrize("tags", [[], [""], ["unused"]])
def test_nothing_shared_is_nothing_related_unless_it_is_filled_up(tagged, tags):
    assert related(tagged, tags) == []
    filled = related(tagged, tags, else_newest="post", at_least=3)
    assert titles(filled) == ["Labels"]


def test_what_the_public_does_not_see_is_not_related(tagged):
    hidden = make_post("Hidden", tags=["labels"])
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    make_post("Draft", tags=["labels"], live=False)
    assert not {"Hidden", "Draft"} & set(titles(related(tagged, ["labels"], most=9)))


def test_the_next_take_the_place_of_what_is_gone_though_its_entry_is_not(tagged):
    GuidePage.objects.update(live=False)
    assert titles(related(tagged, ["packing", "labels"], most=2)) == ["Boxes and labels", "Clinic"]


def test_what_stands_on_the_page_already_is_left_out(tagged):
    ref = Entry.objects.get(title="Pack a loan", kind="guide").ref
    assert titles(related(tagged, ["packing"], most=1, but={ref})) == ["Clinic"]


def test_those_that_share_the_most_may_all_be_its_own_or_of_other_kinds(tagged):
    topics = [make_topic(f"Own {n}", n, ["packing", "labels"]) for n in range(20)]
    own = make_chat("2024-05-01", topics)
    assert titles(related(own, ["packing", "labels"], ["event"])) == ["Clinic"]
    assert titles(related(own, ["packing", "labels"], ["post"])) == ["This", "Labels"]
    assert titles(related(own, ["packing", "labels"], most=1)) == ["Pack a loan"]


@pytest.mark.parametrize("name", ["chat", "event"])
def test_pages_show_it_and_not_themselves(client, tagged, name):
    made = {
        "chat": lambda: make_chat("2024-05-01", [make_topic("Own", 9, ["labels"])]),
        "event": lambda: make_event("Own", tags=["labels"]),
    }
    tree = html.fromstring(client.get(made[name]().url).content)
    (shown,) = tree.xpath("//section[@aria-labelledby='related']")
    links = [link.text for link in shown.cssselect(".hit a > span:last-child")]
    assert links == ["Pack a loan", "This", "Boxes and labels", "Labels"]
    alone = {
        "chat": lambda: make_chat("2024-06-05"),
        "event": lambda: make_event("Alone", "2024-06-06"),
    }
    assert b'id="related"' not in client.get(alone[name]().url).content


def test_it_asks_no_more_for_more(tagged):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            related(tagged, ["packing", "labels"], most=4, else_newest="post", at_least=4)
        return len(queries)

    few = asked()
    for n in range(1, 12):
        make_guide(f"Guide {n}", tags=["labels"])
        make_chat(f"2023-03-{n:02}", [make_topic("Boxes", n, ["labels"])], hosts=["Jo"])
    assert asked() <= few
