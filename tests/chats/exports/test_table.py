import csv
import io

import pytest

from chats.exports.table import topics
from chats.importers import ImportedTopic
from tests.chats.exports.corpus import TITLES


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_the_table():
    export = topics([ImportedTopic(688, 'Bins "red", blue'), ImportedTopic(None, "é", "text chat")])
    assert export.text.startswith("\ufeff")
    assert rows(export.text) == [
        ["start", "stamp", "topic", "source"],
        ["688", "11:28", 'Bins "red", blue', "recording"],
        ["", "", "é", "text chat"],
    ]
    assert (export.media_type, export.suffix, export.notes) == ("text/csv", ".topics.csv", ())


@pytest.mark.parametrize(
    "title", [*TITLES, "=HYPERLINK(1)", "\t=1", " =1", "＋1", "\u00a0-1", "@x"]
)
def test_no_cell_is_a_formula(title):
    for row in rows(topics([ImportedTopic(0, title)]).text):
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋"))
            assert not cell.startswith(("\t", "\r", "\n"))
