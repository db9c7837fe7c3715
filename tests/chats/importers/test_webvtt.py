import pytest

from chats.importers import ImportedLine, ImportedTopic, ImportNotice, read_text
from chats.importers.webvtt import chapters, transcript
from tests.clock import takes_less

ZOOM = """WEBVTT

1
00:00:03.120 --> 00:00:07.900
Ann Lee: Good morning, this is the map room.

2
00:00:08.000 --> 00:00:12.400
Lib: Marisol Achterberg: Hello! The time is 11:30.

3
00:00:12.500 --> 00:00:15.000
Lib: Marisol Achterberg: See http://library.example: it is new.

4
100:00:16.000 --> 100:00:18.000
Ann Lee: Thank you
and welcome.
"""


def lines(text: str) -> list[tuple[int, int | None, str, str]]:
    return [
        (line.start, line.end, line.speaker, line.text) for line in transcript.parse(text).lines
    ]


def texts(text: str) -> list[str]:
    return [line.text for line in transcript.parse(text).lines]


def spoken(text: str) -> list[tuple[str, str]]:
    return [(line.speaker, line.text) for line in transcript.parse(text).lines]


def told(text: str) -> tuple[ImportNotice, ...]:
    return transcript.parse(text).warnings


def cues(*payloads: str) -> str:
    return "WEBVTT\n\n" + "\n".join(
        f"00:{number:02}.000 --> 00:{number:02}.900\n{payload}\n"
        for number, payload in enumerate(payloads)
    )


def test_a_transcript_from_zoom():
    parsed = transcript.parse(ZOOM)
    assert parsed.warnings == ()
    assert not parsed.tells_time_of_day
    assert parsed.lines[0] == ImportedLine(
        3120, "Good morning, this is the map room.", 7900, "Ann Lee"
    )
    assert lines(ZOOM)[1:] == [
        (8000, 12400, "Lib: Marisol Achterberg", "Hello! The time is 11:30."),
        (12500, 15000, "Lib: Marisol Achterberg", "See http://library.example: it is new."),
        (360_016_000, 360_018_000, "Ann Lee", "Thank you and welcome."),
    ]


def test_line_ends_and_byte_order_mark():
    assert lines("\ufeff" + ZOOM.replace("\n", "\r\n")) == lines(ZOOM)
    assert lines(read_text(("\ufeff" + ZOOM).encode())) == lines(ZOOM)


def test_srt():
    text = (
        "1\n00:00:03,120 --> 00:00:07,900\nGood morning\n"
        "2\n00:00:08,000 --> 00:00:09,5\n<i>Bins</i>\n"
    )
    assert transcript.recognises(text)
    assert lines(text) == [(3120, 7900, "", "Good morning"), (8000, 9500, "", "Bins")]


def test_all_that_is_no_cue_is_passed_over():
    text = (
        "WEBVTT - some title\nX-Made-By: desk\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:bill\n\n"
        "NOTE this is\na comment\n\nintro\n00:01.000 --> 00:02.000 align:start\nBins\n\n"
        "NOTE\n\n00:03.000 --> 00:04.000\nLabels"
    )
    assert lines(text) == [(1000, 2000, "", "Bins"), (3000, 4000, "", "Labels")]
    assert told(text) == ()


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("R&amp;D &lt;p&gt; a&nbsp;b", "R&D <p> a\u00a0b"),
        ("&lrm;a&rlm; &#233;&#xE9;", "\u200ea\u200f éé"),
        ("AT&T &amp;amp; ?a=1&copy=2", "AT&T &amp; ?a=1&copy=2"),
        ("<i>a</i> <c.red.big>b</c> <00:00:01.500>c <b>d</b><ruby>e<rt>f</rt></ruby>", "a b c def"),
        ("a < b, <sigh> and 2 > 1", "a < b, <sigh> and 2 > 1"),
        ("click File --> Export", "click File --> Export"),
        (" \nafter a blank", "after a blank"),
        ("{\\an8}Bins", "Bins"),
        ("Bins &#0; &#x1b;here", "Bins \ufffd here"),
    ],
)
def test_markup_of_a_cue(payload, text):
    assert texts(cues(payload)) == [text]


