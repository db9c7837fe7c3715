import datetime
import random
import time

import pytest

from chats.importers import ImportedChat, ImportedTopic, Parsed
from chats.importers.guide_list import DIALECT, parse, recognises
from chats.importers.sentences import words

DATE = "Wednesday, March 2, 2022"


def only(text: str) -> ImportedChat:
    (chat,) = parse(text).chats
    return chat


def entry(rest: str) -> ImportedChat:
    return only(f"• {DATE}{rest}")


def topics(rest: str) -> list[tuple[int | None, str]]:
    return [(topic.start, topic.title) for topic in entry(rest).topics]


def reasons(rest: str) -> list[str]:
    return [warning.reason for warning in parse(f"• {DATE}{rest}").warnings]


PAGE = """
Lending among libraries

Our calendar lists what comes next. • Not an entry.

  • Wednesday, March 30, 2022. Register now so you don't miss out!
  • Wednesday, March 16, 2022. Recording coming soon!
  • Wednesday, March 2, 2022\u00a0Timestamps and topics coming soon!
  • Wednesday, February 16, 2022 Timestamps and topics: 00:15 Sign-in; 1:20:05 Bins.
  • Wednesday, February 2, 2022. (hosted by Ivo Maric)\u00a0Topics and timestamps: 2:00 Maps\u00a0
  • Wednesday, January 19, 2022Topics: Courier bins; Renewals. (Note: The first minute is silent.)
  • Wednesday, January 5, 2022 recording was lost due to a full disk. Please ask for the slides!


Contact us

Ivo Maric, extension 12
"""


def test_a_whole_page_gives_its_entries_only():
    parsed = parse(PAGE)
    assert parsed.warnings == ()
    assert [(str(chat.date), chat.state, chat.line) for chat in parsed.chats] == [
        ("2022-03-30", "upcoming", 6),
        ("2022-03-16", "recording_expected", 7),
        ("2022-03-02", "topics_expected", 8),
        ("2022-02-16", "complete", 9),
        ("2022-02-02", "complete", 10),
        ("2022-01-19", "complete", 11),
        ("2022-01-05", "lost", 12),
    ]


def test_facts_of_a_whole_page():
    _, _, _, timed, hosted, untimed, lost = parse(PAGE).chats
    assert timed.topics == (ImportedTopic(15, "Sign-in"), ImportedTopic(4805, "Bins."))
    assert hosted.hosts == ("Ivo Maric",)
    assert untimed.topics == (
        ImportedTopic(None, "Courier bins"),
        ImportedTopic(None, "Renewals."),
    )
    assert untimed.note == "The first minute is silent."
    assert (lost.outcome_reason, lost.note) == ("a full disk", "Please ask for the slides!")


@pytest.mark.parametrize(
    "start",
    [
        "• Wednesday, March 2, 2022",
        "- Wed., Mar. 2, 2022",
        "* Weds March 2nd 2022",
        "•\u00a0MARCH 2, 2022",
        "  – March 2,2022",
        "March 2, 2022",
        "\ufeff\u200bWednesday March 2, 2022",
    ],
)
def test_ways_to_start_an_entry(start):
    parsed = parse(f"{start} Topics: Bins")
    assert parsed.warnings == ()
    assert [chat.date for chat in parsed.chats] == [datetime.date(2022, 3, 2)]


@pytest.mark.parametrize(
    ("month", "number"), [("Sept.", 9), ("Sep", 9), ("May", 5), ("Dec", 12), ("june", 6)]
)
def test_months(month, number):
    assert only(f"{month} 8, 2021 Topics: Bins").date == datetime.date(2021, number, 8)


def test_title_is_made_of_the_date():
    assert only("Dec 8, 2021").title == "Community chat, December 8, 2021"


@pytest.mark.parametrize(
    "text",
    [
        f"{DATE}. Topics: Bins and\nlabels;\n  Renewals\n\nContact us",
        f"• {DATE}. Topics: Bins and\r\n  labels; Renewals\r\n\r\nContact us",
        f"• {DATE}. Topics: Bins and\u2028labels; Renewals\n• March 9, 2022",
    ],
)
def test_wrapped_lines_are_joined(text):
    assert [topic.title for topic in parse(text).chats[0].topics] == ["Bins and labels", "Renewals"]


