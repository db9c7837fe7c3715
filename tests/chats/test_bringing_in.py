"""Bringing topics, transcripts and text chats into a chat, in the admin."""

import datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from lxml import html
from wagtail.models import GroupPagePermission

from accounts.models import User
from chats.admin.bringing_in import by_recording
from chats.importers import ImportedLine, ImportedTopic, detect
from chats.importing import Action, import_chats
from chats.models import ChatPage, Line
from chats.noting import bring_in_topics, plan_topics
from tests.factories.chats import make_chat, make_topic
from tests.factories.transcripts import make_transcript

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

VTT = """WEBVTT

1
00:00:02.000 --> 00:00:05.000
Marisol Achterberg: Good morning, everybody.

2
00:01:05.000 --> 00:01:09.000
Theo L.: Call (413) 555-0142 about a damaged book.

3
00:01:10.000 --> 00:01:14.000
Marisol Achterberg: We put a yellow band around it.

4
00:01:15.000 --> 00:01:18.000
Theo L.: And then?
"""
TEXT_CHAT = (
    "14:03:10 From Ann Ho to Everyone:\n\tHere is the form\n"
    "14:03:20 From Ann Ho to Theo L. (Direct Message):\n\tMy boss is listening\n"
)
TOPICS = [
    ImportedTopic(0, "Welcome"),
    ImportedTopic(65, "Damaged books"),
    ImportedTopic(688, "Maps"),
]


@pytest.fixture
def editor(client):
    user = User.objects.create_user("editor@example.org")
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)
    return user


@pytest.fixture
def chat():
    return make_chat(hosts=["Marisol Achterberg"], start_time=datetime.time(14), duration=3600)


def titles(chat):
    return [(one.start, one.title) for one in ChatPage.objects.get(pk=chat.pk).ordered_topics]


def bring(client, chat, text, step="preview", **more):
    return client.post(f"/admin/chats/{chat.pk}/bring-in/", {"text": text, "step": step, **more})


class TestTopics:
    def test_twice_changes_nothing(self, chat):
        assert bring_in_topics(chat, TOPICS).count(Action.NEW) == 3
        revision = ChatPage.objects.get(pk=chat.pk).live_revision_id
        assert not bring_in_topics(chat, TOPICS).has_work
        assert ChatPage.objects.get(pk=chat.pk).live_revision_id == revision
        assert titles(chat) == [(topic.start, topic.title) for topic in TOPICS]

    def test_what_is_here_and_not_in_the_text_stays(self, chat):
        bring_in_topics(chat, TOPICS[:2])
        assert plan_topics(chat, TOPICS[2:]).staying == 2
        bring_in_topics(chat, TOPICS[2:])
        assert titles(chat) == [(topic.start, topic.title) for topic in TOPICS]

    def test_a_time_is_filled_in_and_the_address_stays(self):
        chat = make_chat(topics=[make_topic("Damaged books", key="lasting2key", answer="A band.")])
        plan = bring_in_topics(chat, TOPICS)
        assert plan.topics[1].action == Action.CHANGED
        topic = ChatPage.objects.get(pk=chat.pk).topics.get(key="lasting2key")
        assert (topic.start, topic.answer) == (65, "A band.")

    def test_an_edit_made_here_wins_and_is_reported(self, chat):
        bring_in_topics(chat, TOPICS)
        page = ChatPage.objects.get(pk=chat.pk)
        topics = list(page.topics.all())
        topics[1].title = "Damaged and torn books"
        page.topics = topics
        page.save_revision().publish()
        plan = plan_topics(page, TOPICS)
        assert [one.action for one in plan.topics] == ["unchanged", "skipped", "unchanged"]
        assert plan.topics[1].was == "1:05 Damaged and torn books" and plan.topics[1].reason
        bring_in_topics(page, TOPICS)
        assert (65, "Damaged and torn books") in titles(chat)

    def test_what_an_import_wrote_the_next_may_change(self, chat):
        bring_in_topics(chat, TOPICS)
        moved = [*TOPICS[:2], ImportedTopic(700, "Maps")]
        assert bring_in_topics(chat, moved).topics[2].action == Action.CHANGED
        assert titles(chat)[2] == (700, "Maps")

    def test_a_stamp_past_the_end_is_left_out_and_said(self, chat):
        plan = bring_in_topics(chat, [*TOPICS, ImportedTopic(3600, "After the end")])
        assert "1:00:00" in plan.topics[3].reason
        assert len(titles(chat)) == 3

    def test_a_title_that_has_no_room_is_left_out_and_said(self, chat):
        plan = bring_in_topics(chat, [*TOPICS, ImportedTopic(900, "word " * 101)])
        assert "500" in plan.topics[3].reason
        assert len(titles(chat)) == 3

    def test_somebodys_draft_is_not_published_along(self, chat):
        page = ChatPage.objects.get(pk=chat.pk)
        page.note = "Half a sentence"
        page.save_revision()
        bring_in_topics(page, TOPICS)
        assert titles(chat) == []
        draft = ChatPage.objects.get(pk=chat.pk).get_latest_revision_as_object()
        assert (draft.note, len(draft.topics.all())) == ("Half a sentence", 3)

    def test_a_list_brought_in_later_finds_nothing_edited(self, archive):
        listed = "• Wednesday, March 6, 2024 Topics: Welcome; Damaged books\n"
        import_chats(detect(listed).parse(listed), archive)
        chat = ChatPage.objects.get()
        bring_in_topics(chat, TOPICS)
        plan = import_chats(detect(listed).parse(listed), archive)
        assert [one.kept for one in plan.chats] == [()]


