"""What was said: who may see which line, by which clock, and what becomes of struck ones."""

import datetime

import pytest
import time_machine
from django.utils import timezone
from wagtail.models import PageLogEntry

from chats.findable import CHATS
from chats.importers import ImportedLine
from chats.models import ChatPage, Line, TopicSource
from chats.passages import passages_of, sections_of
from chats.transcribing import (
    STRUCK_KEPT_FOR,
    Corrector,
    add_line,
    bring_in_lines,
    correct_by_glossary,
    erase_struck,
    name_speakers,
    note_checked,
    plan_lines,
    put_back,
    remove_lines,
    reword,
    set_offset,
    strike,
)
from core.patron_data import findings
from search.entries import refresh
from search.models import Entry, GlossaryTerm
from tests.factories.chats import make_chat, make_topic
from tests.factories.transcripts import make_transcript

pytestmark = pytest.mark.django_db

HOST = "Marisol Achterberg"
SAID = [
    (2, HOST, "Good morning, everybody."),
    (65, "Theo L.", "How do you mark a damaged book?"),
    (70, HOST, "We put a yellow band around it."),
    (130, "Theo L.", "Thank you."),
]


@pytest.fixture
def chat():
    topics = [make_topic("Damaged books", 60), make_topic("Thanks", 120)]
    return make_chat(hosts=[HOST], topics=topics, duration=3600)


def fresh(chat):
    return ChatPage.objects.get(pk=chat.pk)


def passages(chat, source=TopicSource.RECORDING):
    return passages_of(fresh(chat), source)


def said_lines(chat, source=TopicSource.RECORDING):
    return [line for passage in passages(chat, source) for line in passage.lines]


def found(chat):
    entries = Entry.objects.filter(object_id=chat.pk, kind__in=["said", "written"])
    return {entry.fragment: entry.text for entry in entries}


class TestReading:
    def test_lines_stand_in_passages_under_their_topics(self, chat):
        make_transcript(chat, SAID)
        sections = sections_of(passages(chat))
        assert [section.topic and section.topic.title for section in sections] == [
            None,
            "Damaged books",
            "Thanks",
        ]
        under = sections[1].passages[0]
        assert (under.start, under.anchor, under.name) == (65, "t=65", "at 1 minute 5 seconds")
        assert [turn.who for turn in under.turns] == ["A participant", HOST]

    def test_a_passage_ends_at_about_130_words(self, chat):
        make_transcript(
            chat, [(200 + n, "", "seven words are in this one line") for n in range(60)]
        )
        sizes = [len(passage.text.split()) for passage in passages(chat)]
        assert sum(sizes) == 420 and max(sizes) <= 130 and len(sizes) == 4

    def test_two_passages_never_share_an_address(self, chat):
        make_transcript(chat, [(200, "", "word " * 100) for _n in range(5)])
        anchors = [passage.anchor for passage in passages(chat)]
        assert anchors == ["t=200"]
        assert len(passages(chat)[0].text.split()) == 500

    def test_hosts_are_named_and_others_are_participants(self, chat):
        make_transcript(chat, [(1, f"{HOST} (she/her)", "Hello."), (5, "Ann", "Hi.")])
        make_transcript(chat, [(1, HOST, "Link"), (2, "Ann", "Thanks")], "text chat")
        assert [line.who for line in said_lines(chat)] == [HOST, "A participant"]
        written = said_lines(chat, TopicSource.TEXT_CHAT)
        assert {line.who for line in written} == {"A participant"}

    def test_an_editor_decides_otherwise(self, chat):
        make_transcript(chat, SAID)
        speakers = {one.name: one.pk for one in fresh(chat).transcript.speakers.all()}
        name_speakers(chat, {speakers[HOST]: False, speakers["Theo L."]: True})
        assert [line.who for line in said_lines(chat)][:2] == ["A participant", "Theo L."]
        name_speakers(chat, {speakers[HOST]: None, speakers["Theo L."]: None})
        assert [line.who for line in said_lines(chat)][:2] == [HOST, "A participant"]

    def test_replies_stand_with_what_they_answer(self, chat):
        lines = [
            ImportedLine(1000, "Which label printer?", source="text chat"),
            ImportedLine(2000, "The small one.", source="text chat", answers=0, reactions="👍 2"),
        ]
        bring_in_lines(chat, lines)
        (line,) = said_lines(chat, TopicSource.TEXT_CHAT)
        assert [(reply.text, reply.reactions) for reply in line.replies] == [
            ("The small one.", "👍 2")
        ]

    def test_a_reply_to_a_struck_line_is_read_by_itself(self, chat):
        lines = [
            ImportedLine(1000, "My number is 413-555-0142", source="text chat"),
            ImportedLine(2000, "Thanks!", source="text chat", answers=0),
        ]
        bring_in_lines(chat, lines)
        strike(chat, [Line.objects.get(start=1000).pk])
        assert [line.text for line in said_lines(chat, TopicSource.TEXT_CHAT)] == ["Thanks!"]