def test_a_date_that_was_wrapped_starts_no_entry():
    chats = parse(f"{DATE}. Topics expected by\nMarch 9, 2022.\nMarch 16, 2022. x").chats
    assert [chat.date.day for chat in chats] == [2, 16]
    assert chats[0].topics_due == datetime.date(2022, 3, 9)


@pytest.mark.parametrize(
    "listed",
    [
        "\n    - 1:20 Bins\n    - 2:40 Labels",
        "\n• 1:20 Bins\n• 2:40 Labels",
        "\n1:20 Bins\n2:40 Labels",
        "\n\n    • 1:20 Bins\n\n    • 2:40 Labels",
    ],
)
def test_topics_on_lines_of_their_own(listed):
    assert topics(f". Topics:{listed}\n\nContact us") == [(80, "Bins"), (160, "Labels")]


def test_untimed_topics_on_deeper_bullets():
    assert topics(". Topics:\n    - Bins\n    - Labels, new\n      and old") == [
        (None, "Bins"),
        (None, "Labels, new and old"),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("• Wednesday, Febuary 23, 2022 Topics: Bins", "“Wednesday, Febuary 23, 2022” is no date"),
        ("• February 30, 2022 Topics: Bins", "no day “February 30, 2022”"),
        ("• Someday soon: Bins", "“Someday soon: Bins” starts with no full date"),
        ("• Wednesday, March 2 Topics: Bins", "starts with no full date"),
        ("• 2/23/2022 Topics: Bins", "starts with no full date"),
        ("\nWe paused in spring.\n", "“We paused in spring.” stands between two chats"),
    ],
)
def test_what_cannot_be_an_entry_is_told(line, why):
    parsed = parse(f"• March 9, 2022. Topics: a\n{line}\n• March 2, 2022. Topics: b")
    assert [[topic.title for topic in chat.topics] for chat in parsed.chats] == [["a"], ["b"]]
    (warning,) = parsed.warnings
    assert warning.line == (3 if line.startswith("\n") else 2)
    assert why in warning.reason


def test_unreadable_entries_at_both_ends_of_the_list_are_told():
    parsed = parse(
        "• Soon\n• March 9, 2022 Topics: a\n• March 2, 2022 Topics: b\n• Febuary 2, 2022 c\n• Ever"
    )
    assert [warning.line for warning in parsed.warnings] == [1, 4, 5]


def test_an_unreadable_date_without_bullet_is_not_taken_for_a_wrapped_line():
    parsed = parse(f"{DATE}. Topics: Bins\nWednesday, Febuary 23, 2022. Topics: Labels")
    assert parsed.chats[0].topics[-1].title == "Bins"
    assert [warning.line for warning in parsed.warnings] == [2]


def test_years_as_headings_are_no_news():
    assert parse("2022\n• March 2, 2022\n\n2021\n\n• March 3, 2021").warnings == ()


def test_a_wrong_weekday_is_told_and_the_date_kept():
    parsed = parse("• Thursday, March 2, 2022. Topics: Bins")
    assert parsed.chats[0].date == datetime.date(2022, 3, 2)
    assert [warning.reason for warning in parsed.warnings] == [
        "March 2, 2022 was a Wednesday, the list says Thursday; the date was kept."
    ]


def test_a_misspelt_weekday_is_told():
    (warning,) = parse("• Wendesday, March 2, 2022. Topics: Bins").warnings
    assert "“Wendesday” is no day of the week" in warning.reason


@pytest.mark.parametrize("second", ["March 2, 2022. Topics: b", "Mar 2, 2022, 3 pm. Topics: b"])
def test_a_date_listed_twice_keeps_the_first(second):
    parsed = parse(f"• {DATE}. Topics: a\n\n• {second}")
    assert [topic.title for chat in parsed.chats for topic in chat.topics] == ["a"]
    (warning,) = parsed.warnings
    assert warning.line == 3
    assert "Lines 1 and 3" in warning.reason


