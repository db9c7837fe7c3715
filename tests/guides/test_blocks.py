"""What stands in a guide's sections, as readers get it."""

import json
import re

import pytest
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.db import connection
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html
from wagtail.blocks import Block, StructBlockValidationError
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Locale,
    Page,
    PageViewRestriction,
    Site,
)

from core.blocks import answers_in
from guides.blocks import GUIDE_BLOCKS, SectionBlock, SharedTextBlock
from guides.models import SharedText
from people.models import Person, Team
from search.models import GlossaryTerm
from tests.factories.chats import make_chat, make_topic
from tests.factories.events import make_event, make_series, register_one
from tests.factories.pictures import make_all_sizes, make_image
from tests.factories.updates import make_list

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SECTION = SectionBlock()
FIRST = "1a2b3c4d-0000-4000-8000-000000000000"
SECOND = "5e6f7a8b-0000-4000-8000-000000000000"


def section(*blocks: tuple[str, object]):
    """Return a section as it is read from the database."""
    body = [{"type": kind, "value": value, "id": str(n)} for n, (kind, value) in enumerate(blocks)]
    return SECTION.to_python({"title": "Lending", "body": body})


def drawn(rf, *blocks: tuple[str, object], request=None) -> html.HtmlElement:
    context = {"request": request or rf.get("/")}
    return html.fromstring(f"<main>{section(*blocks).render_as_block(context)}</main>")


def is_empty(tree: html.HtmlElement) -> bool:
    return not len(tree) and not said(tree)


def said(tree: html.HtmlElement) -> str:
    return " ".join(tree.text_content().split())


def words(*blocks: tuple[str, object]) -> str:
    value = section(*blocks)["body"]
    return " ".join(value.stream_block.get_searchable_content(value))


def items(*values: dict, ids: tuple[str, ...] = ()) -> list[dict]:
    ids = ids or tuple(f"{n:08x}-item" for n in range(len(values)))
    return [
        {"type": "item", "value": value, "id": key} for value, key in zip(values, ids, strict=True)
    ]


def make_document(title: str = "Packing list", **fields) -> Document:
    content = ContentFile(b"x" * 2048, "list.pdf")
    return Document.objects.create(title=title, file=content, **fields)


@pytest.fixture
def box(media) -> Image:
    """A picture in all its sizes."""
    image = make_image()
    make_all_sizes()
    return image


def make_page(home, title: str = "The lending code") -> Page:
    return home.add_child(instance=Page(title=title, locale=Locale.get_default()))


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def every_block() -> list[Block]:
    return [*(block for _name, block in GUIDE_BLOCKS), SharedTextBlock()]


def test_each_block_has_a_sign_words_and_a_preview_for_editors(rf):
    known = {get_template(path).template.name.rpartition("/")[2] for path in get_icons_paths()}
    for block in every_block():
        name = type(block).__name__
        assert f"{block.meta.icon}.svg" in known, name
        assert str(block.label)[0].isupper(), name
        assert str(block.get_description()).endswith("."), name
        assert block.is_previewable, name
        value = block.get_preview_value()
        context = {
            "request": rf.get("/admin/block-preview/"),
            "bound_block": block.bind(value),
            "page_title": name,
        }
        template = get_template(block.get_preview_template(value))
        shown = html.fromstring(template.render(block.get_preview_context(value, context)))
        assert said(shown.cssselect("main")[0]) or shown.cssselect("main img"), name


def get_icons_paths() -> list[str]:
    from wagtail import hooks

    icons: list[str] = []
    for hook in hooks.get_hooks("register_icons"):
        icons = hook(icons)
    return icons


def test_steps_are_a_list_with_pictures_of_several_sizes(rf, box):
    tree = drawn(
        rf,
        (
            "steps",
            {
                "title": "Renew",
                "steps": items(
                    {
                        "title": "Check the due date",
                        "text": "<p>It stands <b>there</b>.</p>",
                        "image": box.pk,
                        "alt": "A slip",
                    },
                    {"title": "Ask the lender"},
                ),
            },
        ),
    )
    assert said(tree.cssselect("h3")[0]) == "Renew"
    first, second = tree.cssselect("ol.steps > li")
    picture = first.cssselect("figure > picture")[0]
    assert picture.cssselect("img")[0].get("alt") == "A slip"
    for source in picture.cssselect("source"):
        assert len(source.get("srcset").split(",")) == 3
    assert first.cssselect("b")
    assert said(second) == "Ask the lender"