class TestClock:
    def test_the_offset_moves_lines_and_text_chat_and_no_topic(self, chat):
        make_transcript(chat, SAID)
        make_transcript(chat, [(65, "Ann", "Here is the form")], "text chat")
        set_offset(chat, 67)
        assert [line.at for line in said_lines(chat)] == [69, 132, 137, 197]
        assert [line.at for line in said_lines(chat, TopicSource.TEXT_CHAT)] == [132]
        assert [topic.start for topic in fresh(chat).ordered_topics] == [60, 120]
        assert set(found(chat)) == {"t=69", "t=132", "written-132"}

    def test_what_was_said_before_the_recording_began_is_not_read(self, chat):
        make_transcript(chat, SAID)
        set_offset(chat, -66)
        assert [line.text for line in said_lines(chat)] == [
            "How do you mark a damaged book?",
            "We put a yellow band around it.",
            "Thank you.",
        ]
        assert said_lines(chat)[0].at == 0

    def test_a_day_away_is_refused(self, chat):
        with pytest.raises(ValueError):
            set_offset(chat, 90_000)


class TestStriking:
    def test_a_struck_line_is_gone_from_page_and_search_at_once(self, chat, client):
        lines = make_transcript(chat, SAID)
        assert "yellow band" in found(chat)["t=65"]
        assert strike(chat, [lines[2].pk]) == 1
        assert "yellow" not in " ".join(found(chat).values())
        assert "yellow" not in client.get(chat.url).content.decode()
        assert put_back(chat, [lines[2].pk]) == 1
        assert "yellow band" in found(chat)["t=65"]

    def test_publishing_an_older_revision_brings_no_line_back(self, chat):
        older = fresh(chat).latest_revision
        lines = make_transcript(chat, SAID)
        strike(chat, [lines[2].pk])
        older.publish()
        assert "We put a yellow band around it." not in [line.text for line in said_lines(chat)]

    def test_a_file_brought_in_again_leaves_it_struck(self, chat):
        lines = make_transcript(chat, SAID)
        reword(chat, {lines[2].pk: "We put a yellow ribbon around it, Jane Roe."})
        strike(chat, [lines[2].pk, lines[3].pk])
        make_transcript(chat, [(at + 500, who, text.upper()) for at, who, text in SAID])
        # Two words alone are known by their moment only.
        assert [line.text for line in said_lines(chat)][-1] == "THANK YOU."
        assert not any("yellow" in line.text.casefold() for line in said_lines(chat))
        make_transcript(chat, SAID)
        assert len(said_lines(chat)) == 2

    def test_after_a_month_the_words_are_gone_and_still_known(self, chat):
        lines = make_transcript(chat, SAID)
        strike(chat, [lines[2].pk])
        erase_struck()
        assert Line.objects.get(pk=lines[2].pk).text
        with time_machine.travel(timezone.now() + STRUCK_KEPT_FOR + datetime.timedelta(hours=1)):
            erase_struck()
        erased = Line.objects.get(pk=lines[2].pk)
        assert (erased.text, erased.speaker) == ("", None)
        assert put_back(chat, [erased.pk]) == 0
        make_transcript(chat, SAID)
        assert len(said_lines(chat)) == 3

    def test_only_lines_of_that_chat_are_struck(self, chat):
        lines = make_transcript(chat, SAID)
        other = make_chat("2024-04-03")
        assert strike(other, [lines[0].pk]) == 0

    def test_a_transcript_removed_leaves_what_was_struck_known(self, chat):
        lines = make_transcript(chat, SAID)
        strike(chat, [lines[2].pk])
        assert remove_lines(chat, "recording") == 3
        assert found(chat) == {} and not Line.objects.exclude(text="").exists()
        make_transcript(chat, SAID)
        assert len(said_lines(chat)) == 3