def test_two_times_on_one_date_are_two_chats():
    parsed = parse(f"• {DATE}, 10 am. Topics: a\n• {DATE}, 3 pm. Topics: b\n• {DATE}, 3 pm")
    assert [chat.start_time for chat in parsed.chats] == [datetime.time(10), datetime.time(15)]
    assert [warning.line for warning in parsed.warnings] == [3]


@pytest.mark.parametrize("text", ["", "No dates here", "We meet on March 2, 2022"])
def test_what_is_not_recognised(text):
    assert not recognises(text)
    assert parse(text) == Parsed((), ())


def test_what_is_recognised():
    assert DIALECT.recognises("Welcome\n\n  • March 2, 2022")


@pytest.mark.parametrize(
    "label",
    [
        "Topics:",
        "Topics and timestamps:",
        "Timestamps and topics:",
        "Topics & time stamps:",
        "topics covered:",
        "TOPICS:\u00a0",
        "Topics and timestamps",
    ],
)
@pytest.mark.parametrize("between", ["", ". ", "\u00a0", ".\u00a0\u00a0", " - "])
def test_labels(between, label):
    assert topics(f"{between}{label} 1:20 Bins; 2:40 Maps") == [(80, "Bins"), (160, "Maps")]
    assert reasons(f"{between}{label} 1:20 Bins; 2:40 Maps") == []


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ("00:24", 24),
        ("1:20", 80),
        ("76:20", 4580),
        ("100:05", 6005),
        ("1:02:03", 3723),
        ("[1:20]", 80),
        ("(1:02:03)", 3723),
        ("1:20 -", 80),
        ("1:20\u00a0–", 80),
    ],
)
def test_stamps(stamp, seconds):
    assert topics(f" Topics: {stamp} Bins") == [(seconds, "Bins")]


@pytest.mark.parametrize(
    "title",
    [
        "Scans and\u00a0maps",
        "Icebreaker: tea or coffee?",
        "Stickers, at last!",
        "ILS / catalog",
        '"What is a hold?"',
        '"Held" vs "Assumed held"',
        "“Curly; quoted” title",
        "Lost [again; and again]",
        "Bins (red; blue (dark; light)) and lids",
        '"How long; how far?" (answer "Ask (e.g. "Ring; don\'t write") first; then wait.")',
        "Rock -- paper --\u00a0scissors",
        "Ends with a full stop.",
        "the 2:00 meeting moved",
        "«deux; trois»",
        'both 5" and 7" disks',
        "{a; b}",
    ],
)
def test_titles_are_kept_byte_for_byte(title):
    text = f" Topics and timestamps: 3:00 First;\u00a07:00\u00a0{title}\u00a0; 9:00 Last"
    assert topics(text) == [(180, "First"), (420, title), (540, "Last")]
    assert reasons(text) == []
    assert topics(f" Topics: First; {title}; Last") == [
        (None, "First"),
        (None, title),
        (None, "Last"),
    ]


@pytest.mark.parametrize(
    "stray",
    [
        '5" disks',
        'the "old disks',
        'old" disks',
        'a lone " mark',
        "a (forgotten bracket",
        "closed) twice",
        "a “curly start",
        "crossed (“over)”",
        'the "old "new" disks',
    ],
)
def test_a_stray_mark_swallows_no_topic(stray):
    text = f' Topics: 1:00 {stray}; 2:00 Next "thing"; 3:00 Other (thing); 4:00 End'
    assert topics(text) == [
        (60, stray),
        (120, 'Next "thing"'),
        (180, "Other (thing)"),
        (240, "End"),
    ]


def test_two_stray_quotation_marks_do_not_make_a_pair_over_several_topics():
    text = ' Topics: 1:00 the "old; 2:00 say "hi"; 3:00 Maps; 4:00 a 5" disk; 5:00 End'
    assert [start for start, _ in topics(text)] == [60, 120, 180, 240, 300]


@pytest.mark.parametrize(
    "piece",
    [
        "(from text chat) 2:00 “Why?”",
        "2:00 (from text chat) “Why?”",
        "2:00 [From the text chat]: “Why?”",
        "2:00\u00a0(text chat)\u00a0“Why?”",
    ],
)
def test_from_text_chat_is_the_source(piece):
    assert entry(f" Topics: 1:00 Bins; {piece}").topics == (
        ImportedTopic(60, "Bins", "recording"),
        ImportedTopic(120, "“Why?”", "text chat"),
    )