def test_voices():
    text = cues(
        "<v Ann Lee>Bins</v>\n<v.loud Fish &amp; Chips>Labels",
        "plain: <v Ivo>Maps",
        "<v Lu>\n<v Lu>a",
    )
    assert spoken(text) == [
        ("Ann Lee", "Bins"),
        ("Fish & Chips", "Labels"),
        ("", "plain:"),
        ("Ivo", "Maps"),
        ("Lu", "a"),
    ]


@pytest.mark.parametrize("form", ['"Ann Lee" (16778240)', '1 "Ann Lee" (16778240)', '"Ann Lee"'])
def test_names_in_cue_identifiers(form):
    text = f"WEBVTT\n\n{form}\n00:01.000 --> 00:02.000\nNow: bins\nand lids\n"
    assert spoken(text) == [("Ann Lee", "Now: bins and lids")]


def test_bare_names_in_cue_identifiers_have_to_recur():
    cue = "{}\n00:01.000 --> 00:02.000\nBins\n\n"
    text = "WEBVTT\n\n" + cue.format("Ann Lee") * 2 + cue.format("Intro") + cue.format("a1b2-c3/7")
    assert [name for name, _text in spoken(text)] == ["Ann Lee", "Ann Lee", "", ""]


@pytest.mark.parametrize(
    "payload",
    [
        "Note: the form is new",
        "the time is 11:30",
        "so remember: bring bins",
        "http://library.example: see",
        "Is this it?: no",
        "Question 2: what is a hold",
    ],
)
def test_what_is_no_speaker(payload):
    text = cues("Ann: a", "Ivo: b", payload, "Ann: c", "Ivo: d")
    assert spoken(text)[2] == ("", payload)


def test_a_word_before_a_colon_once_among_many_lines_is_no_speaker():
    text = cues(*["and so on"] * 8, "Remember: bring your bins")
    assert spoken(text)[-1] == ("", "Remember: bring your bins")


@pytest.mark.parametrize(
    "name", ["Theo L.", "Dr. A. Roe Jr.", "Ann Lee (she/her)", "José de la Paz"]
)
def test_names_with_initials_and_more(name):
    assert spoken(cues(f"{name}: yes", "Ivo: no", f"{name}: well")) == [
        (name, "yes"),
        ("Ivo", "no"),
        (name, "well"),
    ]
    assert spoken(cues("Ivo: no", "That is all.: so", "Ivo: a"))[1] == ("", "That is all.: so")


def test_names_in_small_letters_have_to_recur():
    assert spoken(cues(*["ivo: yes"] * 3)) == [("ivo", "yes")] * 3
    assert spoken(cues("ivo: yes", "and then", "so on"))[0] == ("", "ivo: yes")


def test_a_colon_after_a_name_that_also_stands_alone_is_text():
    text = cues("Ann: hello", "Ann: Renewals: how", "Ann: Renewals: when", "Ann: yes")
    assert spoken(text)[1] == ("Ann", "Renewals: how")


def test_two_speakers_in_a_cue():
    text = cues("Ann: hello\nand welcome\nIvo: thanks", "Ann: a", "Ivo: b")
    assert spoken(text)[:2] == [("Ann", "hello and welcome"), ("Ivo", "thanks")]


def test_cues_that_overlap_or_run_backwards_are_kept_and_told_once():
    text = (
        "WEBVTT\n\n00:10.000 --> 00:20.000\na\n\n00:05.000 --> 00:06.000\nb\n\n"
        "00:04.000 --> 00:09.000\nc\n\n00:08.000 --> 00:07.000\nd\n"
    )
    assert [(start, end) for start, end, _name, _text in lines(text)] == [
        (10_000, 20_000),
        (5_000, 6_000),
        (4_000, 9_000),
        (8_000, None),
    ]
    assert [(notice.line, notice.reason) for notice in told(text)] == [
        (6, "Cues that start before the one above: 2; all were kept."),
        (12, "Cues that end before they start: 1; the ends were left out."),
        (12, "Cues that overlap the one above: 1; all were kept."),
    ]


