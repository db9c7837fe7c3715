import pytest

from chats.importers import ImportedTopic, Parsed, read_pasted
from chats.importers.youtube import parse, recognises
from tests.clock import takes_less

DESCRIPTION = """Community chat of the interlending group: what we lend, and how it gets home.

Ask us at desk@library.example!

Chapters
0:00 Welcome and roll call
2:15 Which courier bins go where
11:28 Renewals after the due date
76:20 Questions

Recorded in the map room.
Slides: https://library.example/slides
"""


def topics(text: str) -> list[tuple[int | None, str]]:
    return [(topic.start, topic.title) for topic in parse(text).topics]


def told(text: str) -> list[tuple[int, str]]:
    return [(warning.line, warning.reason) for warning in parse(text).warnings]


def test_a_description():
    assert parse(DESCRIPTION) == Parsed(
        topics=(
            ImportedTopic(0, "Welcome and roll call"),
            ImportedTopic(135, "Which courier bins go where"),
            ImportedTopic(688, "Renewals after the due date"),
            ImportedTopic(4580, "Questions"),
        )
    )


@pytest.mark.parametrize(
    "line",
    [
        "1:02:03 Bins",
        "01:02:03 Bins",
        "62:03 Bins",
        "(1:02:03) Bins",
        "[1:02:03] Bins",
        "• 1:02:03 Bins",
        "- 1:02:03 - Bins",
        "* 1:02:03 – Bins",
        "3. 1:02:03 Bins",
        "3) (1:02:03) Bins",
        "#3 1:02:03 Bins",
        "⏰ 1:02:03 Bins",
        "▶️1:02:03 · Bins",
        "1:02:03: Bins",
        "1:02:03 : Bins",
        "1:02:03 — Bins",
        "1:02:03 → Bins",
        "1:02:03\tBins",
        "1:02:03 | Bins",
        "| 1:02:03 | Bins |",
        "|1:02:03|Bins|",
        "**1:02:03** Bins",
        "[1:02:03](https://video.example/watch?t=3723) Bins",
        "1:02:03 - 1:09:24 Bins",
        "1:02:03–1:09:24: Bins",
        "(1:02:03 - 1:09:24) Bins",
        "1:02:03 to 1:09:24 Bins",
        "1:02:03 --> 1:09:24 Bins",
        "1:02:03\u00a0Bins",
    ],
)
def test_a_stamp_before_the_title(line):
    assert topics(f"0:00 Welcome\n{line}\n80:00 Labels")[1] == (3723, "Bins")
    assert told(f"0:00 Welcome\n{line}\n80:00 Labels") == []


@pytest.mark.parametrize(
    "line",
    [
        "Bins 1:02:03",
        "Bins - 1:02:03",
        "Bins: 1:02:03",
        "Bins (1:02:03)",
        "Bins [1:02:03]",
        "• Bins 1:02:03",
        "2. Bins 1:02:03",
        "Bins\t1:02:03",
        "| Bins | 1:02:03 |",
        "Bins 1:02:03 - 1:09:24",
    ],
)
def test_a_stamp_behind_the_title(line):
    assert topics(f"Welcome 0:00\n{line}\nLabels 80:00")[1] == (3723, "Bins")
    assert told(f"Welcome 0:00\n{line}\nLabels 80:00") == []


@pytest.mark.parametrize(
    "title",
    [
        "the 2:00 meeting moved",
        "2:00 is too late",
        "Moved to 11:30",
        "Bins | lids",
        'the "old; bins" (red)',
        "ILS / catalog: new",
        "[on screen] maps",
        "naïve – 漢字",
        "& so on",
    ],
)
def test_titles_are_kept_byte_for_byte(title):
    assert topics(f"0:00 Welcome\n1:20 {title}\n90:00 End")[1] == (80, title)


def test_a_title_said_in_the_text_chat():
    assert parse("0:00 Welcome\n1:20 (from text chat) Bins").topics[1] == ImportedTopic(
        80, "Bins", "text chat"
    )


def test_a_table_with_a_head():
    text = "| Time | Topic | Who |\n|---|---|---|\n| 0:00 | Welcome | Ivo |\n| 1:20 | Bins | Lu |"
    assert topics(text) == [(0, "Welcome | Ivo"), (80, "Bins | Lu")]


@pytest.mark.parametrize("text", ["", "Dear all", "We meet at 2:00\nor 2 pm", "2:00 pm\n3:00 pm"])
def test_what_is_not_recognised(text):
    assert not recognises(text)


def test_the_longest_of_several_lists_is_read_and_the_others_named():
    text = (
        "0:00 Teaser\n0:20 Cut\n\nPart 1\n0:00 Welcome\n1:20 Bins\n9:00 Labels\n\n"
        "Part 2\n0:00 Back again\n3:00 Maps\n"
    )
    assert topics(text) == [(0, "Welcome"), (80, "Bins"), (540, "Labels")]
    first, second = told(text)
    assert (first[0], second[0]) == (1, 10)
    assert "Another list of 2, from line 1 to 2" in first[1]
    assert "Another list of 2, from line 10 to 11" in second[1]


def test_of_a_list_given_twice_the_first_is_read():
    text = "0:00 Welcome\n1:20 Bins\n\n0:00 Bienvenue\n1:20 Bacs"
    assert topics(text) == [(0, "Welcome"), (80, "Bins")]
    assert [line for line, _reason in told(text)] == [4]


def test_headings_and_notes_do_not_end_a_list():
    text = "0:00 Welcome\nsaid Ivo\n\nMore\n1:20 Bins\n1:20 Lids\n\n9:00 Maps"
    assert [start for start, _title in topics(text)] == [0, 80, 80, 540]
    assert told(text) == []


def test_a_single_time_out_of_order_is_kept_and_told():
    text = "0:00 Welcome\n9:00 Bins\n5:00 Lids\n10:00 Maps"
    assert [start for start, _title in topics(text)] == [0, 540, 300, 600]
    ((line, reason),) = told(text)
    assert line == 3
    assert "5:00 stands after 9:00" in reason


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1:20", "No title stands beside “1:20”"),
        ("1:2 Bins", "“1:2” is no time"),
        ("1:2:3:4 Bins", "“1:2:3:4” is no time"),
        ("3:75 Bins", "no time “3:75”"),
        ("Bins 3:00", "“Bins” has its time at the other end"),
    ],
)
def test_a_stamped_line_that_cannot_be_read_is_named(line, why):
    text = f"Hello\n0:00 Welcome\n{line}\n9:00 Maps"
    assert [title for _start, title in topics(text) if title != "Bins"] == ["Welcome", "Maps"]
    ((number, reason),) = told(text)
    assert number == 3
    assert why in reason


@pytest.mark.parametrize("end", ["\r\n", "\u2028", "\r"])
def test_line_ends(end):
    assert len(topics("\ufeff" + DESCRIPTION.replace("\n", end))) == 4


def test_a_pasted_description_stays_as_it_is():
    assert topics(read_pasted(DESCRIPTION)) == topics(DESCRIPTION)


HOSTILE = [
    "1:20 ", "1:20 a\n", "9:00 a\n0:00 b\n", "a 1:20\n", "1:2:", "(", "[1:20 to ", "(1:20 - ", "- ",
    "|", "1) ", "**", " ", "\t", "1:20\n", "[0:00](https://", "9", "\n",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_with_the_text_and_not_faster(unit):
    text = "0:00 a\n" + unit * (30_000 // len(unit))
    assert takes_less(3, lambda: parse(text))
    assert takes_less(3, lambda: recognises(text))