def test_pictures_of_ten_steps_cost_what_one_costs(rf, media):
    def cost(n: int, kind: str) -> int:
        pictures = [make_image().pk for _ in range(n)]
        if kind == "steps":
            value = {
                "steps": items(*({"title": "One", "image": pk} for pk in pictures)),
            }
        else:
            value = {"images": items(*({"image": pk} for pk in pictures))}
        drawn(rf, (kind, value))
        caches["default"].clear()
        with CaptureQueriesContext(connection) as queries:
            drawn(rf, (kind, value))
        return len(queries)

    assert cost(1, "steps") == cost(10, "steps")
    assert cost(2, "gallery") == cost(12, "gallery")


def test_a_picture_whose_file_is_lost_breaks_no_page(rf, media):
    image = make_image()
    image.file.storage.delete(image.file.name)
    tree = drawn(rf, ("steps", {"steps": items({"title": "One", "image": image.pk})}))
    assert said(tree) == "One"


def answers(title: str = "", *ids: str) -> tuple[str, dict]:
    asked = [
        {"question": f"Question {n}?", "answer": f"<p>Answer <b>{n}</b>.</p>"}
        for n, _id in enumerate(ids)
    ]
    return "answers", {"title": title, "answers": items(*asked, ids=ids)}


def test_each_question_has_an_address_and_its_answer_is_not_hidden(rf):
    tree = drawn(rf, answers("", FIRST, SECOND))
    first, second = tree.cssselect("h3")
    assert first.get("id") == "answer-1a2b3c4d"
    assert second.get("id") == "answer-5e6f7a8b"
    assert said(first) == "Question 0?"
    link = first.getparent().cssselect("a")[0]
    assert link.get("href") == "#answer-1a2b3c4d"
    assert "Question 0?" in said(link)
    assert not tree.cssselect("details, [hidden]")
    assert "Answer 1." in said(tree)


def test_questions_stand_below_the_title_of_their_block(rf):
    tree = drawn(rf, answers("What lenders ask", FIRST))
    assert [said(one) for one in tree.cssselect("h3")] == ["What lenders ask"]
    assert [said(one) for one in tree.cssselect("h4")] == ["Question 0?"]


def test_answers_are_given_to_be_found_under_the_address_they_have_on_the_page(rf):
    value = section(("text", "<p>Before</p>"), answers("", FIRST, SECOND))
    found = list(answers_in(value["body"]))
    assert [one.anchor for one in found] == ["answer-1a2b3c4d", "answer-5e6f7a8b"]
    assert found[0].question == "Question 0?"
    assert found[0].html == "<p>Answer <b>0</b>.</p>"


def test_no_id_is_given_twice_on_a_page(rf):
    kind, value = answers("", FIRST)
    stored = json.dumps([{"type": kind, "value": value, "id": SECOND}])
    text = SharedText.objects.create(name="Ask", body=stored)
    tree = drawn(
        rf,
        ("heading", "What helps"),
        ("shared", text.pk),
        ("heading", "What helps"),
        ("shared", text.pk),
        ("heading", "Τι βοηθά"),
        ("heading", "!"),
    )
    ids = tree.xpath("//@id")
    assert ids == [
        "what-helps",
        "answer-1a2b3c4d",
        "what-helps-2",
        "answer-1a2b3c4d-2",
        "τι-βοηθά",
        "part",
    ]
    assert tree.cssselect(".permalink")[1].get("href") == "#answer-1a2b3c4d-2"


