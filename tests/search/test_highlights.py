import pytest
from lxml import html

from search.highlights import excerpt, mark
from search.query import parse, widen


def ways(typed):
    return list(widen(parse(typed), []).alternatives())


@pytest.mark.parametrize(
    ("text", "typed", "marked"),
    [
        ("Can we renew on ComCat?", "renewals comcat", ["renew", "ComCat"]),
        ("Interstate Delivery with Rhode Island.", "interstate delivery", ["Interstate Delivery"]),
        ("E-book chapters", "ebook chapter", ["E-book chapters"]),
        ("Com Cat and ComCat", "comcat", ["Com Cat", "ComCat"]),
        ("the library’s café", "libraries CAFE", ["library’s café"]),
        ("island of Rhode", '"rhode island"', []),
        ("A map & a <b>map</b>", "map", ["map", "map"]),
        ("nothing here", "zebra", []),
        ("", "zebra", []),
    ],
)
def test_words_are_marked_as_they_are_written(text, typed, marked):
    shown = html.fragment_fromstring(mark(text, ways(typed)), create_parent="p")
    assert [element.text for element in shown.iter("mark")] == marked
    assert shown.text_content() == text


@pytest.mark.parametrize(
    "text",
    [
        '<script>alert("map")</script>',
        "<mark>map</mark>",
        "&lt;map&gt; &amp; map",
        "map<!-- map -->",
        "'\" onload=map",
    ],
)
def test_nothing_of_the_text_becomes_markup(text):
    for shown in (mark(text, ways("map script")), excerpt(text, ways("map script"), words=2)):
        fragment = html.fragment_fromstring(shown, create_parent="p")
        assert {element.tag for element in fragment.iter()} <= {"p", "mark"}


def test_a_long_text_shows_where_most_of_the_words_stand():
    text = "map " + "word " * 100 + "a map of courier routes " + "word " * 100
    shown = excerpt(text, ways("courier map"))
    assert "<mark>map</mark> of <mark>courier</mark>" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(html.fromstring(f"<p>{shown}</p>").text_content().split()) <= 42


def test_a_short_text_is_shown_whole():
    assert excerpt("Use a tube.", ways("tube")) == "Use a <mark>tube</mark>."


def test_a_text_without_the_words_shows_its_beginning():
    shown = excerpt("word " * 100, ways("map"))
    assert shown.startswith("word word")
    assert shown.endswith(" …")


def test_the_end_of_a_text_keeps_its_last_sign():
    assert excerpt("word " * 100 + "map!", ways("map")).endswith("<mark>map</mark>!")