class TestScreen:
    def test_a_transcript_is_shown_first_and_then_brought_in(self, client, editor, chat):
        page = html.fromstring(bring(client, chat, VTT).content)
        said = page.text_content()
        assert "4 lines of a transcript" in " ".join(said.split())
        assert "looks like a telephone number" in said
        listed = page.cssselect("table.listing tbody tr")
        rows = [[cell.text_content() for cell in row] for row in listed]
        assert rows == [
            ["Marisol Achterberg", "2", "Marisol Achterberg"],
            ["Theo L.", "2", "A participant"],
        ]
        assert not Line.objects.exists()
        (text,) = page.cssselect("textarea[name=text]")
        response = bring(client, chat, text.text, step="save")
        assert response["Location"] == f"/admin/chats/{chat.pk}/transcript/"
        assert Line.objects.count() == 4
        assert b"yellow band" in client.get(chat.url).content

    def test_a_saved_text_chat_is_counted_from_the_beginning(self, client, editor, chat):
        page = bring(client, chat, TEXT_CHAT).content.decode()
        assert "counted from 14:00:00" in page
        assert "boss is listening" not in page.replace(TEXT_CHAT.split("\n")[3], "")
        bring(client, chat, TEXT_CHAT, step="save", began_at="14:02:00")
        (line,) = Line.objects.all()
        assert (line.start, line.text, line.source) == (70_000, "Here is the form", "text chat")

    def test_topics_pasted(self, client, editor, chat):
        text = "In this call:\n0:00 Welcome\n1:05 Damaged books\n11:28 Maps\n"
        assert "3" in bring(client, chat, text).content.decode()
        assert bring(client, chat, text, step="save")["Location"].endswith(f"/{chat.pk}/edit/")
        assert titles(chat) == [(0, "Welcome"), (65, "Damaged books"), (688, "Maps")]

    def test_a_list_of_this_chat_alone_gives_its_topics(self, client, editor, chat):
        text = "Wednesday, March 6, 2024. Topics and timestamps: 1:05 Damaged books; 11:28 Maps"
        bring(client, chat, text, step="save")
        assert titles(chat) == [(65, "Damaged books"), (688, "Maps")]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "Paste a text"),
            ("Nothing here has a time.", ""),
            ("Wednesday, April 3, 2024. Topics: Maps", "list of chats"),
        ],
    )
    def test_what_cannot_be_brought_in_is_said_and_stays_typed(
        self, client, editor, chat, text, said
    ):
        response = bring(client, chat, text, step="save")
        page = html.fromstring(response.content)
        errors = " ".join(one.text_content() for one in page.cssselect(".error-message"))
        assert errors and said in errors
        assert page.cssselect("textarea[name=text]")[0].text.strip() == text
        assert not titles(chat) and not Line.objects.exists()

    @pytest.mark.parametrize("content", [b"x" * 5_000_000, b"\x00\x01\x02" * 100, b"%PDF-1.7"])
    def test_a_file_that_is_none(self, client, editor, chat, content):
        upload = SimpleUploadedFile("transcript.vtt", content)
        address = f"/admin/chats/{chat.pk}/bring-in/"
        response = client.post(address, {"file": upload, "step": "preview"})
        assert response.status_code == 200 and b"error-message" in response.content

    def test_only_those_who_may_change_what_readers_see(self, client, chat):
        user = User.objects.create_user("guest@example.org")
        user.groups.add(Group.objects.get(name="Guest hosts"))
        client.force_login(user)
        for screen in ("bring-in", "transcript"):
            response = client.get(f"/admin/chats/{chat.pk}/{screen}/")
            assert response.status_code == 302 and response["Location"] == "/admin/"

    def test_who_may_edit_and_not_publish_changes_nothing_readers_see(self, client, chat, archive):
        user = User.objects.create_user("writer@example.org")
        group = Group.objects.create(name="Writers")
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        change = Permission.objects.get(
            codename="change_page", content_type__app_label="wagtailcore"
        )
        GroupPagePermission.objects.create(group=group, page=archive, permission=change)
        user.groups.add(group)
        client.force_login(user)
        assert client.get(f"/admin/chats/{chat.pk}/transcript/")["Location"] == "/admin/"
        assert bring(client, chat, VTT, step="save")["Location"] == "/admin/"
        assert not Line.objects.exists()
        bring(client, chat, "0:00 Welcome\n1:05 Damaged books\n", step="save")
        assert titles(chat) == []
        draft = ChatPage.objects.get(pk=chat.pk).get_latest_revision_as_object()
        assert len(draft.topics.all()) == 2