def test_text_chat_elsewhere_stays_in_the_title():
    (topic,) = entry(" Topics: Answers (from text chat)").topics
    assert topic == ImportedTopic(None, "Answers (from text chat)", "recording")


def test_an_untimed_topic_can_speak_of_the_time_of_day():
    assert topics(" Topics: 2:00 pm is too late; Bins") == [
        (None, "2:00 pm is too late"),
        (None, "Bins"),
    ]


def test_a_note_after_the_last_topic():
    chat = entry(
        " Topics: Bins; Maps (of towns). (Note: The host was late; so was I.) (note: Sorry)"
    )
    assert [topic.title for topic in chat.topics] == ["Bins", "Maps (of towns)."]
    assert chat.note == "The host was late; so was I. Sorry"


def test_a_note_within_the_topics_belongs_to_its_topic():
    assert topics(" Topics: Bins (Note: red ones); Maps") == [
        (None, "Bins (Note: red ones)"),
        (None, "Maps"),
    ]


def test_a_recording_lost_after_its_topics():
    chat = entry(" Topics: 1:00 Bins; 2:00 Maps. The recording was lost due to a power cut.")
    assert [topic.title for topic in chat.topics] == ["Bins", "Maps."]
    assert (chat.state, chat.outcome_reason) == ("lost", "a power cut")


@pytest.mark.parametrize(
    ("listed", "kept", "why"),
    [
        ("1:00 a; 3:75 b; 4:00 c", [(60, "a"), (None, "b"), (240, "c")], "no time “3:75”"),
        ("1:75:00 a; 2:00 b", [(None, "a"), (120, "b")], "no time “1:75:00”"),
        ("9:00 a; 5:00 b", [(540, "a"), (300, "b")], "5:00 stands after 9:00"),
        ("9:00 a; b", [(540, "a"), (None, "b")], "without a time among others with one: 1"),
        ("a;; b; ", [(None, "a"), (None, "b")], "nothing in them, left out: 1"),
        ("1:00 a; 2:00; 3:00 c", [(60, "a"), (180, "c")], "No topic follows “2:00”"),
        ("1:00 a 2:00 b; 3:00 c", [(60, "a 2:00 b"), (180, "c")], "may be two topics"),
        ("1:00 a, 2:00 b", [(60, "a, 2:00 b")], "may be two topics"),
        ("1:00 a (b; 2:00 c); 3:00 d", [(60, "a (b; 2:00 c)"), (180, "d")], "may be two topics"),
        ("", [], "No topic follows the label “Topics”"),
    ],
)
def test_doubtful_topics_are_told_and_the_good_part_kept(listed, kept, why):
    assert topics(f" Topics: {listed}") == kept
    (reason,) = reasons(f" Topics: {listed}")
    assert why in reason


@pytest.mark.parametrize("aside", ["(see 7:00 for more)", "“at 7:00 sharp”", "since 4:00 today"])
def test_a_time_in_passing_is_no_missed_break(aside):
    assert reasons(f" Topics: 5:00 Bins {aside}; 9:00 Maps") == []


def test_a_label_that_promises_times_its_topics_lack():
    assert topics(" Topics and timestamps: Bins 1:20; Maps 2:40") == [
        (None, "Bins 1:20"),
        (None, "Maps 2:40"),
    ]
    assert reasons(" Topics and timestamps: Bins 1:20; Maps 2:40") == [
        "No topic starts with a time; all were kept without one."
    ]


def test_an_unknown_label_before_stamped_topics():
    chat = entry(". Bring tea! Agenda and minutes: 1:20 Bins; 2:00 Topics: maps")
    assert [(topic.start, topic.title) for topic in chat.topics] == [
        (80, "Bins"),
        (120, "Topics: maps"),
    ]
    assert chat.note == "Bring tea!"
    (reason,) = reasons(". Bring tea! Agenda and minutes: 1:20 Bins; 2:00 Topics: maps")
    assert "“Agenda and minutes” is not known" in reason


