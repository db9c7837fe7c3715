"""A topic's address outlives its title, its time and its place among others."""

import pytest
from wagtail.models import PageViewRestriction

from chats.models import ChatPage, Topic, TopicAddress
from tests.factories.chats import make_chat, make_topic


@pytest.fixture
def chat(archive):
    return make_chat(topics=[make_topic("Renewing early", 671, tags=["renewals"])])


def follow(client, key):
    response = client.get(f"/topics/{key}/")
    return response.headers.get("Location", response.status_code)


def test_the_address_leads_to_the_topics_line(client, chat):
    topic = chat.topics.get()
    assert follow(client, topic.key) == f"/chats/2024-03-06/#topic-{topic.key}"
    page = client.get("/chats/2024-03-06/").content.decode()
    assert f'id="topic-{topic.key}"' in page


def test_it_survives_title_time_and_an_older_revision(client, chat):
    key = chat.topics.get().key
    address = follow(client, key)
    first = chat.latest_revision

    changed = chat.get_latest_revision_as_object()
    topic = changed.topics.get()
    topic.title, topic.start = "Renewing before the due date", 700
    changed.topics = [topic]
    changed.save_revision().publish()
    assert follow(client, key) == address
    assert Topic.objects.get().start == 700

    first.publish()
    assert Topic.objects.get().start == 671
    assert follow(client, key) == address
    assert [tag.name for tag in Topic.objects.get().tags.all()] == ["renewals"]


def test_rows_made_anew_keep_their_key(client, chat):
    """A topic taken out comes back with an older revision, as another row."""
    old = chat.topics.get()
    first = chat.latest_revision
    emptied = chat.get_latest_revision_as_object()
    emptied.topics = []
    emptied.save_revision().publish()
    assert follow(client, old.key) == "/chats/2024-03-06/"

    first.publish()
    assert Topic.objects.get().key == old.key
    assert follow(client, old.key) == f"/chats/2024-03-06/#topic-{old.key}"


def test_it_follows_the_chat_to_a_new_slug(client, chat):
    key = chat.topics.get().key
    chat.slug = "renewals-special"
    chat.save_revision().publish()
    assert follow(client, key) == f"/chats/renewals-special/#topic-{key}"


def test_what_is_not_public_has_no_address(client, chat):
    key = chat.topics.get().key
    restriction = PageViewRestriction.objects.create(
        page=chat, restriction_type=PageViewRestriction.LOGIN
    )
    assert follow(client, key) == 404
    restriction.delete()
    assert follow(client, key) == f"/chats/2024-03-06/#topic-{key}"
    chat.unpublish()
    assert follow(client, key) == 404
    assert follow(client, "nosuchkey") == 404


def test_a_draft_gives_no_address_away(client, archive):
    draft = make_chat(topics=[make_topic("Not yet said")], live=False)
    assert not TopicAddress.objects.exists()
    assert follow(client, draft.topics.get().key) == 404


def test_a_copied_page_does_not_take_the_addresses_along(client, chat):
    key = chat.topics.get().key
    copy = chat.copy(update_attrs={"slug": "copy", "title": "Copy"}, keep_live=True)
    assert not copy.specific.topics.exists()
    assert follow(client, key) == f"/chats/2024-03-06/#topic-{key}"


def test_a_key_of_another_chat_is_never_shared(archive, chat):
    taken = chat.topics.get().key
    other = make_chat("2024-03-20", topics=[make_topic("Same key", key=taken)])
    assert other.topics.get().key != taken
    assert TopicAddress.objects.get(key=taken).chat_id == chat.pk


def test_a_deleted_chat_takes_its_addresses_with_it(client, chat):
    key = chat.topics.get().key
    ChatPage.objects.get(pk=chat.pk).delete()
    assert follow(client, key) == 404
