import pytest

from chats.exports.youtube import description
from chats.importers import ImportedTopic

GOOD = [ImportedTopic(0, "Welcome"), ImportedTopic(688, "Bins"), ImportedTopic(4580, "Maps")]


def test_a_description():
    export = description(GOOD)
    assert export.text == "0:00 Welcome\n11:28 Bins\n1:16:20 Maps\n"
    assert (export.notes, export.media_type) == ((), "text/plain")


def test_a_first_stamp_is_added():
    export = description(GOOD[1:])
    assert export.text.startswith("0:00 Start\n11:28 Bins\n")
    assert export.notes == ("YouTube wants a first chapter at 0:00: “0:00 Start” was added.",)


@pytest.mark.parametrize(
    ("topics", "note"),
    [
        (GOOD[:2], "shows chapters from 3 on"),
        ([*GOOD, ImportedTopic(4589, "Too soon")], "too soon after the one before: “Too soon”."),
        ([*GOOD, ImportedTopic(5000, "<b>")], "no angle brackets, others stand for them: “<b>”."),
        ([ImportedTopic(n * 60, "x" * 60) for n in range(100)], "characters; YouTube takes 5000"),
        ([], "no topic with a time"),
    ],
)
def test_what_does_not_fit_is_said(topics, note):
    (said,) = description(topics).notes
    assert note in said


def test_ten_seconds_are_enough_and_5000_characters_too():
    assert description([*GOOD, ImportedTopic(4590, "x")]).notes == ()
    line = len("0:00 \n")
    title = "x" * (5000 - len(description(GOOD).text) - len("1:16:40 \n"))
    export = description([*GOOD, ImportedTopic(4600, title)])
    assert (len(export.text), export.notes, line) == (5000, (), 6)


def test_no_angle_bracket_is_left():
    text = description([*GOOD, ImportedTopic(5000, "a --> <b>")]).text
    assert "<" not in text
    assert ">" not in text