@pytest.mark.parametrize("rest", [". 1:20 Bins; 2:00 Maps", ", 1:20 Bins; 2:00 Maps"])
def test_stamped_topics_without_a_label(rest):
    chat = entry(rest)
    assert [topic.start for topic in chat.topics] == [80, 120]
    assert chat.start_time is None
    assert "no label" in reasons(rest)[0]


def test_an_unknown_label_before_untimed_items_stays_in_the_note():
    assert entry(". Agenda: Bins; Maps; Labels").note == "Agenda: Bins; Maps; Labels"
    assert "kept in the note" in reasons(". Agenda: Bins; Maps; Labels")[0]


def test_prose_before_the_label_is_the_note():
    chat = entry(".\u00a0An hour with the map room! Ask them anything.\u00a0Topics: Bins")
    assert chat.note == "An hour with the map room! Ask them anything."


def test_a_note_before_the_label():
    assert (
        entry(" (Note: Bring tea.) A special day. Topics: Bins").note == "A special day. Bring tea."
    )


@pytest.mark.parametrize(
    ("said", "hosts", "teams"),
    [
        ("(hosted by Ivo Maric)", ["Ivo Maric"], []),
        (
            "(hosted by Ivo\u00a0Maric, Lu Chen and Ada Roe)",
            ["Ivo Maric", "Lu Chen", "Ada Roe"],
            [],
        ),
        ("(Hosted by Ivo Maric & Lu Chen).", ["Ivo Maric", "Lu Chen"], []),
        ("(co-hosted with Maps, Bins, and Labels)", [], ["Maps", "Bins", "Labels"]),
        (
            "(co-hosted with Research and Growth, Maps, and Bins)",
            [],
            ["Research and Growth", "Maps", "Bins"],
        ),
        ("(cohosted by the Courier Team)", [], ["Courier Team"]),
        (
            "(hosted by Ivo Maric and co-hosted with Maps and eBins)",
            ["Ivo Maric"],
            ["Maps", "eBins"],
        ),
        ("(hosted by Ivo Maric) (co-hosted with Maps)", ["Ivo Maric"], ["Maps"]),
        ("Hosted by Ivo Maric.", ["Ivo Maric"], []),
        ("Hosted by J. R. Maric and Dr. Ada Roe.", ["J. R. Maric", "Dr. Ada Roe"], []),
        ("This chat was hosted by Ivo Maric.", ["Ivo Maric"], []),
        ("Hosts: Ivo Maric, Lu Chen.", ["Ivo Maric", "Lu Chen"], []),
        ("Hosted by Ivo Maric", ["Ivo Maric"], []),
    ],
)
def test_hosts(said, hosts, teams):
    chat = entry(f". {said} Topics: Bins")
    assert (list(chat.hosts), list(chat.teams), chat.note) == (hosts, teams, "")
    assert reasons(f". {said} Topics: Bins") == []


def test_hosts_that_are_not_named():
    chat = entry(". (hosted by ) Topics: Bins")
    assert (chat.hosts, chat.note) == ((), "")
    assert "names nobody" in reasons(". (hosted by ) Topics: Bins")[0]


@pytest.mark.parametrize(
    "said", ["(hosted by whoever came)", "(hosted by Ivo Maric with two guests)"]
)
def test_hosts_that_cannot_be_read_stay_in_the_note(said):
    chat = entry(f". {said} Topics: Bins")
    assert (chat.hosts, chat.teams, chat.note) == ((), (), said)
    assert "could not be read" in reasons(f". {said} Topics: Bins")[0]


@pytest.mark.parametrize(
    ("said", "hour", "minute"),
    [
        (", 2:00 PM", 14, 0),
        (" at 2 pm", 14, 0),
        (" at 2:30 p.m.", 14, 30),
        (", 2:00–3:00 pm ET", 14, 0),
        (", 2:00 pm - 3:00 pm (Eastern)", 14, 0),
        (", 11:30-12:30 pm", 11, 30),
        (", 11 to noon", 11, 0),
        (" at noon", 12, 0),
        (", 12:15 am", 0, 15),
        (" from 10 am until 11 am", 10, 0),
        (" at 14:00", 14, 0),
        (" (2 pm)", 14, 0),
        (". 9 am", 9, 0),
    ],
)
def test_time_of_day(said, hour, minute):
    chat = entry(f"{said}. Topics and timestamps: 1:20 Bins")
    assert chat.start_time == datetime.time(hour, minute)
    assert chat.note == ""
    assert reasons(f"{said}. Topics and timestamps: 1:20 Bins") == []


