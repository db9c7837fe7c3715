import datetime

import pytest
from django.utils import translation

from chats.importers import DIALECTS, ImportRefused, detect
from chats.titles import default_title

TEXT = "• Tuesday, March 1, 2022. (hosted by Ivo Maric) Tea! Topics: (from text chat) Bins"


def test_dialects_have_names_of_their_own():
    assert [dialect.name for dialect in DIALECTS] == ["guide_list"]
    assert str(DIALECTS[0].label) == "Guide-page list"


def test_detect_finds_the_dialect():
    assert detect(TEXT) is DIALECTS[0]


def test_a_text_in_no_dialect_is_refused():
    with pytest.raises(ImportRefused, match="start on a line of its own"):
        detect("We met on a Tuesday.")


def test_json():
    assert detect(TEXT).parse(f"{TEXT}\n{TEXT}").as_json() == {
        "chats": [
            {
                "date": "2022-03-01",
                "title": "Community chat, March 1, 2022",
                "state": "complete",
                "hosts": ["Ivo Maric"],
                "teams": [],
                "note": "Tea!",
                "topics": [{"start": None, "title": "Bins", "source": "text chat"}],
            }
        ],
        "warnings": [
            {"line": 2, "reason": "Lines 1 and 2 list the same chat; the first was kept."}
        ],
    }


def test_titles_are_english_in_every_language():
    with translation.override("fr"):
        assert default_title(datetime.date(2021, 12, 8)) == "Community chat, December 8, 2021"
