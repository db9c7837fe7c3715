import json

import pytest

from chats.importers import ImportedTopic, Parsed
from chats.importers.podcast_chapters import parse, recognises
from tests.clock import takes_less

CHAPTERS = """{
  "version": "1.2.0",
  "chapters": [
    {"startTime": 0, "title": "Welcome"},
    {"startTime": 135.9, "endTime": 300, "title": "Bins \\"red\\" & <blue>"},
    {
      "startTime": "11:28",
      "title": "(from text chat) Maps",
      "toc": true
    }
  ]
}
"""


def file(*chapters: object) -> str:
    return '{"chapters": [\n' + ",\n".join(map(json.dumps, chapters)) + "\n]}"


def told(text: str) -> list[tuple[int, str]]:
    return [(notice.line, notice.reason) for notice in parse(text).warnings]


@pytest.mark.parametrize("start", ["", "\ufeff", "\n "])
def test_chapters(start):
    assert recognises(start + CHAPTERS)
    assert parse(start + CHAPTERS.replace("\n", "\r\n")) == Parsed(
        topics=(
            ImportedTopic(0, "Welcome"),
            ImportedTopic(135, 'Bins "red" & <blue>'),
            ImportedTopic(688, "Maps", "text chat"),
        )
    )


@pytest.mark.parametrize(
    ("chapter", "topics", "why"),
    [
        ({"startTime": 5, "title": "x", "toc": False}, [], "Chapter 2 is marked as not listed"),
        ({"startTime": 5}, [], "Chapter 2 has no title"),
        ({"startTime": 5, "title": " "}, [], "Chapter 2 has no title"),
        ({"startTime": 5, "title": 7}, [], "Chapter 2 has no title"),
        ("x", [], "Chapter 2 is no chapter"),
        ({"title": "x"}, [(None, "x")], "Chapter 2 has no time"),
        ({"startTime": -1, "title": "x"}, [(None, "x")], "Chapter 2 has no time"),
        ({"startTime": float("inf"), "title": "x"}, [(None, "x")], "Chapter 2 has no time"),
        ({"startTime": 1e300, "title": "x"}, [(None, "x")], "Chapter 2 has no time"),
        ({"startTime": True, "title": "x"}, [(None, "x")], "Chapter 2 has no time"),
        ({"startTime": "soon", "title": "x"}, [(None, "x")], "Chapter 2 has no time"),
        ({"startTime": 5, "title": "x", "img": "a.png"}, [(5, "x")], "Pictures and links"),
    ],
)
def test_what_cannot_be_read_is_named(chapter, topics, why):
    text = file({"startTime": 1, "title": "a"}, chapter, {"startTime": 9, "title": "b"})
    found = [(topic.start, topic.title) for topic in parse(text).topics]
    assert found == [(1, "a"), *topics, (9, "b")]
    ((line, reason),) = told(text)
    assert line == 3
    assert why in reason


def test_broken_json_is_named_by_line_and_what_stands_before_comes_in():
    text = CHAPTERS.replace('"startTime": "11:28",', '"startTime": 11:28,')
    assert recognises(text)
    assert [topic.start for topic in parse(text).topics] == [0, 135]
    ((line, reason),) = told(text)
    assert line == 7
    assert "cannot be read from here on" in reason


@pytest.mark.parametrize(
    "text", ["{", '{"chapters"', "[" * 100_000, '{"chapters": ' + "[" * 100_000]
)
def test_broken_from_the_start(text):
    assert parse(text).topics == ()
    assert len(told(text)) >= 1


def test_json_without_chapters():
    assert "no list of chapters" in told('{"chapters": {}}')[0][1]
    assert not recognises('{"version": 1}')
    assert not recognises('[{"chapters": []}]')


def test_titles_are_fit_to_be_kept():
    (topic,) = parse(file({"startTime": 1, "title": "a\u0000b\ud800\nc"})).topics
    assert topic.title == "ab c"


@pytest.mark.parametrize("unit", ["[", '{"a":', "1,", '"', ",", " ", '{"startTime": 1},', "\n"])
def test_time_grows_with_the_text_and_not_faster(unit):
    text = '{"chapters": [{"title": "a"},' + unit * (30_000 // len(unit))
    assert takes_less(3, lambda: parse(text))
