"""Bringing a list in: what is new, what changed, what was edited here."""

import datetime
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from wagtail.models import Page

from accounts.models import User
from chats.importers import ImportedChat, ImportedTopic, Parsed, detect
from chats.importing import Action, import_chats, plan_import
from chats.models import ChatArchivePage, ChatPage, ImportRecord, Topic
from chats.states import ChatState
from people.models import Person, Team
from tests.factories.chats import make_chat, make_topic

DAY = datetime.date(2024, 3, 6)
BINS = ImportedTopic(75, "Courier bins")
MAPS = ImportedTopic(688, "Packing\u00a0maps", "text chat")


def chat_of(**fields) -> ImportedChat:
    return ImportedChat(**{"date": DAY, "line": 3, "topics": (BINS, MAPS), **fields})


def bring_in(archive, *chats, user=None):
    return import_chats(Parsed(chats, ()), archive, user)


def stored() -> ChatPage:
    return ChatPage.objects.get(date=DAY)


def edit(**fields) -> None:
    chat = stored().get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(chat, name, value)
    chat.save_revision().publish()


def test_a_new_chat_is_live_with_everything_the_text_says(archive):
    imported = chat_of(
        start_time=datetime.time(14),
        hosts=("Mara Lindqvist", "Theo Abara"),
        teams=("Delivery",),
        note="Slides follow.",
        recording_url="https://vimeo.com/1",
    )
    plan = bring_in(archive, imported)
    assert [planned.action for planned in plan.chats] == [Action.NEW]
    chat = stored()
    assert chat.live
    assert not chat.has_unpublished_changes
    assert chat.slug == "2024-03-06"
    assert chat.title == "Community chat, March 6, 2024"
    assert chat.state == ChatState.COMPLETE
    assert [person.name for person in chat.hosts] == ["Mara Lindqvist", "Theo Abara"]
    assert [team.name for team in chat.teams.all()] == ["Delivery"]
    assert [(t.start, t.title, t.source) for t in chat.topics.all()] == [
        (75, "Courier bins", "recording"),
        (688, "Packing\u00a0maps", "text chat"),
    ]


def test_a_plan_writes_nothing_and_says_what_the_import_does(archive):
    make_chat("2024-02-21", topics=[make_topic("Ours", 5)])
    chats = (
        chat_of(hosts=("Mara Lindqvist",)),
        chat_of(date=datetime.date(2024, 2, 21), topics=(ImportedTopic(5, "Theirs"),), note="New"),
    )
    planned = plan_import(Parsed(chats, ()), archive)
    assert ChatPage.objects.count() == 1
    assert not Person.objects.exists()
    done = bring_in(archive, *chats)
    told = [(item.action, item.changes, item.kept) for item in planned.chats]
    assert told == [(item.action, item.changes, item.kept) for item in done.chats]
    assert told == [(Action.NEW, (), ()), (Action.CHANGED, ("note",), ("topics",))]


def test_running_twice_changes_nothing(archive):
    imported = chat_of(hosts=("Mara Lindqvist",), outcome="lost", outcome_reason="power cut")
    bring_in(archive, imported)
    before = (stored().latest_revision_id, list(Topic.objects.values("pk", "key")))
    plan = bring_in(archive, imported)
    assert [planned.action for planned in plan.chats] == [Action.UNCHANGED]
    assert (stored().latest_revision_id, list(Topic.objects.values("pk", "key"))) == before


def test_what_the_team_added_to_its_list_comes_in(archive):
    bring_in(archive, chat_of(topics=(), topics_promised=True))
    assert stored().state == ChatState.TOPICS_EXPECTED
    plan = bring_in(archive, chat_of())
    assert plan.chats[0].changes == ("topics_promised", "topics")
    assert stored().state == ChatState.COMPLETE
    assert not stored().topics_promised


def test_an_edit_made_here_wins_and_is_reported_every_time(archive):
    bring_in(archive, chat_of(note="From the list"))
    edit(note="Corrected here")
    for _again in range(2):
        plan = bring_in(archive, chat_of(note="Changed in the list"))
        assert plan.chats[0].action == Action.UNCHANGED
        assert plan.chats[0].kept == ("note",)
        assert stored().note == "Corrected here"


