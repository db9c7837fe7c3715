"""Chats in the admin: the list, the form, bringing a list in, the next call."""

import datetime

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import html
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

from accounts.models import User
from chats.models import ChatPage, Topic
from chats.next_step import next_step
from chats.states import Outcome
from chats.transcribing import note_checked
from tests.factories.chats import make_chat, make_topic
from tests.factories.transcripts import make_transcript

pytestmark = pytest.mark.any_database

LIST = (
    "• Wednesday, March 6, 2024 Topics and timestamps: "
    "1:15 Courier bins; 11:28 Maps & <b>more</b>\n"
)


@pytest.fixture
def editor(client, archive):
    user = User.objects.create_user("editor@example.org", "a long password")
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)
    return user


def form_of(topics=(), initial=0, **fields):
    data = {
        "title": "",
        "slug": "",
        "date": "2024-03-06",
        "start_time": "",
        "summary": rich_text(""),
        "note": "",
        "register_url": "",
        "outcome": "",
        "outcome_reason": "",
        "topics_due": "",
        "recording_url": "",
        "recording_passcode": "",
        "recording_expires_on": "",
        "recording_file": "",
        "duration": "",
        "discussion_state": "open",
        "seo_title": "",
        "search_description": "",
        "go_live_at": "",
        "expire_at": "",
        "chat_hosts": inline_formset([]),
        "resources": inline_formset([]),
        "topics": inline_formset(topics, initial=initial),
        "comments": inline_formset([]),
        **fields,
    }
    return nested_form_data(data)


def topic_row(title, start="", **fields):
    row = {
        "title": title,
        "start": start,
        "kind": "",
        "source": "recording",
        "tags": "",
        "answer": "",
        "answer_checked_on": "",
        "superseded_by": "",
        "related_page": "",
        "key": "",
    }
    return {**row, **fields}


def add(client, archive, publish=True, **form):
    action = {"action-publish": "1"} if publish else {}
    return client.post(f"/admin/pages/add/chats/chatpage/{archive.pk}/", form_of(**form) | action)


def errors(response):
    page = html.fromstring(response.content)
    return " ".join(error.text_content() for error in page.cssselect(".error-message, .messages"))


def test_the_list_shows_date_state_and_topics_without_the_tree(client, editor):
    make_chat(topics=[make_topic("Bins", 75)], hosts=["Mara Lindqvist"])
    page = html.fromstring(client.get("/admin/chats/").content)
    row = " ".join(page.cssselect("table.listing tbody tr")[0].text_content().split())
    for expected in ("March 6, 2024", "Hosted by Mara Lindqvist", "With topics"):
        assert expected in row
    links = [link.get("href") for link in page.cssselect("header a, .w-header a")]
    assert any("import" in (link or "") for link in links)


@pytest.mark.parametrize("odd", ['"', '"bins', "\0", "*", "AND", "a:b", "(", "-", "%"])
@pytest.mark.parametrize("path", ["/admin/chats/", "/admin/snippets/people/person/"])
def test_the_search_boxes_survive_what_people_type(client, editor, path, odd):
    make_chat(topics=[make_topic("Courier bins")])
    assert client.get(path, {"q": odd}).status_code == 200


def test_the_search_box_finds_a_chat_by_a_topic(client, editor):
    make_chat(topics=[make_topic("Courier bins")])
    assert "March 6, 2024" in client.get("/admin/chats/", {"q": 'courier"'}).content.decode()
    assert "March 6, 2024" not in client.get("/admin/chats/", {"q": "zeppelin"}).content.decode()


def test_a_chat_needs_only_its_date(client, archive, editor):
    assert add(client, archive).status_code == 302
    chat = ChatPage.objects.get()
    assert (chat.title, chat.slug, chat.live) == (
        "Community chat, March 6, 2024",
        "2024-03-06",
        True,
    )


def test_a_second_chat_on_a_day_gets_a_slug_of_its_own(client, archive, editor):
    add(client, archive)
    add(client, archive)
    assert sorted(ChatPage.objects.values_list("slug", flat=True)) == ["2024-03-06", "2024-03-06-2"]


def test_a_title_made_from_the_date_moves_with_it(client, archive, editor):
    add(client, archive)
    chat = ChatPage.objects.get()
    data = form_of(title=chat.title, slug=chat.slug, date="2024-03-13") | {"action-publish": "1"}
    client.post(f"/admin/pages/{chat.pk}/edit/", data)
    chat.refresh_from_db()
    assert (chat.title, chat.slug) == ("Community chat, March 13, 2024", "2024-03-06")


