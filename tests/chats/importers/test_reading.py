import io
import time
import zipfile

import pytest

from chats.importers import (
    MAX_BYTES,
    MAX_TRANSCRIPT_BYTES,
    ImportRefused,
    read_pasted,
    read_text,
)
from chats.importers.guide_list import parse
from chats.importers.page_text import page_text

LIST = "• Wednesday, March 2, 2022\u00a0Topics: “Bins” – naïve?"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_encodings(encoding):
    assert read_text(LIST.encode(encoding)) == LIST


def test_utf_16_big_endian():
    assert read_text(b"\xfe\xff" + LIST.encode("utf-16-be")) == LIST


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\v", "\f", "\u0085"])
def test_every_line_end_counts_as_one(end):
    text = f"one{end}two{end}{end}• Thursday, March 2, 2022"
    assert read_text(text.encode()) == "one\ntwo\n\n• Thursday, March 2, 2022"
    assert parse(text).warnings[0].line == 4


def test_a_paste_is_read_like_a_file():
    assert read_pasted("\ufeffone\r\ntwo") == "one\ntwo"


def archive(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (archive("word/document.xml"), "This is a Word document; open it and paste its text."),
        (archive("xl/workbook.xml"), "an Excel workbook"),
        (archive("other"), "an archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an older Office version"),
        (b"%PDF-1.7\n", "This is a PDF"),
        (rb"{\rtf1\ansi Bins}", "a rich-text document"),
        (b"\x89PNG\r\n\x1a\n", "This is a picture"),
        (b"\xff\xd8\xff\xe0", "This is a picture"),
        (b"March\x002, 2022", "not a text file"),
        ("March 2, 2022".encode("utf-16-le"), "not a text file"),
        (bytes(range(1, 32)) * 4, "not a text file"),
        (b"\x81\x8d caf\xe9", "no known encoding"),
        ("“Bins” – naïve".encode()[:-3] + b"\xff", "are damaged"),
        (b"\xff\xfeM\x00a", "are damaged"),
        (b"", "no text in this"),
        (" \n\u00a0".encode(), "no text in this"),
        (b"<ul>\n<li> </li></ul>", "no text in this"),
    ],
)
def test_what_is_refused(data, told):
    with pytest.raises(ImportRefused, match=told):
        read_text(data)


def test_a_paste_that_is_no_text_is_refused():
    with pytest.raises(ImportRefused, match="not a text file"):
        read_pasted("March\0 2, 2022")


def test_a_single_control_character_is_dropped():
    assert read_pasted("Bins\x08" + " and labels" * 20).startswith("Bins and labels")


def test_the_limit():
    assert len(read_text(b"x" * MAX_BYTES)) == MAX_BYTES
    for read, given in ((read_text, b"x" * (MAX_BYTES + 1)), (read_pasted, "é" * MAX_BYTES)):
        with pytest.raises(ImportRefused, match=r"This has [24]\.[10] MB, the limit is 2 MB\."):
            read(given)


def test_every_refusal_says_what_to_do():
    with pytest.raises(ImportRefused, match="Paste only the part that lists the chats"):
        read_text(b"x" * (MAX_BYTES + 1))


def test_a_transcript_may_be_longer():
    assert len(read_text(b"x" * (MAX_BYTES + 1), MAX_TRANSCRIPT_BYTES)) == MAX_BYTES + 1
    assert len(read_pasted("x" * (MAX_BYTES + 1), MAX_TRANSCRIPT_BYTES)) == MAX_BYTES + 1


@pytest.mark.parametrize("read", [read_text, lambda data, limit: read_pasted(data.decode(), limit)])
def test_a_transcript_of_fifty_megabytes_is_refused(read):
    with pytest.raises(ImportRefused, match=r"has 50\.0 MB, the limit is 10 MB.*the transcript"):
        read(b"x" * (50 * 1024 * 1024), MAX_TRANSCRIPT_BYTES)


