"""A topic leads on to the page, or the section of a guide, that says more about it."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html
from wagtail.models import PageViewRestriction
from wagtail.test.utils.form_data import nested_form_data

from accounts.models import User
from chats.leading import find_section
from chats.models import ChatPage
from guides.models import GuidePage
from tests.chats.test_admin import add, errors, topic_row
from tests.factories.chats import make_chat, make_topic
from tests.factories.guides import make_guide

pytestmark = pytest.mark.django_db

ID = "1a2b3c4d-0000-4000-8000-000000000000"
ANCHOR = "section-1a2b3c4d"


@pytest.fixture
def editor(client):
    user = User.objects.create_user("editor@example.org", "a long password")
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)


@pytest.fixture
def guide(home) -> GuidePage:
    blocks = [("text", "<p>Weigh it.</p>")]
    return make_guide("Pack a book", [("Padding", blocks, ID), ("Labels", blocks)])


def leads(client, chat: ChatPage) -> list[tuple[str, str]]:
    page = html.fromstring(client.get(chat.url).content)
    links = page.cssselect(".topics .meta a")
    return [(link.text_content(), link.get("href")) for link in links]


def test_a_topic_leads_to_a_section(client, guide):
    topic = make_topic("How much padding?", 61, related_page=guide, related_section=ANCHOR)
    chat = make_chat(topics=[topic])
    assert leads(client, chat) == [("Pack a book: Padding", f"{guide.url}#{ANCHOR}")]


def test_where_the_section_is_gone_it_leads_to_the_guide(client, guide):
    topic = make_topic("How much padding?", 61, related_page=guide, related_section=ANCHOR)
    chat = make_chat(topics=[topic])
    del guide.body[0]
    guide.save_revision().publish()
    assert leads(client, chat) == [("Pack a book", guide.url)]


@pytest.mark.parametrize("hidden", ["unpublished", "private"])
def test_it_leads_to_nothing_that_the_public_may_not_see(client, guide, hidden):
    topic = make_topic("How much padding?", 61, related_page=guide, related_section=ANCHOR)
    chat = make_chat(topics=[topic])
    if hidden == "unpublished":
        guide.unpublish()
    else:
        PageViewRestriction.objects.create(page=guide, restriction_type="login")
    assert leads(client, chat) == []


def test_any_number_of_topics_cost_two_queries(client, guide):
    counts = []
    for number in (1, 20):
        topics = [
            make_topic(f"Padding {place}", 60 + place, related_page=guide, related_section=ANCHOR)
            for place in range(number)
        ]
        chat = make_chat(f"2024-0{1 + number % 9}-03", topics=topics)
        client.get(chat.url)
        with CaptureQueriesContext(connection) as queries:
            client.get(chat.url)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "address", ["http://localhost/guides/pack-a-book/#{}", "/guides/pack-a-book#{}"]
)
def test_an_address_names_page_and_section(guide, address):
    page, fragment = find_section(address.format(ANCHOR))
    assert (page.pk, fragment) == (guide.pk, ANCHOR)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "#",
        f"#{ANCHOR}",
        f"/guides/#{ANCHOR}",
        f"/guides/gone/#{ANCHOR}",
        "/guides/pack-a-book/",
        "/guides/pack-a-book/#section-00000000",
        "http://[#x",
        f"/guides/pack-a-book/\0#{ANCHOR}",
        f"javascript:alert(1)#{ANCHOR}",
    ],
)
def test_other_addresses_name_none(guide, address):
    assert find_section(address) is None


def test_an_editor_pastes_the_address_of_a_section(client, archive, editor, guide):
    row = topic_row("How much padding?", "1:01", related_section=f"{guide.full_url}#{ANCHOR}")
    assert add(client, archive, topics=[row]).status_code == 302
    topic = ChatPage.objects.get().topics.get()
    assert (topic.related_page_id, topic.related_section) == (guide.pk, ANCHOR)


def test_an_address_of_no_section_is_refused_and_kept(client, archive, editor, guide):
    row = topic_row("How much padding?", "1:01", related_section="/guides/nowhere/#section-1")
    response = add(client, archive, topics=[row])
    assert response.status_code == 200
    assert "No published guide has a section at this address" in errors(response)
    page = html.fromstring(response.content)
    assert page.cssselect("#id_topics-0-related_section")[0].value == "/guides/nowhere/#section-1"


def edit(client, chat: ChatPage, **row) -> None:
    topic = chat.topics.get()
    fields = {
        "title": topic.title,
        "start": "1:01",
        "kind": "",
        "source": "recording",
        "tags": "",
        "answer": "",
        "answer_checked_on": "",
        "superseded_by": "",
        "key": topic.key,
        "id": topic.pk,
        "ORDER": 1,
        **row,
    }
    page = html.fromstring(client.get(f"/admin/pages/{chat.pk}/edit/").content)
    form = dict(page.cssselect("form[data-edit-form]")[0].form_values())
    form |= nested_form_data({f"topics-0-{name}": value for name, value in fields.items()})
    assert client.post(f"/admin/pages/{chat.pk}/edit/", form | {"action-publish": "1"}).status_code


def test_choosing_another_page_lets_go_of_the_section(client, archive, editor, guide):
    other = make_guide("Label a box")
    topic = make_topic("How much padding?", 61, related_page=guide, related_section=ANCHOR)
    chat = make_chat(topics=[topic])
    edit(client, chat, related_section=ANCHOR, related_page=other.pk)
    topic = ChatPage.objects.get().topics.get()
    assert (topic.related_page_id, topic.related_section) == (other.pk, "")


def test_a_section_since_taken_out_does_not_keep_a_chat_from_being_saved(
    client, archive, editor, guide
):
    topic = make_topic("How much padding?", 61, related_page=guide, related_section=ANCHOR)
    chat = make_chat(topics=[topic])
    guide.unpublish()
    edit(client, chat, related_section=ANCHOR, related_page=guide.pk, title="Enough padding?")
    topic = ChatPage.objects.get().topics.get()
    assert (topic.title, topic.related_section) == ("Enough padding?", ANCHOR)