class TestTranscriptScreen:
    @pytest.fixture
    def lines(self, chat):
        said = [(10 * n, "Theo L.", f"Line number {n}") for n in range(1, 61)]
        return make_transcript(chat, said)

    def do(self, client, chat, deed, query="", **data):
        address = f"/admin/chats/{chat.pk}/transcript/{query}"
        return client.post(address, {"deed": deed, **data})

    def test_lines_are_listed_by_fifties_and_found(self, client, editor, chat, lines):
        page = html.fromstring(client.get(f"/admin/chats/{chat.pk}/transcript/").content)
        assert len(page.cssselect(".transcript-lines tbody tr")) == 50
        page = html.fromstring(
            client.get(f"/admin/chats/{chat.pk}/transcript/?q=number+60").content
        )
        assert len(page.cssselect(".transcript-lines tbody tr")) == 1
        assert client.get(f"/admin/chats/{chat.pk}/transcript/?q=%00&p=x").status_code == 200

    def test_its_queries_do_not_grow(self, client, editor, chat, django_assert_max_num_queries):
        make_transcript(chat, [(n, f"Name {n}", "Said") for n in range(100)])
        with django_assert_max_num_queries(35):
            client.get(f"/admin/chats/{chat.pk}/transcript/")

    def test_striking_keeps_what_was_typed_beside(self, client, editor, chat, lines):
        typed = {f"text-{lines[1].pk}": "Line number two", "line": [lines[0].pk]}
        response = self.do(client, chat, "strike", "?q=number&p=1", **typed)
        assert response["Location"].endswith("?q=number&p=1")
        lines[0].refresh_from_db()
        lines[1].refresh_from_db()
        assert lines[0].struck_at and lines[1].text == "Line number two"
        page = client.get(chat.url).content.decode()
        assert "Line number two" in page and "Line number 1<" not in page
        self.do(client, chat, "back", line=[lines[0].pk])
        lines[0].refresh_from_db()
        assert lines[0].struck_at is None

    def test_the_clock(self, client, editor, chat, lines):
        for typed, seconds in [("1:07", 67), ("-20:08", -1208), ("67", 67), ("−5", -5)]:
            self.do(client, chat, "offset", offset=typed)
            assert ChatPage.objects.get(pk=chat.pk).transcript.offset == seconds
        page = self.do(client, chat, "offset", offset="soon").content.decode()
        assert "minutes and seconds" in page and 'value="soon"' in page
        assert (
            "more than a day" in self.do(client, chat, "offset", offset="99:59:59").content.decode()
        )

    def test_the_other_deeds(self, client, editor, chat, lines):
        speaker = lines[0].speaker
        self.do(client, chat, "names", **{f"speaker-{speaker.pk}": "yes"})
        self.do(client, chat, "check")
        self.do(client, chat, "add", at="0:05", text="[on screen: a form]")
        self.do(client, chat, "correct")
        page = client.get(chat.url).content.decode()
        assert "Theo L." in page and "[on screen: a form]" in page
        transcript = ChatPage.objects.get(pk=chat.pk).transcript
        assert transcript.checked_on
        self.do(client, chat, "uncheck")
        assert self.do(client, chat, "add", at="x", text="").status_code == 200
        self.do(client, chat, "remove")
        assert not transcript.lines.exists()
        assert self.do(client, chat, "no such deed").status_code == 200