def test_an_edit_here_and_news_there_come_together(archive):
    bring_in(archive, chat_of(note="From the list"))
    edit(note="Corrected here")
    more = ImportedTopic(900, "Book straps")
    plan = bring_in(archive, chat_of(note="From the list", topics=(BINS, MAPS, more)))
    assert (plan.chats[0].changes, plan.chats[0].kept) == (("topics",), ("note",))
    assert stored().topics.count() == 3
    assert stored().note == "Corrected here"


def test_topics_edited_here_are_not_touched(archive):
    bring_in(archive, chat_of())
    edit(topics=[make_topic("Courier bins, the long answer", 75)])
    plan = bring_in(archive, chat_of(topics=(BINS, MAPS, ImportedTopic(900, "Book straps"))))
    assert plan.chats[0].kept == ("topics",)
    assert [topic.title for topic in stored().topics.all()] == ["Courier bins, the long answer"]


def test_an_import_never_empties(archive):
    bring_in(archive, chat_of(note="Slides follow.", hosts=("Mara Lindqvist",)))
    plan = bring_in(archive, chat_of(topics=()))
    assert plan.chats[0].action == Action.UNCHANGED
    assert stored().topics.count() == 2
    assert stored().note == "Slides follow."
    assert stored().hosts


def test_a_topic_keeps_its_address_and_answer_when_time_or_title_change_in_the_list(archive):
    bring_in(archive, chat_of())
    chat = stored().get_latest_revision_as_object()
    topics = list(chat.topics.all())
    topics[0].answer = "Return them every Friday."
    chat.topics = topics
    chat.save_revision().publish()
    keys = dict(Topic.objects.values_list("title", "key"))

    retimed, renamed = (
        ImportedTopic(80, "Courier bins"),
        ImportedTopic(688, "Packing maps", "text chat"),
    )
    bring_in(archive, chat_of(topics=(renamed, retimed)))
    assert dict(Topic.objects.values_list("title", "key")) == {
        "Courier bins": keys["Courier bins"],
        "Packing maps": keys["Packing\u00a0maps"],
    }
    assert Topic.objects.get(start=80).answer == "Return them every Friday."


def test_chats_match_by_date_and_time(archive):
    morning, afternoon = datetime.time(9), datetime.time(14)
    make_chat("2024-03-06", start_time=morning, title="Morning call")
    plan = bring_in(archive, chat_of(start_time=afternoon))
    assert plan.chats[0].action == Action.NEW
    assert sorted(ChatPage.objects.values_list("slug", flat=True)) == ["2024-03-06", "2024-03-06-2"]

    plan = bring_in(archive, chat_of(start_time=None, line=12))
    assert plan.chats[0].action == Action.SKIPPED
    assert [(w.line, "give the time" in w.reason) for w in plan.warnings] == [(12, True)]
    assert bring_in(archive, chat_of(start_time=afternoon)).chats[0].action == Action.UNCHANGED


def test_a_time_the_list_now_gives_is_filled_in(archive):
    bring_in(archive, chat_of())
    plan = bring_in(archive, chat_of(start_time=datetime.time(14)))
    assert plan.chats[0].changes == ("start_time",)
    assert stored().start_time == datetime.time(14)


def test_two_chats_of_a_list_never_land_on_one_here(archive):
    plan = bring_in(
        archive,
        chat_of(start_time=None),
        chat_of(start_time=datetime.time(14), topics=(), line=4),
    )
    assert [planned.action for planned in plan.chats] == [Action.NEW, Action.NEW]


def test_persons_and_teams_are_found_in_any_case(archive):
    person = Person.objects.create(name="Dana McRae")
    team = Team.objects.create(name="eResources")
    imported = chat_of(hosts=("DANA MCRAE",), teams=("EResources",))
    bring_in(archive, imported)
    assert (stored().hosts, list(stored().teams.all())) == ([person], [team])
    assert bring_in(archive, imported).chats[0].action == Action.UNCHANGED


def test_a_draft_in_progress_is_not_published_along(archive):
    bring_in(archive, chat_of())
    draft = stored().get_latest_revision_as_object()
    draft.summary = "<p>Half a sentence</p>"
    draft.save_revision()
    bring_in(archive, chat_of(note="News"))
    assert stored().note == ""
    assert stored().summary == ""
    latest = stored().get_latest_revision_as_object()
    assert (latest.note, latest.summary) == ("News", "<p>Half a sentence</p>")
    assert bring_in(archive, chat_of(note="News")).chats[0].action == Action.UNCHANGED