def test_headings_of_a_section_stand_below_its_title(rf):
    topic = make_chat(topics=[make_topic("Orange labels", 402)]).topics.get()
    chat = make_chat("2024-04-03", recording_url="https://vimeo.com/1", topics=[make_topic("x")])
    event = make_event()
    tree = drawn(
        rf,
        ("heading", "A"),
        ("steps", {"title": "B", "steps": items({"title": "One"})}),
        ("topics", {"title": "C", "topics": [topic.key]}),
        ("chat", {"chat": chat.pk}),
        ("event", {"event": event.pk}),
        ("links", {"title": "D", "links": items({"label": "L", "url": "https://example.org/"})}),
        ("newest_recordings", {"title": "E", "most": 1}),
        ("upcoming_events", {"title": "F", "most": 1}),
        ("newest_recordings", {"title": "", "most": 1}),
        ("upcoming_events", {"title": "", "most": 1}),
    )
    headings = tree.xpath("//h1|//h2|//h3|//h4|//h5")
    assert [heading.tag for heading in headings] == [
        *("h3", "h3", "h3", "h3", "h3", "h3"),
        *("h3", "h4", "h3", "h4"),
        *("h3", "h3"),
    ]


def test_a_file_tells_its_kind_and_size(rf, media):
    value = {"document": make_document().pk, "title": "", "note": "For each crate"}
    tree = drawn(rf, ("file", value))
    assert said(tree.cssselect("a")[0]) == "Packing list"
    assert re.search(r"\(PDF, 2.0.KB\)", said(tree))
    assert "For each crate" in said(tree)
    assert words(("file", value)) == "Packing list For each crate"


def test_a_file_that_is_lost_on_disk_breaks_no_page(rf, media):
    document = make_document()
    document.file.storage.delete(document.file.name)
    Document.objects.update(file_size=None)
    value = section(("file", {"document": document.pk}))["body"][0].value
    assert value.size is None
    tree = drawn(rf, ("file", {"document": document.pk}))
    assert "Packing list (PDF)" in said(tree)


def test_a_deleted_or_private_file_leaves_nothing(rf, media):
    document = make_document()
    value = {"document": document.pk, "note": "Secret"}
    CollectionViewRestriction.objects.create(
        collection=Collection.get_first_root_node(), restriction_type="login"
    )
    assert is_empty(drawn(rf, ("file", value)))
    assert words(("file", value)) == ""
    document.delete()
    assert is_empty(drawn(rf, ("file", value)))


def test_links_lead_to_what_readers_may_see(rf, home):
    page = make_page(home)
    links = {
        "title": "Read on",
        "links": items(
            {"label": "The code", "page": page.pk, "note": "Who pays"},
            {"label": "Elsewhere", "url": "https://example.org/"},
        ),
    }
    tree = drawn(rf, ("links", links))
    assert [a.get("href") for a in tree.cssselect("a")] == [page.url, "https://example.org/"]
    assert words(("links", links)) == "Read on The code Who pays Elsewhere"
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert [said(a) for a in drawn(rf, ("links", links)).cssselect("a")] == ["Elsewhere"]
    assert "code" not in words(("links", links))


@pytest.mark.parametrize("gone", ["unpublished", "expired", "deleted"])
def test_links_without_anything_left_leave_nothing(rf, home, gone):
    page = make_page(home)
    links = {"title": "Read on", "links": items({"label": "The code", "page": page.pk})}
    match gone:
        case "unpublished":
            page.unpublish()
        case "expired":
            Page.objects.filter(pk=page.pk).update(expire_at=timezone.now())
        case "deleted":
            page.delete()
    assert is_empty(drawn(rf, ("links", links)))
    assert words(("links", links)) == ""


def test_many_links_cost_what_one_costs(rf, home):
    def cost(n: int) -> int:
        pages = [make_page(home, f"Page {i} of {n}") for i in range(n)]
        value = {"links": items(*({"label": "A page", "page": page.pk} for page in pages))}
        Site.clear_site_root_paths_cache()
        with CaptureQueriesContext(connection) as queries:
            drawn(rf, ("links", value))
        return len(queries)

    assert cost(1) == cost(10)


def catalogue(**more) -> tuple[str, dict]:
    return "catalogue", {
        "label": "Search the union catalog",
        "url": "https://www.catalog.example.org/find?type=all&q=",
        "field": "q",
        "fixed": items({"name": "scope", "value": "ours"}),
        **more,
    }


def test_a_catalogue_is_searched_there(rf):
    request = rf.get("/")
    form = drawn(rf, catalogue(), request=request).cssselect("form")[0]
    assert form.get("action") == "https://www.catalog.example.org/find"
    assert form.get("method") == "get"
    hidden = [(one.get("name"), one.get("value")) for one in form.cssselect("[type=hidden]")]
    assert hidden == [("type", "all"), ("scope", "ours")]
    field = form.cssselect("label [type=search]")[0]
    assert field.get("name") == "q"
    assert "catalog.example.org, away from this site" in said(form)
    assert request.forms_may_leave
    assert words(catalogue()) == "Search the union catalog"