@pytest.mark.parametrize(
    "timing",
    ["00:61:00.000 --> 00:62:00.000", "00:01.000 -->", "--> 00:02.000", "00:01.000 --> x",
     "0:1 --> 0:2", "9999:00:00.000 --> 9999:00:01.000", "00;01 --> 00;02"],
)  # fmt: skip
def test_bad_times_are_named_by_line_and_the_rest_comes_in(timing):
    text = (
        f"WEBVTT\n\n00:01.000 --> 00:02.000\na\n\n2\n{timing}\nlost\n\n00:05.000 --> 00:06.000\nb\n"
    )
    assert texts(text) == ["a", "b"]
    (notice,) = told(text)
    assert notice.line == 7
    assert "gives no times" in notice.reason


def test_text_outside_of_cues_is_told():
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\na\n\nstray\nlines\n\n00:03.000 --> 00:04.000\n\n"
    assert [(notice.line, notice.reason[:20]) for notice in told(text)] == [
        (6, "Lines that belong to"),
        (9, "Cues without any tex"),
    ]


def test_a_cue_in_a_comment_is_left_out_and_told():
    text = "WEBVTT\n\nNOTE struck\n00:01.000 --> 00:02.000\nPsst\n\n00:03.000 --> 00:04.000\nBins\n"
    assert texts(text) == ["Bins"]
    assert [notice.line for notice in told(text)] == [4]


CHAPTERS = """WEBVTT

00:00.000 --> 02:15.000
Welcome

02:15.000 --> 11:28.500
R&amp;D --&gt; bins

intro
11:28.999 --> 1:16:20.000
(from text chat) Maps
"""


def test_chapters():
    assert chapters.recognises(CHAPTERS)
    assert not transcript.recognises(CHAPTERS)
    parsed = chapters.parse(CHAPTERS)
    assert parsed.topics == (
        ImportedTopic(0, "Welcome"),
        ImportedTopic(135, "R&D --> bins"),
        ImportedTopic(688, "Maps", "text chat"),
    )


@pytest.mark.parametrize(
    "text",
    [
        ZOOM,
        cues("a", "b"),
        CHAPTERS.replace("Welcome", "<v Ann>Welcome"),
        CHAPTERS.replace("Welcome", "Welcome\nall"),
        CHAPTERS.replace("02:15.000 -->", "05:15.000 -->"),
        CHAPTERS.replace("WEBVTT", "WEBVTT\nKind: captions"),
        "WEBVTT\n\n" + "00:00.000 --> 00:30.000\na\n\n" * 201,
    ],
)
def test_a_transcript_is_not_taken_for_chapters(text):
    assert transcript.recognises(text)
    assert not chapters.recognises(text)


def test_a_chapter_without_a_title_is_named_by_line():
    parsed = chapters.parse(CHAPTERS.replace("Welcome", "<b></b>"))
    assert [topic.start for topic in parsed.topics] == [135, 688]
    assert [notice.line for notice in parsed.warnings] == [3]


def test_twenty_thousand_cues():
    text = "WEBVTT\n\n" + "".join(
        f"{number}\n{number // 1800:02}:{number // 30 % 60:02}:{number % 30 * 2:02}.000 --> "
        f"{number // 1800:02}:{number // 30 % 60:02}:{number % 30 * 2 + 1:02}.900\n"
        f"{'Ann Lee' if number % 3 else 'Lib: Marisol'}: about request {number}\n\n"
        for number in range(20_000)
    )
    assert takes_less(4, lambda: transcript.parse(text))
    parsed = transcript.parse(text)
    assert len(parsed.lines) == 20_000
    assert parsed.warnings == ()
    assert {line.speaker for line in parsed.lines} == {"Ann Lee", "Lib: Marisol"}


@pytest.mark.parametrize(
    "unit",
    ["\n", "00:01 --> 00:02\n", "-->\n", "--> ", "A: ", "Ann: a\n", "<", "<v ", "<c ", "&", "&#",
     " ", "STYLE\n", "NOTE\n", "1\n", "<v a>", ":", "00:01 --> 00:02 "],
)  # fmt: skip
@pytest.mark.parametrize("start", ["WEBVTT\n\n00:00.000 --> 00:01.000\n<v ", "WEBVTT\n\n"])
def test_time_grows_with_the_text_and_not_faster(start, unit):
    text = start + unit * (30_000 // len(unit))
    assert takes_less(2, lambda: transcript.parse(text))
    assert takes_less(2, lambda: chapters.parse(text))