def test_topics_are_typed_as_people_write_them(client, archive, editor):
    title = '\u00a0Maps:\u00a0"rolled"  or [flat]? '
    rows = [
        topic_row(title, "11:28", tags="maps, packing"),
        topic_row("End", "1:02:03"),
        topic_row("When?"),
    ]
    add(client, archive, topics=rows)
    topics = list(Topic.objects.all())
    assert [topic.start for topic in topics] == [688, 3723, None]
    assert topics[0].title == 'Maps:\u00a0"rolled"  or [flat]?'
    assert sorted(tag.name for tag in topics[0].tags.all()) == ["maps", "packing"]
    assert len({topic.key for topic in topics}) == 3


def test_a_tag_without_a_letter_is_refused(client, archive, editor):
    response = add(client, archive, topics=[topic_row("Maps", tags="maps, ???")])
    assert "no letter" in errors(response)
    assert not ChatPage.objects.exists()


@pytest.mark.parametrize("start", ["11:75", "eleven", "1:60:00", "-1:00", "11.28", "688"])
def test_a_time_that_is_none_is_explained_and_nothing_typed_is_lost(client, archive, editor, start):
    response = add(client, archive, topics=[topic_row("Packing maps", start)], note="Typed")
    assert response.status_code == 200
    assert "minutes and seconds" in errors(response)
    page = html.fromstring(response.content)
    assert page.cssselect('[name="topics-0-start"]')[0].get("value") == start
    assert "Packing maps" in page.cssselect('[name="topics-0-title"]')[0].get("value")
    assert page.cssselect('[name="note"]')[0].text.strip() == "Typed"
    assert not ChatPage.objects.exists()


def test_a_topic_past_the_end_is_refused(client, archive, editor):
    response = add(client, archive, topics=[topic_row("Maps", "52:10")], duration="52:10")
    assert "ends at 52:10" in errors(response)
    assert (
        add(client, archive, topics=[topic_row("Maps", "52:09")], duration="52:10").status_code
        == 302
    )
    assert ChatPage.objects.get().duration == 3130


def test_a_key_is_made_once_and_stays_through_every_save(client, archive, editor):
    add(client, archive, topics=[topic_row("Maps", "1:00")], publish=False)
    chat = ChatPage.objects.get()
    edit_page = f"/admin/pages/{chat.pk}/edit/"
    key = html.fromstring(client.get(edit_page).content).cssselect('[name="topics-0-key"]')[0]
    row = topic_row("Maps", "1:00", key=key.get("value"))
    client.post(edit_page, form_of(topics=[row], title=chat.title, slug=chat.slug))
    client.post(
        edit_page,
        form_of(topics=[row], title=chat.title, slug=chat.slug) | {"action-publish": "1"},
    )
    topic = Topic.objects.get()
    assert topic.key == key.get("value")
    row = topic_row("Charts", "2:00", key=topic.key, id=str(topic.pk))
    data = form_of(topics=[row], initial=1, title=chat.title, slug=chat.slug)
    client.post(edit_page, data | {"action-publish": "1"})
    assert Topic.objects.get().key == topic.key


def test_an_empty_row_has_no_key(client, archive, editor):
    page = html.fromstring(client.get(f"/admin/pages/add/chats/chatpage/{archive.pk}/").content)
    assert not page.cssselect('[name="topics-__prefix__-key"][value]')


def test_a_successor_is_named_by_pasting_its_address(client, archive, editor):
    newer = make_chat("2024-03-20", topics=[make_topic("Four days")])
    key = newer.topics.get().key
    for pasted in (
        f"https://ill.example.org/topics/{key}/",
        f"http://localhost:8000/chats/2024-03-20/#topic-{key}",
        f" {key} ",
    ):
        ChatPage.objects.filter(date="2024-03-06").delete()
        add(client, archive, topics=[topic_row("Six days", superseded_by=pasted)])
        assert Topic.objects.get(title="Six days").superseded_by == key
    response = add(
        client, archive, topics=[topic_row("Six", superseded_by="https://example.org/x")]
    )
    assert "No published topic" in errors(response)


