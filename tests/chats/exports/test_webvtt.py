import re

import pytest

from chats.exports import webvtt
from chats.importers import ImportedLine, ImportedTopic, detect, read_text
from chats.importers.webvtt import transcript
from tests.chats.exports.corpus import TITLES, around

TIMES = re.compile(r"(\d{2,}):(\d\d):(\d\d)\.(\d{3}) --> (\d{2,}):(\d\d):(\d\d)\.(\d{3})")


def times(text: str) -> list[tuple[int, int]]:
    found = []
    for match in TIMES.finditer(text):
        h, m, s, f, *end = map(int, match.groups())
        found.append(
            (
                ((h * 60 + m) * 60 + s) * 1000 + f,
                ((end[0] * 60 + end[1]) * 60 + end[2]) * 1000 + end[3],
            )
        )
    return found


def valid(text: str) -> bool:
    """Say whether a browser reads every cue: times in order, none of no length, no stray marks."""
    found = times(text)
    payloads = [block.split("\n", 1)[1] for block in text.strip().split("\n\n")[1:]]
    return (
        text.startswith("WEBVTT")
        and len(payloads) == len(found)
        and all(start < end for start, end in found)
        and found == sorted(found, key=lambda pair: pair[0])
        and all("-->" not in payload and "\n" not in payload for payload in payloads)
        and all("<" not in re.sub(r"\A<v [^<>]+>", "", payload) for payload in payloads)
    )


def test_chapters():
    export = webvtt.chapters([ImportedTopic(0, "Welcome"), ImportedTopic(80, "R&D -> <b>")], 300)
    assert export.text == (
        "WEBVTT - chapters\n\n00:00:00.000 --> 00:01:20.000\nWelcome\n\n"
        "00:01:20.000 --> 00:05:00.000\nR&amp;D -&gt; &lt;b&gt;\n"
    )
    assert (export.media_type, export.suffix, export.notes) == ("text/vtt", ".chapters.vtt", ())


@pytest.mark.parametrize("title", TITLES)
def test_no_title_breaks_the_file(title):
    assert valid(webvtt.chapters(around(title), 5000).text)


def test_chapters_of_one_second_share_their_time():
    topics = [ImportedTopic(start, str(start)) for start in (0, 5, 5, 6, 6)]
    text = webvtt.chapters(topics, 100).text
    assert [(start // 1000, end // 1000) for start, end in times(text)] == [
        (0, 5), (5, 6), (5, 6), (6, 100), (6, 100),
    ]  # fmt: skip
    assert valid(text)


@pytest.mark.parametrize(
    ("duration", "end", "note"),
    [
        (300, 300, None),
        (None, 140, "length of the recording is not known: the last chapter got 60 s"),
        (80, 81, "starts after the end"),
        (10, 81, "starts after the end"),
    ],
)
def test_the_end_of_the_last_chapter(duration, end, note):
    export = webvtt.chapters([ImportedTopic(0, "a"), ImportedTopic(80, "b")], duration)
    assert times(export.text)[-1] == (80_000, end * 1000)
    assert len(export.notes) == (note is not None)
    assert not note or note in export.notes[0]


LINES = [
    ImportedLine(3000, "Good morning", 7000, "Ann Lee"),
    ImportedLine(8120, "R&D -> <v Ivo>, is that it?", 9000, "Lib: Marisol <& Co>"),
    ImportedLine(8500, "no speaker: here"),
    ImportedLine(8500, "at the same time"),
    ImportedLine(9900, "soon", None, "Ann Lee"),
    ImportedLine(360_016_000, "much later"),
]


def test_captions():
    export = webvtt.captions(LINES)
    assert valid(export.text)
    assert times(export.text) == [
        (3000, 7000),
        (8120, 9000),
        (8500, 9900),
        (8500, 9900),
        (9900, 16_900),
        (360_016_000, 360_023_000),
    ]
    assert "<v Ann Lee>Good morning" in export.text
    assert (export.suffix, export.notes) == (".captions.vtt", ())


def test_captions_read_back_as_the_same_lines():
    text = read_text(webvtt.captions(LINES).text.encode())
    assert detect(text) is transcript.DIALECT
    assert [(line.start, line.speaker, line.text) for line in transcript.parse(text).lines] == [
        (line.start, line.speaker, line.text) for line in LINES
    ]


@pytest.mark.parametrize("title", [title for title in TITLES if title.strip() == title])
def test_no_line_breaks_the_captions(title):
    line = ImportedLine(1000, title, 2000, title.replace("\n", " "))
    text = webvtt.captions([line]).text
    assert valid(text)
    (read,) = transcript.parse(text).lines
    assert (read.speaker, read.text) == (line.speaker, title.replace("\n", " "))


def test_captions_are_put_in_order_and_moved_by_the_offset():
    lines = [ImportedLine(9000, "b", 10_000), ImportedLine(4000, "a", 6000)]
    assert times(webvtt.captions(lines, 67).text) == [(71_000, 73_000), (76_000, 77_000)]
    early = webvtt.captions(lines, -5)
    assert times(early.text) == [(0, 1000), (4000, 5000)]
    assert early.notes == ()
    late = webvtt.captions(lines, -7)
    assert times(late.text) == [(2000, 3000)]
    assert late.notes == ("Lines from before the recording starts, left out: 1.",)


def test_the_text_chat_is_no_caption():
    export = webvtt.captions([*LINES, ImportedLine(1, "written", source="text chat")])
    assert "written" not in export.text
    assert export.notes == ("Lines of the text chat are no captions, left out: 1.",)