def test_a_video_leads_to_the_second_of_each_topic(rf):
    moments = items({"start": 688, "title": "Tape"}, {"start": 24, "title": "Boxes"})
    value = {"title": "Packing", "url": "https://youtu.be/aqz-KE-bpKQ", "moments": moments}
    tree = drawn(rf, ("video", value))
    assert [(said(a), a.get("href").partition("&")[2]) for a in tree.cssselect(".topics a")] == [
        ("0:24 Boxes", "t=24s"),
        ("11:28 Tape", "t=688s"),
    ]
    assert not tree.cssselect("iframe")
    elsewhere = drawn(rf, ("video", {**value, "url": "https://video.example.org/1"}))
    assert not elsewhere.cssselect(".topics a")
    assert "11:28 Tape" in said(elsewhere)
    assert words(("video", value)) == "Packing Tape Boxes"


def test_newest_recordings_are_those_that_can_be_heard(rf):
    value = {"title": "Lately heard", "most": 2}
    assert "Nothing has been recorded yet." in said(drawn(rf, ("newest_recordings", value)))
    for day in ("2024-03-06", "2024-03-20", "2024-04-03"):
        make_chat(day, recording_url="https://vimeo.com/1", topics=[make_topic("A", 1)])
    make_chat("2024-05-01")
    make_chat("2024-05-15", recording_url="https://vimeo.com/1", live=False)
    tree = drawn(rf, ("newest_recordings", value))
    days = [time.get("datetime") for time in tree.cssselect("h4 time")]
    assert days == ["2024-04-03", "2024-03-20"]


def test_upcoming_events_can_be_registered_for(rf):
    value = {"title": "", "series": None, "most": 3}
    assert "No date is set" in said(drawn(rf, ("upcoming_events", value)))
    series = make_series("Clinics")
    event = make_event("Packing clinic", series=series)
    other = make_event("Just come", registration="none")
    make_event("Never", is_cancelled=True)
    tree = drawn(rf, ("upcoming_events", value))
    titles = [said(a).partition("20")[2][2:].strip() for a in tree.cssselect("h3 a")]
    assert titles == [event.title, other.title]
    [register] = tree.cssselect(".event-register a")
    assert register.get("href") == f"{event.url}#register"
    assert said(register) == "Register: Packing clinic"
    of_series = drawn(rf, ("upcoming_events", {**value, "series": series.pk}))
    assert len(of_series.cssselect("article")) == 1


def test_ten_events_cost_what_one_costs(rf):
    def cost() -> int:
        Site.clear_site_root_paths_cache()
        with CaptureQueriesContext(connection) as queries:
            drawn(rf, ("upcoming_events", {"title": "", "most": 10}))
        return len(queries)

    register_one(make_event(hosts=["Ines Moreau"], seats=5))
    one = cost()
    for n in range(9):
        make_event(f"Clinic {n}", hosts=["Ines Moreau", f"Host {n}"], seats=5)
    assert cost() == one


def test_a_person_is_written_to_without_their_address(rf, box):
    person = Person.objects.create(
        name="Marisol Achterberg",
        role="Borrowing",
        extension="204",
        email="marisol@example.org",
        photo=box,
        team=Team.objects.create(name="Lending"),
    )
    value = {"person": person.pk, "note": "For stuck holds"}
    tree = drawn(rf, ("contact", value))
    assert tree.cssselect("a")[0].get("href") == person.get_absolute_url()
    assert "Extension 204" in said(tree)
    [write] = [a for a in tree.cssselect("a") if said(a) == "Write to Marisol Achterberg"]
    assert write.get("href") == f"/people/{person.slug}/write/"
    assert "example.org" not in html.tostring(tree).decode()
    assert tree.cssselect("img")[0].get("alt") == ""
    assert words(("contact", value)) == "Marisol Achterberg Borrowing For stuck holds"
    Person.objects.update(email="")
    assert "Write to" not in said(drawn(rf, ("contact", value)))
    person.delete()
    assert is_empty(drawn(rf, ("contact", value)))
    assert words(("contact", value)) == ""