def test_facts_that_contradict_each_other_are_refused(client, archive, editor):
    response = add(client, archive, outcome_reason="snow")
    assert "was it cancelled" in errors(response)
    response = add(client, archive, outcome="cancelled", recording_url="https://vimeo.com/1")
    assert "not cancelled" in errors(response)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/call.mp4",
        "https://intranet/call",
        "http://192.168.4.20/call.mp4",
        "http://[::1]/call",
        "http://2130706433/call",
        "https://files.library.local/call",
    ],
)
def test_a_recording_nobody_outside_reaches_is_refused(client, archive, editor, url):
    response = add(client, archive, recording_url=url, captions="there")
    assert "cannot reach" in errors(response) or "valid URL" in errors(response)
    assert not ChatPage.objects.exists()


class TestCaptions:
    RECORDED = {"recording_url": "https://zoom.us/rec/share/one"}

    def test_a_new_recording_is_published_with_captions_or_a_day_and_a_reason(
        self, client, archive, editor
    ):
        for known in ({}, {"captions": ""}, {"captions": "not known"}):
            response = add(client, archive, **self.RECORDED, **known)
            assert "needs captions" in errors(response)
        response = add(client, archive, **self.RECORDED, captions="expected")
        assert errors(response).count("when captions will be here") == 2
        assert not ChatPage.objects.exists()
        promise = {"captions_due": "2024-04-01", "captions_reason": "being corrected"}
        add(client, archive, **self.RECORDED, captions="expected", **promise)
        page = client.get(ChatPage.objects.get().url).content.decode()
        assert "being corrected" in page and "April 1, 2024" in page

    def test_a_draft_may_wait_with_them(self, client, archive, editor):
        assert add(client, archive, publish=False, **self.RECORDED).status_code == 302

    def test_a_recording_that_was_public_stays_as_it_was(self, client, archive, editor):
        chat = make_chat(**self.RECORDED)
        data = form_of(slug=chat.slug, captions="not known", **self.RECORDED)
        response = client.post(f"/admin/pages/{chat.pk}/edit/", data | {"action-publish": "1"})
        assert response.status_code == 302

    def test_a_transcript_here_is_enough(self, client, archive, editor):
        chat = make_chat()
        make_transcript(chat, [(1, "", "Good morning.")])
        data = form_of(slug=chat.slug, **self.RECORDED) | {"action-publish": "1"}
        assert client.post(f"/admin/pages/{chat.pk}/edit/", data).status_code == 302


def test_a_recording_link_is_http(client, archive, editor):
    response = add(client, archive, recording_url="javascript:alert(1)")
    assert response.status_code == 200
    assert not ChatPage.objects.exists()


def bring_in(client, step="preview", **data):
    return client.post("/admin/chats/import/", {"step": step, **data})


def test_a_pasted_list_is_shown_before_anything_is_saved(client, editor):
    response = bring_in(client, text=LIST)
    page = html.fromstring(response.content)
    row = " ".join(page.cssselect("table.listing tbody tr")[0].text_content().split())
    assert "March 6, 2024" in row
    assert "New" in row
    assert "1:15 Courier bins" in row
    assert "Maps & <b>more</b>" in row
    assert not ChatPage.objects.exists()

    text = page.cssselect('textarea[name="text"]')[0].text
    response = bring_in(client, "save", text=text)
    assert response.status_code == 302
    assert ChatPage.objects.get().topics.count() == 2

    again = html.fromstring(bring_in(client, text=LIST).content)
    assert "Unchanged" in again.cssselect("table.listing tbody tr")[0].text_content()
    assert "Bring in" not in [button.text for button in again.cssselect("main button")]


def test_the_text_can_be_changed_after_the_preview(client, editor):
    page = html.fromstring(bring_in(client, "edit", text=LIST).content)
    assert page.cssselect('textarea[name="text"]')[0].text.strip() == LIST.strip()
    assert not ChatPage.objects.exists()