class TestBringingIn:
    def test_it_takes_the_place_of_the_same_source_only(self, chat):
        make_transcript(chat, [(1, "Ann", "Hi")], "text chat")
        make_transcript(chat, SAID)
        make_transcript(chat, SAID[:2])
        assert len(said_lines(chat)) == 2
        assert len(said_lines(chat, TopicSource.TEXT_CHAT)) == 1

    def test_a_new_one_has_to_be_checked_anew(self, chat):
        make_transcript(chat, SAID)
        note_checked(chat, True)
        assert fresh(chat).transcript.checked_on
        make_transcript(chat, [(1, "Ann", "Hi")], "text chat")
        assert fresh(chat).transcript.checked_on
        make_transcript(chat, SAID)
        assert fresh(chat).transcript.checked_on is None

    def test_speakers_of_another_file_stay_as_decided(self, chat):
        make_transcript(chat, SAID)
        theo = fresh(chat).transcript.speakers.get(name="Theo L.")
        name_speakers(chat, {theo.pk: True})
        make_transcript(chat, SAID)
        assert "Theo L." in {line.who for line in said_lines(chat)}
        make_transcript(chat, SAID[:1])
        assert not fresh(chat).transcript.speakers.filter(name="Theo L.").exists()

    def test_the_glossary_corrects_and_says_so(self, chat):
        GlossaryTerm.objects.create(term="ComCat", also="", misheard="calm cat\ncom cad")
        make_transcript(chat, [(1, "", "In Calm  Cat, or calm-cat's form, calm catalogs")])
        assert said_lines(chat)[0].text == "In ComCat, or ComCat's form, calm catalogs"

    def test_the_glossary_corrects_what_is_here(self, chat):
        make_transcript(chat, [(1, "", "the com cad form")])
        GlossaryTerm.objects.create(term="ComCat", also="", misheard="calm cat\ncom cad")
        (done,) = correct_by_glossary(chat)
        assert (done.heard, done.term, done.times) == ("com cad", "ComCat", 1)
        assert "ComCat" in found(chat)["t=1"]
        assert correct_by_glossary(chat) == ()

    def test_a_plan_writes_nothing_and_names_what_looks_private(self, chat):
        lines = [ImportedLine(3000, "Her card is 2 3907 00123 4567", 6000, "Ann")]
        plan = plan_lines(chat, lines)
        assert [(doubt.place, doubt.start) for doubt in plan.doubts] == [(1, 3000)]
        assert "card" in plan.doubts[0].reason
        assert plan.speakers == (("Ann", 1),)
        assert not Line.objects.exists()

    def test_a_line_for_what_was_shown(self, chat):
        make_transcript(chat, SAID)
        set_offset(chat, 10)
        add_line(chat, 78, "[on screen: the order form]")
        assert [line.at for line in said_lines(chat)] == [12, 75, 78, 80, 140]

    def test_a_blank_text_changes_nothing(self, chat):
        lines = make_transcript(chat, SAID)
        assert reword(chat, {lines[0].pk: "  ", lines[1].pk: SAID[1][2]}) == 0
        assert reword(chat, {lines[1].pk: "How do you mark  a torn book?"}) == 1
        assert "torn book" in found(chat)["t=65"]

    def test_each_deed_stands_in_the_history_without_its_words(self, chat, admin_user):
        lines = make_transcript(chat, SAID)
        strike(chat, [lines[2].pk], admin_user)
        entry = PageLogEntry.objects.filter(page=chat.pk, user=admin_user).get()
        assert entry.action == "chats.transcript.strike" and entry.data == {"lines": 1}


class TestSearching:
    def test_a_draft_is_found_by_nobody(self):
        chat = make_chat(live=False)
        make_transcript(chat, SAID)
        assert found(chat) == {}

    def test_passages_go_with_their_page(self, chat):
        make_transcript(chat, SAID)
        assert found(chat)
        fresh(chat).unpublish()
        assert found(chat) == {}

    def test_a_hit_leads_to_the_second(self, chat, client):
        make_transcript(chat, SAID)
        (hit,) = client.get("/chats/search.json?q=yellow+band").json()["hits"]
        assert hit["url"] == f"{chat.url}#t=65"
        assert (hit["kind"], hit["start"], hit["title"]) == ("said", 65, "Damaged books")
        assert "<mark>yellow</mark> <mark>band</mark>" in hit["excerpt"].replace(
            "<mark>yellow band</mark>", "<mark>yellow</mark> <mark>band</mark>"
        )

    def test_the_topic_stands_before_what_was_said_under_it(self, chat, client):
        make_transcript(chat, [*SAID, (135, HOST, "Damaged books go to the bindery")])
        kinds = [
            one["kind"] for one in client.get("/chats/search.json?q=damaged+books").json()["hits"]
        ]
        assert kinds == ["topic", "said", "said"]

    def test_entries_cost_a_bounded_number_of_queries(self, chat, django_assert_max_num_queries):
        for month in range(1, 7):
            make_transcript(make_chat(f"2023-0{month}-04"), SAID)
        pks = list(ChatPage.objects.values_list("pk", flat=True))
        with django_assert_max_num_queries(30):
            refresh(CHATS, pks)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("the card 23907001234567 was", ["barcode"]),
        ("2 3907 00123 4567", ["barcode"]),
        ("call (413) 555-0142", ["phone"]),
        ("call +1 413.555.0142.", ["phone"]),
        ("write to jane.roe@example.org", ["email"]),
        ("request 213456789 from 1998-2004", []),
        ("OCLC 1234567890123456", []),
        ("at 11:28, 2024-03-06, 978-0-306-40615-7", []),
    ],
)
def test_what_looks_like_a_patrons_data(text, rules):
    assert [finding.rule.name for finding in findings(text)] == rules


def test_a_correction_keeps_what_is_right():
    corrector = Corrector({"ComCat": "ComCat", "oh clc": "OCLC"})
    assert corrector.correct("ComCat and OH CLC and oh, clc") == "ComCat and OCLC and OCLC"
    assert [(one.heard, one.times) for one in corrector.done] == [("oh clc", 2)]