def test_time_of_day_beside_the_hosts():
    chat = entry(" (2 pm, hosted by Ivo Maric) Topics: Bins")
    assert (chat.start_time, chat.hosts) == (datetime.time(14), ("Ivo Maric",))


@pytest.mark.parametrize("said", ["at 2:00", "25:00 pm", "2:75 pm"])
def test_a_time_of_day_that_cannot_be_told(said):
    chat = entry(f" {said} we met. Topics: Bins")
    assert (chat.start_time, chat.note) == (None, f"{said} we met.")
    assert "No time of day" in reasons(f" {said} we met. Topics: Bins")[0]


def test_a_foreign_time_zone_is_told():
    assert entry(", 2 pm PT. Topics: Bins").start_time == datetime.time(14)
    assert "given in PT" in reasons(", 2 pm PT. Topics: Bins")[0]


@pytest.mark.parametrize("rest", [". 10 new bins", ". Noon talks", " Topics: 2:00 Maps"])
def test_what_is_no_time_of_day(rest):
    assert entry(rest).start_time is None


@pytest.mark.parametrize(
    "said",
    [
        "Register now so you don't miss out!",
        "Join us!",
        "Please register.",
        "Registration is open",
        "Sign up here",
    ],
)
def test_invitations(said):
    chat = entry(f". {said}")
    assert (chat.invites, chat.state, chat.note) == (True, "upcoming", "")


def test_an_invitation_that_says_more_is_kept_in_words_too():
    chat = entry(". Join us when the map room opens its drawers!")
    assert chat.invites
    assert chat.note == "Join us when the map room opens its drawers!"


@pytest.mark.parametrize("said", ["Recording coming soon!", "The recording will be posted soon."])
def test_a_recording_expected(said):
    chat = entry(f". {said}")
    assert (chat.state, chat.note, chat.topics_promised) == ("recording_expected", "", False)


@pytest.mark.parametrize(
    "said",
    [
        "Timestamps and topics coming soon!",
        "Topics and timestamps coming soon",
        "Recording, topics and timestamps coming soon!",
        "Topics will be added later this week.",
        "Topics and timestamps: coming soon!",
        "Topics: TBA",
    ],
)
def test_topics_promised(said):
    chat = entry(f".\u00a0{said}")
    assert (chat.state, chat.note, chat.topics) == ("topics_expected", "", ())
    assert reasons(f".\u00a0{said}") == []


@pytest.mark.parametrize("said", ["Topics expected by", "Topics: expected by Wednesday,"])
def test_topics_promised_for_a_day(said):
    chat = entry(f". {said} March 9, 2022. Please wait for them!")
    assert (chat.topics_promised, chat.topics_due) == (True, datetime.date(2022, 3, 9))
    assert chat.note == "Please wait for them!"


def test_a_promise_that_says_more_is_kept_in_words_too():
    chat = entry(". Topics coming soon, once Ivo is back.")
    assert (chat.topics_promised, chat.note) == (True, "Topics coming soon, once Ivo is back.")


@pytest.mark.parametrize(
    ("said", "outcome", "reason", "note"),
    [
        ("recording was lost due to a full disk. Sorry!", "lost", "a full disk", "Sorry!"),
        ("The recording was lost because of rain", "lost", "rain", ""),
        ("Sadly, Ivo lost the recording.", "lost", "Sadly, Ivo lost the recording", ""),
        ("This chat was not recorded.", "lost", "This chat was not recorded", ""),
        ("Cancelled due to snow.", "cancelled", "snow", ""),
        ("canceled (due to snow (12 inches))", "cancelled", "snow (12 inches)", ""),
        ("(cancelled due to snow) Stay warm!", "cancelled", "snow", "Stay warm!"),
        ("This chat was canceled.", "cancelled", "This chat was canceled", ""),
        ("No chat this week", "cancelled", "No chat this week", ""),
        ("No chat because Ivo is ill.", "cancelled", "Ivo is ill", ""),
        (
            "The courier chat was cancelled due to snow.",
            "cancelled",
            "snow",
            "The courier chat was cancelled due to snow.",
        ),
    ],
)
def test_outcomes(said, outcome, reason, note):
    chat = entry(f" {said}")
    assert (chat.outcome, chat.state) == (outcome, outcome)
    assert (chat.outcome_reason, chat.note) == (reason, note)