def test_who_may_not_add_chats_imports_none(archive):
    user = User.objects.create_user("someone@example.org", "a long password")
    plan = bring_in(archive, chat_of(), user=user)
    assert [planned.action for planned in plan.chats] == [Action.SKIPPED]
    assert [(warning.line, warning.reason) for warning in plan.warnings] == [
        (3, "You may not add chats.")
    ]
    assert not ChatPage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_bring_each_chat_in_once():
    archive = ChatArchivePage.objects.get()
    chats = tuple(chat_of(date=datetime.date(2024, 3, day)) for day in range(1, 6))
    start = threading.Barrier(2)

    def run():
        try:
            start.wait()
            return import_chats(Parsed(chats, ()), archive).count(Action.NEW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        made = [future.result() for future in [pool.submit(run), pool.submit(run)]]
    assert sum(made) == 5
    assert ChatPage.objects.count() == 5
    assert not any(Page.find_problems())


def test_a_failure_half_way_keeps_what_was_done_and_is_taken_up_again(archive, monkeypatch):
    chats = [chat_of(date=datetime.date(2024, 3, day)) for day in (1, 2, 3)]
    saved = ImportRecord.objects.update_or_create
    calls = []

    def break_at_the_second(**kwargs):
        calls.append(kwargs)
        if len(calls) == 2:
            raise ConnectionError
        return saved(**kwargs)

    monkeypatch.setattr(ImportRecord.objects, "update_or_create", break_at_the_second)
    with pytest.raises(ConnectionError):
        bring_in(archive, *chats)
    assert ChatPage.objects.count() == 1
    monkeypatch.undo()
    plan = bring_in(archive, *chats)
    assert [planned.action for planned in plan.chats] == [Action.UNCHANGED, Action.NEW, Action.NEW]


LIST = """Our chats
• Wednesday, March 6, 2024. (hosted by Mara Lindqvist)
  Topics and timestamps: 1:15 Courier bins; 11:28 Packing maps

• Tuesday, February 21, 2024 Recording coming soon!
"""


@pytest.fixture
def list_file(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_the_command_prints_what_it_read_as_json(archive, list_file, capsys):
    call_command("import_chats", list_file, "--dry-run", "--json")
    read = json.loads(capsys.readouterr().out)
    assert read == {
        "chats": [
            {
                "date": "2024-03-06",
                "title": "Community chat, March 6, 2024",
                "state": "complete",
                "hosts": ["Mara Lindqvist"],
                "teams": [],
                "note": "",
                "topics": [
                    {"start": 75, "title": "Courier bins", "source": "recording"},
                    {"start": 688, "title": "Packing maps", "source": "recording"},
                ],
            },
            {
                "date": "2024-02-21",
                "title": "Community chat, February 21, 2024",
                "state": "recording_expected",
                "hosts": [],
                "teams": [],
                "note": "",
                "topics": [],
            },
        ],
        "warnings": [{"line": 5, "reason": read["warnings"][0]["reason"]}],
    }
    assert "Wednesday" in read["warnings"][0]["reason"]
    assert not ChatPage.objects.exists()


def test_the_command_saves_once(archive, list_file, capsys):
    call_command("import_chats", list_file)
    assert "new 2" in capsys.readouterr().out
    assert ChatPage.objects.live().count() == 2
    call_command("import_chats", list_file)
    assert "unchanged 2" in capsys.readouterr().out
    assert ChatPage.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "picture"),
        (b"\x00\x01\x02\x03" * 50, "text"),
        (b"x" * 20_000_000, "MB"),
        (b"", "no text"),
        (b"Dear all, see you soon", "No list of chats"),
    ],
)
def test_what_is_no_list_is_refused_in_words(archive, tmp_path, content, said):
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        call_command("import_chats", path)
    assert not ChatPage.objects.exists()


def test_a_file_that_is_not_there_is_said_so(archive, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_chats", tmp_path / "nothing.txt")


def test_a_long_list_comes_in_whole(archive):
    lines = [
        f"• {datetime.date(2020, 1, 1) + datetime.timedelta(days=14 * n):%A, %B %d, %Y}"
        f" Topics: One of {n}; Another of {n}"
        for n in range(60)
    ]
    text = "\n".join(lines)
    plan = import_chats(detect(text).parse(text), archive)
    assert plan.count(Action.NEW) == 60
    assert plan.warnings == ()