def test_a_person_whom_readers_do_not_see_is_not_shown_and_the_editor_hears_why(rf):
    person = Person.objects.create(name="Marisol Achterberg", email="marisol@example.org")
    value = section(("contact", {"person": person.pk, "note": "For stuck holds"}))["body"][0]
    assert is_empty(html.fromstring(f"<main>{value.render({'request': rf.get('/')})}</main>"))
    with pytest.raises(StructBlockValidationError) as raised:
        value.block.clean(value.value)
    assert "Give them a team" in str(raised.value.block_errors["person"])


def test_two_lists_can_be_followed_from_one_page(rf):
    north, south = make_list("North"), make_list("South")
    tree = drawn(rf, *(("list_sign_up", {"list": one.pk}) for one in (north, south)))
    forms = tree.cssselect("form")
    assert [form.cssselect("[name=what]")[0].get("value") for form in forms] == [
        f"list:{north.pk}",
        f"list:{south.pk}",
    ]
    labels = [said(form.cssselect("label")[0]) for form in forms]
    assert "“North”" in labels[0]
    assert "“South”" in labels[1]
    assert all(form.cssselect("label [type=email]") for form in forms)
    assert not tree.xpath("//@id")
    assert not tree.cssselect("[name=csrfmiddlewaretoken]")


def test_the_form_leads_to_the_page_that_asks_for_the_rest(rf, client):
    north = make_list("North")
    form = drawn(rf, ("list_sign_up", {"list": north.pk})).cssselect("form")[0]
    sent = {one.get("name"): one.get("value") for one in form.cssselect("[type=hidden]")}
    answer = client.post(form.get("action"), {**sent, "email": "ines@example.org"})
    page = html.fromstring(answer.content.decode())
    assert page.cssselect("[name=email]")[0].get("value") == "ines@example.org"
    assert page.cssselect(f"[name=what][value='list:{north.pk}'][checked]")


def test_a_closed_or_deleted_list_leaves_nothing(rf):
    closed = make_list(is_open=False)
    value = {"list": closed.pk}
    assert is_empty(drawn(rf, ("list_sign_up", value)))
    closed.delete()
    assert is_empty(drawn(rf, ("list_sign_up", value)))
    assert words(("list_sign_up", value)) == ""


def test_a_term_is_explained(rf):
    term = GlossaryTerm.objects.create(
        term="ComCat", also="Commonwealth Catalog\nCC", meaning="The shared catalog."
    )
    value = {"term": term.pk}
    tree = drawn(rf, ("term", value))
    assert said(tree.cssselect("dl > dt > dfn")[0]) == "ComCat"
    assert [said(dd) for dd in tree.cssselect("dd")] == [
        "The shared catalog.",
        "Also called: Commonwealth Catalog, CC",
    ]
    assert words(("term", value)) == "ComCat Commonwealth Catalog CC The shared catalog."
    term.delete()
    assert is_empty(drawn(rf, ("term", value)))


def test_a_shared_text_stands_in_its_place_and_is_found_there(rf):
    text = SharedText.objects.create(
        name="For editors", body=[("heading", "Whom to ask"), ("text", "<p>The desk.</p>")]
    )
    tree = drawn(rf, ("shared", text.pk))
    assert said(tree.cssselect("h3#whom-to-ask")[0]) == "Whom to ask"
    assert said(tree.cssselect("p")[0]) == "The desk."
    found = words(("shared", text.pk))
    assert "Whom to ask" in found
    assert "The desk." in found
    assert "editors" not in found
    text.delete()
    assert is_empty(drawn(rf, ("shared", text.pk)))


def test_a_draft_that_is_still_empty_can_be_previewed(rf):
    """Required fields may be blank in a draft."""
    for name, _block in GUIDE_BLOCKS:
        block = SECTION.child_blocks["body"].child_blocks[name]
        empty = block.get_prep_value(block.get_default())
        drawn(rf, (name, empty))
    blank = items({"start": None, "title": ""})
    drawn(rf, ("video", {"title": "", "url": "", "moments": blank}))
    make_event("One"), make_event("Two")
    tree = drawn(rf, ("upcoming_events", {"title": "", "most": None}))
    assert len(tree.cssselect("article")) == 1