@pytest.mark.parametrize(
    "said",
    [
        "Cancelled requests and what becomes of them.",
        "Recording lost items in the catalog.",
        "Part of the recording was lost.",
        "No chat box today, alas.",
    ],
)
def test_what_is_no_outcome(said):
    chat = entry(f". {said} Topics: Bins")
    assert (chat.outcome, chat.note) == ("", said)


def test_lost_with_topics_keeps_the_topics():
    chat = entry(". The recording was lost due to rain. Topics: Bins; Maps")
    assert chat.state == "lost"
    assert len(chat.topics) == 2


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"outcome": "cancelled", "topics": (ImportedTopic(1, "a"),)}, "cancelled"),
        ({"outcome": "lost", "invites": True}, "lost"),
        ({"topics": (ImportedTopic(None, "a"),), "topics_promised": True}, "complete"),
        ({"topics_promised": True, "invites": True}, "topics_expected"),
        ({"invites": True}, "upcoming"),
        ({}, "recording_expected"),
    ],
)
def test_the_state_is_the_first_that_holds(facts, state):
    assert ImportedChat(datetime.date(2022, 3, 2), **facts).state == state


@pytest.mark.parametrize(
    "rest",
    [
        ". Recording: https://video.example/a?b=1 Topics: 1:00 Bins; 2:00 Maps",
        ". (Recording: https://video.example/a?b=1) Topics: 1:00 Bins; 2:00 Maps",
        ". https://video.example/a?b=1 Topics: 1:00 Bins; 2:00 Maps",
        " (https://video.example/a?b=1) Topics: 1:00 Bins; 2:00 Maps",
        ". Topics: 1:00 Bins; 2:00 Maps Recording: https://video.example/a?b=1.",
        ". Topics:\n - 1:00 Bins\n - 2:00 Maps\n - https://video.example/a?b=1",
        ". Topics: 1:00 Bins; 2:00 Maps; https://video.example/a?b=1",
    ],
)
def test_an_address_on_its_own_is_the_recording(rest):
    chat = entry(rest)
    assert chat.recording_url == "https://video.example/a?b=1"
    assert [topic.title for topic in chat.topics] == ["Bins", "Maps"]
    assert chat.note == ""


@pytest.mark.parametrize(
    "said",
    ["See https://video.example/a for slides.", "Recording: ftp://video.example/a", "Recording: x"],
)
def test_an_address_that_is_no_recording_stays(said):
    chat = entry(f". {said} Topics: Bins")
    assert (chat.recording_url, chat.note) == ("", said)


def test_a_second_address_stays_in_the_note():
    chat = entry(" (https://video.example/a) (https://video.example/b)")
    assert chat.recording_url == "https://video.example/a"
    assert chat.note == "(https://video.example/b)"


PROSE = [
    "Register now, or miss {}!",
    "Join us!",
    "Recording coming soon!",
    "Topics coming soon, says {}.",
    "An hour of {} and {}!",
    "The recording was lost due to {}.",
    "cancelled because of {} and {}.",
    "No chat this week, ask {}.",
    "(hosted by {} and co-hosted with {} and {})",
    "(hosted by people like {})",
    "Hosted by {}.",
    "(Note: {} and {})",
    "Recording: https://video.example/{}",
    "https://video.example/{}",
    "See https://video.example/{} for {}.",
    "Agenda: {}; {}; {}",
    "({} [{})",
    '"{}',
    "at 2:00 {}",
    "(2 pm, {})",
    "- {}: {} -",
]
TITLES = [
    "{}",
    "1:20 {}",
    "2:40 {} ({}; {})",
    '3:00 "{}; {}"',
    '4:00 {}" {}',
    "5:00 (from text chat) {}",
    "3:75 {}",
    "",
    "9:00 {} 9:30 {}",
    "0:10 {} (Note: {})",
    "Recording: https://video.example/{}",
    "https://video.example/{}",
    "{}. The recording was lost due to {}.",
    "{}. Topics coming soon!",
]
LABELS = ["Topics:", "Topics and timestamps:", "Timestamps and topics", "Agenda {}:", "{}", ""]