def test_a_broken_entry_is_named_and_the_rest_kept(client, editor):
    text = (
        LIST
        + "• Wednesday, Febuary 31, 2024 Topics: Book straps\n"
        + "• Wednesday, March 6, 2024 Topics: Again\n"
        + "• Wednesday, March 20, 2024 Gossip: 1:00 Labels; 2:00 Tape\n"
    )
    page = html.fromstring(bring_in(client, text=text).content)
    warnings = [
        " ".join(item.text_content().split()) for item in page.cssselect(".help-warning li")
    ]
    assert [warning.split(":")[0] for warning in warnings] == ["Line 2", "Line 3", "Line 4"]
    dates = [
        row.cssselect("th")[0].text_content() for row in page.cssselect("table.listing tbody tr")
    ]
    assert dates == ["March 6, 2024", "March 20, 2024"]
    assert not ChatPage.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 word/document.xml", "Word document"),
        (b"\x00" * 400, "text"),
        (b"x" * 20_000_000, "limit"),
        (b"", "no text"),
        ("só conversa".encode(), "No list of chats"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(client, editor, content, said):
    response = bring_in(client, file=SimpleUploadedFile("list", content))
    assert response.status_code == 200
    assert said in html.fromstring(response.content).text_content()
    assert not ChatPage.objects.exists()


def test_a_paste_beyond_all_measure_is_answered_in_words(client, editor):
    response = bring_in(client, text="x" * 20_000_000)
    assert response.status_code == 413
    assert "too much at once" in response.content.decode()


def test_nothing_given_is_said_beside_the_field(client, editor):
    assert "Paste a list" in errors(bring_in(client))


@pytest.mark.parametrize("role", ["Moderators", "Organisers"])
def test_who_may_not_add_chats_may_not_bring_them_in(client, archive, role):
    user = User.objects.create_user("someone@example.org", "a long password")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    chat = make_chat()
    for response in (
        bring_in(client, text=LIST),
        bring_in(client, "save", text=LIST),
        client.post(f"/admin/chats/{chat.pk}/next/"),
    ):
        assert (response.status_code, response.headers["Location"]) == (302, "/admin/")
    assert ChatPage.objects.count() == 1


def test_a_guest_host_brings_in_drafts(client, archive):
    user = User.objects.create_user("guest@example.org", "a long password")
    user.groups.add(Group.objects.get(name="Guest hosts"))
    client.force_login(user)
    theirs = make_chat("2024-02-21")
    text = LIST + "• Wednesday, February 21, 2024 Topics: Mine now\n"
    assert bring_in(client, "save", text=text).status_code == 302
    assert not ChatPage.objects.get(date="2024-03-06").live
    assert ChatPage.objects.get(pk=theirs.pk).latest_revision_id == theirs.latest_revision_id


def test_signed_out_people_are_sent_to_sign_in(client, archive):
    response = client.get("/admin/chats/import/")
    assert response.headers["Location"].startswith("/admin/login/")


def test_the_next_call_is_prepared_from_this_one(client, editor):
    chat = make_chat(
        topics=[make_topic("Bins", 75)],
        hosts=["Mara Lindqvist"],
        teams=["Delivery"],
        start_time=datetime.time(14),
        title="All about bins",
        recording_url="https://vimeo.com/1",
    )
    address = f"/admin/chats/{chat.pk}/next/"
    assert "March 20, 2024" in client.get(address).content.decode()
    assert ChatPage.objects.count() == 1
    client.post(address)
    draft = ChatPage.objects.get(date="2024-03-20")
    assert not draft.live
    assert draft.title == "Community chat, March 20, 2024"
    assert [person.name for person in draft.hosts] == ["Mara Lindqvist"]
    assert [team.name for team in draft.teams.all()] == ["Delivery"]
    assert draft.start_time == datetime.time(14)
    assert not draft.topics.exists()
    assert not draft.has_recording


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"date": "2124-03-08", "live": False}, "Publish it"),
        ({"date": "2124-03-08"}, "where to register"),
        ({"date": "2124-03-08", "register_url": "https://example.org/"}, ""),
        ({}, "link to the recording"),
        ({"recording_url": "https://vimeo.com/1"}, "Note the topics"),
        ({"topics": ["Bins"]}, "the recording is not"),
        ({"topics": ["Bins"], "recording_url": "https://vimeo.com/1"}, "Bring in its transcript"),
        ({"outcome": Outcome.LOST}, ""),
        (
            {
                "recording_url": "https://zoom.us/x",
                "recording_expires_on": datetime.date(2024, 1, 1),
            },
            "stopped working",
        ),
    ],
)
def test_each_chat_says_its_next_step(archive, fields, said):
    topics = [make_topic(title) for title in fields.pop("topics", ())]
    step = next_step(make_chat(topics=topics, **fields))
    assert said in step
    assert bool(said) == bool(step)


def test_with_topics_its_next_steps_are_transcript_check_and_answers(archive):
    chat = make_chat(topics=[make_topic("Bins")], recording_url="https://vimeo.com/1")
    make_transcript(chat, [(1, "", "Good morning.")])
    assert "Compare the transcript" in next_step(chat)
    note_checked(chat, True)
    assert "short answers" in next_step(chat)


@time_machine.travel("2024-03-06 12:00 -0500")
def test_on_its_day_a_chat_leads_to_the_host_s_page(archive):
    chat = make_chat(register_url="https://example.org/", start_time=datetime.time(14))
    assert "During the call" in next_step(chat)