def test_the_command_brings_into_a_chat(chat, tmp_path, capsys):
    file = tmp_path / "call.vtt"
    file.write_text(VTT)
    call_command("import_chats", file, chat="2024-03-06", dry_run=True)
    assert "Lines: 4, in place of 0" in capsys.readouterr().out
    assert not Line.objects.exists()
    call_command("import_chats", file, chat=chat.slug)
    assert Line.objects.count() == 4
    file.write_text("0:00 Welcome\n1:05 Damaged books\n")
    call_command("import_chats", file, chat=chat.slug)
    assert titles(chat) == [(0, "Welcome"), (65, "Damaged books")]
    for named in ("2024-13-99", "2023-01-01", "no-such-chat"):
        with pytest.raises(CommandError, match="0 chats"):
            call_command("import_chats", file, chat=named)
    file.write_text(TEXT_CHAT)
    with pytest.raises(CommandError, match="time of day"):
        call_command("import_chats", file, chat=chat.slug)


def test_what_another_place_cannot_hold_is_said(client, editor):
    chat = make_chat(topics=[make_topic("Welcome", 5), make_topic("Maps <new>", 8)])
    page = html.fromstring(client.get(f"/admin/chats/{chat.pk}/give-back/").content)
    assert len(page.cssselect("textarea")) == 5
    assert "10 s" in page.text_content() or "0:00" in page.text_content()
    draft = make_chat("2024-04-03", topics=[make_topic("Secret", 5)], live=False)
    assert b"Secret" not in client.get(f"/admin/chats/{draft.pk}/give-back/").content


def test_times_of_day_are_counted_from_the_beginning_across_midnight():
    def at(hours, minutes):
        return ImportedLine((hours * 60 + minutes) * 60_000, "x", source="text chat")

    lines = by_recording([at(23, 50), at(23, 59), at(0, 5), at(23, 40)], datetime.time(23, 45))
    assert [line.start // 60_000 for line in lines] == [5, 14, 20, -5]
