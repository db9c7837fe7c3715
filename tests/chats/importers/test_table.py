import datetime

import pytest

from chats.importers import ImportedTopic, Parsed
from chats.importers.table import parse, recognises
from core.tables import guarded, unguarded
from tests.clock import takes_less


def topics(text: str) -> list[tuple[int | None, str]]:
    return [(topic.start, topic.title) for topic in parse(text).topics]


def told(text: str) -> list[tuple[int, str]]:
    return [(notice.line, notice.reason) for notice in parse(text).warnings]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_topics(separator, end):
    rows = ["Time,Topic,Source", "0:15,Sign-in,recording", "671.9,Bins,text chat", ",Maps,"]
    text = "\ufeff" + end.join(rows).replace(",", separator)
    assert recognises(text)
    assert parse(text) == Parsed(
        topics=(
            ImportedTopic(15, "Sign-in"),
            ImportedTopic(671, "Bins", "text chat"),
            ImportedTopic(None, "Maps"),
        )
    )


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("start,title", "80,Bins"),
        ("TITLE,Start", "Bins,80"),
        ("timestamp , Topic", "1:20 , Bins"),
        ('"stamp","subject"', '"1:20","Bins"'),
        ("start,stamp,topic", "80,1:20,Bins"),
        ("start,stamp,topic", ",1:20,Bins"),
        ("Start Time,Topic", "0:01:20,Bins"),
    ],
)
def test_names_of_columns(header, row):
    assert recognises(f"{header}\n{row}")
    assert topics(f"{header}\n{row}") == [(80, "Bins")]
    assert told(f"{header}\n{row}") == []


def test_quoted_cells():
    text = 'start,topic\n1:20,"Bins, ""red"", and\nlids"\n2:40,5" disks\n3:00," kept "\n'
    assert topics(text) == [(80, 'Bins, "red", and lids'), (160, '5" disks'), (180, " kept ")]
    assert told(text) == []


def test_lines_are_those_of_the_file():
    text = 'start,topic,who\n\n1:20,"Bins\nand\nlids"\nsoon,Maps\n4:00,\n5:00,"open\n6:00,End,x,y\n'
    assert topics(text) == [(80, "Bins and lids"), (None, "Maps"), (300, '"open'), (360, "End")]
    assert [line for line, _reason in told(text)] == [1, 6, 7, 8, 9]
    reasons = [reason for _line, reason in told(text)]
    assert "left out: who." in reasons[0]
    assert "“soon” is no time" in reasons[1]
    assert "No topic stands beside “4:00”" in reasons[2]
    assert "not closed" in reasons[3]
    assert "more cells" in reasons[4]


CHATS = """date;time of day;hosts;co-hosts;note;recording;chat;start;topic
2022-03-02;2 pm;Ivo Maric, Lu Chen;Maps;Bring tea;https://video.example/1;;0:15;Sign-in
;;;;;;;1:20;Bins
3/16/2022;14:30;;;;;Map day;;Maps
"March 2, 2022";14:00;;;Another;;;2:00;Lids
"""


def test_rows_with_dates_are_chats():
    first, second = parse(CHATS).chats
    assert (first.date, first.start_time, first.line) == (
        datetime.date(2022, 3, 2),
        datetime.time(14),
        2,
    )
    assert (first.hosts, first.teams) == (("Ivo Maric", "Lu Chen"), ("Maps",))
    assert (first.note, first.recording_url) == ("Bring tea", "https://video.example/1")
    assert first.title == "Community chat, March 2, 2022"
    assert [(topic.start, topic.title) for topic in first.topics] == [
        (15, "Sign-in"),
        (80, "Bins"),
        (120, "Lids"),
    ]
    assert (second.date, second.title) == (datetime.date(2022, 3, 16), "Map day")
    assert second.topics == (ImportedTopic(None, "Maps"),)
    assert [(line, reason) for line, reason in told(CHATS)] == [
        (5, "“Another” differs from line 2; the first was kept.")
    ]


def test_what_cannot_be_read_of_chats_is_named_by_line():
    text = (
        "date,time of day,recording,topic\n,,,a\n2022-02-31,,,b\n,,,c\n16/3/2022,,,d\n"
        "2022-03-02,late,ftp://a,e\n"
    )
    (chat,) = parse(text).chats
    assert [topic.title for topic in chat.topics] == ["e"]
    assert (chat.start_time, chat.recording_url) == (None, "")
    assert [line for line, _reason in told(text)] == [2, 3, 4, 5, 6, 6]


def test_what_a_row_says_of_the_chat_is_told_where_there_is_none():
    assert "chat itself" in told("start,topic,hosts\n1:20,Bins,Ivo")[0][1]


@pytest.mark.parametrize(
    "text", ["", "topic\nBins", "Hello, time", "date: soon", "1:20 Bins, topic", "date,why\nx,y"]
)
def test_what_is_not_recognised(text):
    assert not recognises(text)
    assert parse(text) == Parsed()


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "\tx",
        "\rx",
        " =1",
        "'=1",
        "''@",
        "'x",
        "x=1",
        "",
        "'",
        "＝1",
        "\u00a0+1",
    ],
)
def test_a_guarded_cell_reads_back_as_it_was(cell):
    assert not guarded(cell).lstrip().startswith(("=", "+", "-", "@", "＝"))
    assert not guarded(cell).startswith(("\t", "\r"))
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize(
    "unit", ['"', '""', '"a\n', '"a,', ",", "1:20,a\n", " ", "\n", "'", '"""x\n', ',"', "a"]
)
@pytest.mark.parametrize("start", ["start,topic\n", "date,topic\n2022-03-02,"])
def test_time_grows_with_the_text_and_not_faster(start, unit):
    text = start + unit * (30_000 // len(unit))
    assert takes_less(3, lambda: parse(text))
