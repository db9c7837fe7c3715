import datetime
import random

import pytest
from django.utils import translation

from chats.importers import DIALECTS, ImportRefused, detect
from chats.titles import default_title

TEXT = "• Tuesday, March 1, 2022. (hosted by Ivo Maric) Tea! Topics: (from text chat) Bins"


def test_dialects_have_names_of_their_own():
    assert [dialect.name for dialect in DIALECTS] == [
        "podcast_chapters",
        "webvtt_chapters",
        "webvtt",
        "zoom_chat",
        "table",
        "guide_list",
        "topic_line",
        "youtube",
    ]
    assert [str(dialect.label) for dialect in DIALECTS][5] == "Guide-page list"


CUES = "00:00:01.000 --> 00:00:04.000\nAnn Lee: Good morning\n\n"
CHAPTERS = "00:00.000 --> 01:20.000\nWelcome\n\n01:20.000 --> 09:00.000\nBins\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (TEXT, "guide_list"),
        ("Welcome to our page\n\n" + TEXT + "\n\n1:20 Bins\n2:20 Labels", "guide_list"),
        ("Topics and timestamps: 1:20 Bins; 2:40 Labels", "topic_line"),
        ("1:20 Bins; 2:40 Labels; Maps", "topic_line"),
        ("Topics:\u00a0Courier bins; Renewals", "topic_line"),
        ("0:00 Welcome\n1:20 Bins; lids\n2:40 Labels", "youtube"),
        ("1:20 Bins", "youtube"),
        ("Our chat of March 2\n\nWelcome 0:00\nBins 1:20", "youtube"),
        ("WEBVTT\n\n" + CUES, "webvtt"),
        ("WEBVTT", "webvtt"),
        ("1\n" + CUES.replace(".", ","), "webvtt"),
        ("WEBVTT\n\n" + CUES + "00:05.000 --> 00:06.000\nMarch 2, 2022 it was\n", "webvtt"),
        ("WEBVTT\n\n" + CHAPTERS, "webvtt_chapters"),
        ("WEBVTT\nKind: chapters\n\n" + CUES, "webvtt_chapters"),
        ("WEBVTT\nKind: captions\n\n" + CHAPTERS, "webvtt"),
        ("14:03:22 From Ann to Everyone:\n\tGood morning\n", "zoom_chat"),
        ("00:00:22\tAnn Lee:\tMarch 2, 2022 it was\n", "zoom_chat"),
        ('{"version": "1.2.0", "chapters": []}', "podcast_chapters"),
        ('{"chapters": [', "podcast_chapters"),
        ("start,title\n80,Bins\n", "table"),
        ("Date;Topic;Time\nMarch 2, 2022;Bins;1:20", "table"),
    ],
)
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_detect_tells_the_dialects_apart(text, name, start):
    assert detect(start + text).name == name
    assert detect(start + text.replace("\n", "\r\n")).name == name


def test_detect_among_some():
    text = "WEBVTT\n\n" + CHAPTERS
    assert detect(text, names=["webvtt", "webvtt_chapters"]).name == "webvtt_chapters"
    with pytest.raises(ImportRefused):
        detect(text, names=["guide_list", "table"])


@pytest.mark.parametrize(
    "text",
    [
        "Dear all, see you at 2:00",
        "Come at 11:30\n\nor write",
        "{}",
        "topic, please",
        "Note: 00:01 is early",
        "Topics are chosen: by you\n\nand others",
    ],
)
def test_what_is_nothing_we_know(text):
    with pytest.raises(ImportRefused, match="a saved Zoom chat"):
        detect(text)


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


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize(
    "text",
    ["", "\0", "\ud800", "\ufeff", "1:20", "٣:٤٥ x\n²:²² y", "{", "WEBVTT\n\n-->", "\t",
     "start,title", "99:99:99 a\n999:59:59 b", "00:00:00\t:\t", "14:00:00 From :",
     "14:00:00 From  to  : ", '"'],
)  # fmt: skip
def test_no_dialect_raises(dialect, text):
    dialect.recognises(text)
    dialect.parse(text).as_json()


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("seed", range(10))
def test_no_text_makes_a_dialect_raise(dialect, seed):
    chance = random.Random(seed)
    tokens = [
        *"•-*\"()[]{}“”;:.,!?|\n\r\t \u00a0\u2028\u200b\0é漢<>&'0159", "WEBVTT", "NOTE", "-->",
        "<v ",
        "00:01.000", " --> ", "14:00:00", "\tFrom ", " to ", "Everyone", " : ", "(Direct Message)",
        "Reacted to ", " with 👍", 'Replying to "', "…", "1:20", "9:99", "start,title", "\n",
        '{"chapters": [', '{"startTime": ', '"title": ', "},", "March 2, 2022",
        "&#1114112;", "&lt;",
    ]  # fmt: skip
    starts = ["", "WEBVTT\n\n", "start,title,date\n", '{"chapters": [', "14:00:00 From A "]
    for _ in range(60):
        text = chance.choice(starts)
        text += "".join(token + chance.choice(["", " "]) for token in chance.choices(tokens, k=30))
        dialect.recognises(text)
        dialect.parse(text).as_json()