@pytest.mark.parametrize(
    "text",
    [
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Type <p> and </p>\n",
        "1\n00:00:01,000 --> 00:00:02,000\nType <p> and </p>\n",
        "00:00:12\tAnn Lee:\tType <li>\tand </li>\n",
        "14:03:22 From Ann to Everyone:\n\tType <p>\n",
        "2024-03-06 14:03:22 From Ann to Everyone:\n\tType <p>\n",
        '{"chapters": [{"startTime": 1, "title": "<p>Bins</p>"}]}',
        'start,topic\n1,"<li>Bins</li>"\n',
        '"start","stamp","topic","source"\n1,"0:01","<li>Bins</li>","recording"\n',
    ],
)
def test_tags_in_other_formats_make_no_page(text):
    assert read_text(text.encode()) == text


SAVED = """<!DOCTYPE html>
<html><head><title>Lending &amp; more</title><style>li { color: red }</style></head>
<body><h1>Chats</h1><ul class="list">
<li><a href="https://video.example/1?a=1&amp;b=2">Wednesday, March 2, 2022</a>. (hosted by
  <b>Ivo</b> Maric)&nbsp;Topics and timestamps: 1:20 Scans and&nbsp;maps;
  2:40 R&amp;D<br>and bins</li><li>Wednesday, March 9, 2022. Topics:
  <ul>

    <li>1:20 3 &lt; 4</li>
    <li><a href="/slides">2:20</a> Slides</li>
  </ul>
</li>
<!-- hidden
<li>Wednesday, March 16, 2022</li> -->
<li><p>Thursday, March 23, 2022.</p>
    <p>Recording coming soon!</p></li>
</ul><p>Contact us</p>
<script>let x = "<li>March 30, 2022</li>"</script>
</body></html>
"""


def test_the_source_of_a_page_becomes_lines():
    lines = read_text(SAVED.encode()).split("\n")
    assert lines[2:8] == [
        "Chats",
        "• Wednesday, March 2, 2022. (hosted by Ivo Maric)\u00a0Topics and timestamps: "
        "1:20 Scans and\u00a0maps; 2:40 R&D Recording: https://video.example/1?a=1&b=2",
        "and bins",
        "• Wednesday, March 9, 2022. Topics:",
        "",
        "",
    ]
    assert lines[8:10] == ["  • 1:20 3 < 4", "  • 2:20 Slides"]
    assert lines[-1] == "Contact us"


def test_the_chats_of_a_page():
    parsed = parse(read_text(SAVED.encode()))
    first, second, third = parsed.chats
    assert first.hosts == ("Ivo Maric",)
    assert first.recording_url == "https://video.example/1?a=1&b=2"
    assert [topic.title for topic in first.topics] == ["Scans and\u00a0maps", "R&D and bins"]
    assert [(topic.start, topic.title) for topic in second.topics] == [
        (80, "3 < 4"),
        (140, "Slides"),
    ]
    assert second.recording_url == ""
    assert (third.state, third.note) == ("recording_expected", "")
    assert [warning.line for warning in parsed.warnings] == [15]


def test_items_on_one_line_of_the_source_get_lines_of_their_own():
    assert page_text("<ul><li>a<li>b</ul><p>c</p>\n\n\n\n\n\n<p>d") == "• a\n• b\n\nc\n\n\nd"


def test_a_link_that_leaves_the_web_is_no_recording():
    assert page_text('<li><a href="javascript:alert(1)">a</a>') == "• a"


def test_text_with_a_lone_sign_is_no_page():
    text = "March 2, 2022 Topics: 1:20 a < b; 2:40 <i>Bins</i>"
    assert read_pasted(text) == text


@pytest.mark.parametrize(
    "unit",
    ["<a ", "<!--", "<!-- >", "<!", "<![CDATA[>", "<?>", "</", "</x", "<script>", "<li>x", "<",
     "<ul><li>x", "&", "&#", "a='", "<b>a", "<br>a\n", "<svg>", "<p>x</p>\n"],
)  # fmt: skip
def test_time_grows_with_the_page_and_not_faster(unit):
    data = ("<li>x" + unit * (200_000 // len(unit))).encode()
    before = time.process_time()
    read_text(data)
    assert time.process_time() - before < 4