def everything(parsed: Parsed) -> str:
    told = [warning.reason for warning in parsed.warnings]
    for chat in parsed.chats:
        told += [*chat.hosts, *chat.teams, chat.note, chat.outcome_reason, chat.recording_url]
        told += [topic.title for topic in chat.topics]
    return " ".join(told)


@pytest.mark.parametrize("seed", range(40))
def test_every_word_of_an_entry_ends_up_somewhere(seed):
    chance = random.Random(seed)
    for _ in range(50):
        marks: list[str] = []

        def marked(shape: str, marks: list[str] = marks) -> str:
            names = [f"Word{len(marks) + number}" for number in range(shape.count("{}"))]
            marks.extend(names)
            return shape.format(*names)

        said = [marked(shape) for shape in chance.choices(PROSE, k=chance.randint(0, 3))]
        label = marked(chance.choice(LABELS))
        titles = [marked(shape) for shape in chance.choices(TITLES, k=chance.randint(0, 5))]
        note = marked(chance.choice(["", "(Note: {}; {})", "."]))
        between = chance.choice([" ", "\u00a0", ". ", "\n  "])
        text = f"• {DATE}{between}{between.join(said)} {label} {'; '.join(titles)} {note}"
        assert not set(marks) - set(_found(everything(parse(text)))), text


def _found(text: str) -> set[str]:
    return {word.capitalize() for word in words(text)}


@pytest.mark.parametrize("seed", range(20))
def test_no_text_makes_it_raise(seed):
    chance = random.Random(seed)
    tokens = [
        *"•-*\"()[]{}“”«»;:.,!?\n\r\t \u00a0\u2028\u200b\0é漢'’/#@0159",
        *PROSE, *TITLES, *LABELS, DATE, "February 31, 2022", "Wed", "Mar", "2022", "2:00", "pm",
        "at", "hosted by", "(Note:", "Topics:", "cancelled", "recording", "\n• ", "\n\n", "by",
        "99:99:99", "99999:00", "0000", "March 2, 0000", "٣:٤٥", "²:²²", "Topics expected by",
    ]  # fmt: skip
    for _ in range(300):
        text = chance.choice(["", f"• {DATE}", f"{DATE} Topics:"])
        text += "".join(token + chance.choice(["", " "]) for token in chance.choices(tokens, k=30))
        recognises(text)
        parse(text).as_json()


@pytest.mark.parametrize("start", ["", f"{DATE}. ", f"{DATE} Topics: "])
@pytest.mark.parametrize(
    "unit",
    [
        '"', "(", ")", "()", '("', '"a; ', "(a; ", "“", ";", "a;", ".", " ", "\u00a0", "\n", "•",
        "- ", "x\n", "• x\n", "1:20 ", "1:20 a;", "x 1:20 a ", "(Note: a) ", "hosted by ", "A and ",
        "Recording: http://a ", "Recording lost. ", "Topics coming soon. ", "topics and ",
        "March 3, 2022\n", "was cancelled ", "due to ", "at 2 ", "Register! ",
    ],
)  # fmt: skip
def test_time_grows_with_the_text_and_not_faster(start, unit):
    text = start + unit * (200_000 // len(unit))
    before = time.process_time()
    parse(text)
    assert time.process_time() - before < 4


def test_twenty_thousand_entries():
    day = datetime.date(1990, 1, 3)
    lines = [
        f"• {day + datetime.timedelta(number):%A, %B %d, %Y}. Topics: 1:00 Bins; 2:00 Maps"
        for number in range(20_000)
    ]
    parsed = parse("\n".join(lines))
    assert len(parsed.chats) == 20_000
    assert parsed.warnings == ()
