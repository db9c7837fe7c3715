import random
import re
import time
from html.parser import HTMLParser

import bleach
import pytest
from lxml import html as lxml_html

from core.html import ELEMENTS, REL, clean_html, from_text, links_in, plain_text
from core.text import clean_text

SCHEMES = ("http:", "https:", "mailto:")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Found(HTMLParser):
    """What there is to a parser that knows nothing of how elements nest."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.parts = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.parts.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        self.parts.append((f"/{tag}", {}))

    def handle_comment(self, data):
        self.parts.append(("comment", {}))

    def handle_decl(self, decl):
        self.parts.append(("declaration", {}))

    unknown_decl = handle_pi = handle_decl


def by_lxml(text):
    tree = lxml_html.document_fromstring(f"<div id='root'>{text}</div>")
    root = tree.get_element_by_id("root")
    inside = [(part.tag, dict(part.attrib)) for part in root.iterdescendants()]
    # What a stray end tag has let out of the root would be beside it.
    return inside, len(list(tree.iter())) - len(inside)


def assert_harmless(text):
    inside, around = by_lxml(text)
    assert around == by_lxml("")[1]
    for tag, attributes in [*Found(text).parts, *inside]:
        assert isinstance(tag, str), text
        assert tag.removeprefix("/") in ELEMENTS, text
        assert set(attributes) <= ({"href", "rel"} if tag == "a" else set()), text
        if tag == "a":
            assert attributes["rel"] == REL, text
            assert attributes.get("href", "http:").lower().startswith(SCHEMES), text
    text = CONTROLS.sub("", text)  # bleach shows them as question marks.
    tags, attributes = ELEMENTS, {"a": ["href", "rel"]}
    oracle = bleach.clean(
        text, tags=tags, attributes=attributes, protocols=["http", "https", "mailto"]
    )
    assert said(oracle) == said(text), text


def said(text):
    """Text and elements. Where these end is told differently where they nest as none may."""
    root = lxml_html.fragment_fromstring(text, create_parent="div")
    elements = {(part.tag, *sorted(part.attrib.items())) for part in root.iterdescendants()}
    return elements, "".join(root.text_content().split())


def structure(text):
    """Text, elements and attributes, whatever way they are written."""
    root = lxml_html.fragment_fromstring(text, create_parent="div")
    return [(part.tag, sorted(part.attrib.items()), part.text, part.tail) for part in root.iter()]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("<p>Ask <em>first</em>.<br>Then lend.</p>", "<p>Ask <em>first</em>.<br>Then lend.</p>"),
        ("<h2>A</h2><ul><li>b</li></ul>", "<h2>A</h2><ul><li>b</li></ul>"),
        ("<h1>A</h1><div class='x'>b</div>", "Ab"),
        ("<p style='color:red' class=x id=y onclick=z data-a=b lang=de>A</p>", "<p>A</p>"),
        ("a<script>alert(1)</script>b<style>*{}</style>c", "abc"),
        ("a<template><b>x</b></template><noscript><b>y</b></noscript>b", "ab"),
        ("a<!-- b -->c", "ac"),
        ("<img src=x onerror=alert(1)>", ""),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ("\ud800a", "a"),
        (
            '<a href="https://a.org/?b=1&c=2" target=_blank onclick=x title=y>b</a>',
            f'<a href="https://a.org/?b=1&amp;c=2" rel="{REL}">b</a>',
        ),
        ('<a href="mailto:a@b.org" rel="x">b</a>', f'<a href="mailto:a@b.org" rel="{REL}">b</a>'),
    ],
)  # fmt: skip
def test_clean_html(said, left):
    assert clean_html(said) == left


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)",
     "java\nscript:alert(1)", "java\tscript:alert(1)", "&#106;avascript:alert(1)",
     "&#x6A;avascript&colon;alert(1)", "\x01javascript:alert(1)", "javascript&#0;:alert(1)",
     "data:text/html,<script>", "vbscript:x", "feed:javascript:x", "view-source:x",
     "blob:https://a.org/x", "file:///etc/passwd", "ftp://a.org", "//evil.org", "/here",
     "here", "#here", "?a=b", "\\\\evil.org", "http:evil", "tel:1", ""],
)  # fmt: skip
def test_no_other_scheme(href):
    cleaned = clean_html(f'<a href="{href}">x</a>')
    assert_harmless(cleaned)
    (link,) = lxml_html.fragment_fromstring(cleaned, create_parent="div").iter("a")
    assert link.get("href", "http:").startswith("http:")


def hostile(rng):
    """Make up some HTML of what has got past sanitizers."""
    pick = rng.choice
    tags = [
        *sorted(ELEMENTS), "script", "style", "svg", "math", "template", "noscript", "mtext",
        "mglyph", "title", "malignmark", "annotation-xml", "foreignObject", "desc", "table",
        "tr", "td", "caption", "form", "select", "option", "textarea", "xmp", "plaintext",
        "iframe", "frameset", "noframes", "image", "img", "input", "button", "body", "html",
        "head", "base", "meta", "link", "object", "x-y",
    ]  # fmt: skip
    names = ["href", "HREF", "xlink:href", "src", "style", "class", "id", "onclick",
             "onerror/", "srcdoc", "formaction", "rel", "target", "data-x", "xmlns",
             "encoding", "a'b", 'x"y', "`", "=", "/"]  # fmt: skip
    spaces = [" ", "\n", "\t", "\x0c", "/", "\0", "\x0b", "\xa0", "  "]
    schemes = ["javascript:", "JAVA&#115;CRIPT:", "java\tscript:", "&#x6a;avascript:",
               "data:text/html,", "vbscript&colon;", "http://", "https:", "mailto:", "//",
               "\x01javascript:", ""]  # fmt: skip
    texts = ["a", "<", ">", "&", "&lt;", "&#60;script&#62;",
             "&LT;img src=x onerror=alert(1)&GT;", '"', "'", "</p>", "--!>", "]]>", "\0",
             "<!", "<?", "</", "</>", "<a", "\ufeff", "\u2028", "&#0;", "&#x3c"]  # fmt: skip
    raws = ["<!--", "-->", "<!-->", "<!--->", "<![CDATA[", "]]>", "<!DOCTYPE html>",
            "<?xml version='1'?>",
            "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
            "<math><mtext><table><mglyph><style><!--</style>"
            "<img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
            "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
            "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
            "<svg><foreignObject><style><![CDATA[</style><img src=x onerror=alert(1)>]]>",
            "<template><script>alert(1)</script>", "<a href='x' href='javascript:1'>",
            "<<b>script>",
            "<select><noembed></select><script>x=`</noembed><img src onerror=alert(1)>`</script>",
            "<a\thref=x>"]  # fmt: skip

    def attribute():
        value = pick(schemes) + pick(
            ["alert(1)", "evil.org", "a@b", "", '"', "'", ">", "&quot;", "x y"]
        )
        quote = pick(['"', "'", "", "`"])
        return pick(spaces) + pick(names) + pick(["=", " = ", "==", ""]) + quote + value + quote

    def part():
        tag = pick(tags)
        tag = pick([tag, tag.upper(), tag])
        kind = rng.random()
        if kind < 0.45:
            attributes = "".join(attribute() for _ in range(rng.randrange(3)))
            return f"<{tag}{attributes}{pick(['>', '/>', '', ' >'])}"
        if kind < 0.7:
            return f"</{tag}{pick(['>', ' x>', ''])}"
        return pick(texts) if kind < 0.88 else pick(raws)

    return "".join(part() for _ in range(rng.randrange(1, 9)))


def test_hostile_html():
    rng = random.Random(20260301)
    for _ in range(2500):
        cleaned = clean_html(hostile(rng))
        assert_harmless(cleaned)
        assert_harmless(clean_html(cleaned))


def test_hostile_text():
    rng = random.Random(20260302)
    bits = ["http://", "https://", "HTTPS://", "www.", "a.org", "evil.test", "@", ":", "/",
            "?", "#", "&", "=", ";", '"', "'", "<", ">", "(", ")", "]", "[", "\n", "\n\n",
            " ", "\\", "%", "-", ".", ",", "xn--a", "8080", "\u202e", "\u200b", "é", "ا",
            "<b>", "</p>", "&lt;", "&#60;", "javascript:", "<script>", "\0", "`"]  # fmt: skip
    for _ in range(1500):
        typed = "".join(rng.choice(bits) for _ in range(rng.randrange(1, 12)))
        if rng.random() < 0.3:
            typed = hostile(rng)
        typed = clean_text(typed)
        made = from_text(typed)
        assert_harmless(made)
        assert {tag for tag, _ in Found(made).parts} <= {"p", "/p", "br", "a", "/a"}
        assert structure(clean_html(made)) == structure(made)
        oracle = bleach.clean(made, tags=ELEMENTS, attributes={"a": ["href", "rel"]})
        assert structure(oracle) == structure(made)
        shown = lxml_html.fragment_fromstring(made, create_parent="div").text_content()
        assert "".join(shown.split()) == "".join(typed.split())
        for link in lxml_html.fragment_fromstring(made, create_parent="div").iter("a"):
            assert link.get("href") in {link.text, f"https://{link.text}"}


def linked(text):
    root = lxml_html.fragment_fromstring(from_text(text), create_parent="div")
    return [(link.text, link.get("href")) for link in root.iter("a")]


class TestFromText:
    def test_paragraphs_and_lines(self):
        assert from_text("a\nb\n\nc\r\nd\n \n\n e") == "<p>a<br>b</p><p>c<br>d</p><p> e</p>"
        assert from_text("") == ""
        assert from_text(" \n\n ") == ""

    def test_escapes(self):
        assert from_text("<b>&\"'") == "<p>&lt;b&gt;&amp;\"'</p>"

    def test_a_link_is_what_was_typed(self):
        assert from_text("See https://a.org/?b=1&c=2.") == (
            '<p>See <a href="https://a.org/?b=1&amp;c=2" rel="nofollow ugc noopener">'
            "https://a.org/?b=1&amp;c=2</a>.</p>"
        )
        assert linked("www.a.org/b") == [("www.a.org/b", "https://www.a.org/b")]
        assert linked("HTTP://A.ORG") == [("HTTP://A.ORG", "HTTP://A.ORG")]
        assert len(linked("https://a.org, https://b.org\nhttps://c.org")) == 3

    @pytest.mark.parametrize(
        ("typed", "link"),
        [
            ("https://a.org.", "https://a.org"),
            ("https://a.org/b?!", "https://a.org/b"),
            ("(https://a.org/b)", "https://a.org/b"),
            ("(see https://a.org/b_(c)).", "https://a.org/b_(c)"),
            ("[https://a.org/b]", "https://a.org/b"),
            ("<https://a.org/b>", "https://a.org/b"),
            ('"https://a.org/b"', "https://a.org/b"),
            ("“https://a.org/b”…", "https://a.org/b"),
            ("*https://a.org/b*", "https://a.org/b"),
            ("https://a.org/b/", "https://a.org/b/"),
            ("https://a.org/b-", "https://a.org/b-"),
            ("https://a.org/b\u202egro", "https://a.org/b"),
            ("https://a.org:8080/b@c", "https://a.org:8080/b@c"),
            ("https://a.org/wiki/Żółć", "https://a.org/wiki/Żółć"),
            ("here.https://a.org", "https://a.org"),
        ],
    )
    def test_where_a_link_ends(self, typed, link):
        assert [text for text, _ in linked(typed)] == [link]

    @pytest.mark.parametrize(
        "typed",
        ["https://bank.org@evil.org", "https://bank.org:80@evil.org/",
         "https://bank.org\\@evil.org",
         "https://b\u0430nk.org", "https://xn--bnk-7cd.org", "https://www.xn--bnk-7cd.org/",
         "http://1.2.3.4/",
         "http://2130706433", "http://[::1]/", "http://localhost/", "https://", "https://.org",
         "https://a..org",
         "https://a.org:x", "https://a.org:99999", "javascript:alert(1)",
         "javascript://a.org/%0aalert(1)",
         "data:text/html,a", "ftp://a.org", "file://a.org/b", "//a.org", "a.org/b",
         "mailto:a@b.org",
         "a@www.b.org", "awww.b.org", "xhttps://a.org", "https://-a.org", "https://http://a.org",
         "www.a",
         "https://\u202ea.org", "https://a\u200b.org", "https://" + "a" * 64 + ".org"],
    )  # fmt: skip
    def test_no_link(self, typed):
        assert linked(typed) == []
        assert_harmless(from_text(typed))


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("https://a.org and http://b.org/c.", ["https://a.org", "http://b.org/c"]),
        ("www.a.org, a.com; bit.ly/x!", ["www.a.org", "a.com", "bit.ly/x"]),
        ("See example.com.", ["example.com"]),
        ("See amazon.com.The rest", ["amazon.com"]),
        ("..example.com", ["example.com"]),
        ("EXAMPLE.COM sub.example.co.uk shop.xyz",
         ["EXAMPLE.COM", "sub.example.co.uk", "shop.xyz"]),
        ("example.com:8080/x?y", ["example.com"]),
        ("https://user@evil.test/ https://münchen.example", ["https://user@evil.test/", "https://münchen.example"]),
        ("http://[::1]/ http://2130706433/", ["http://[::1", "http://2130706433/"]),
        ("[url=https://a.org]b[/url] [url]c.org[/url] [URL=foo.example]d[/url]",
         ["https://a.org", "c.org", "foo.example"]),
        ("<a href='https://a.org'>b</a> <A HREF = \"//c.example/\">d</A> <a href=e.html>f</a>",
         ["https://a.org", "//c.example/", "e.html"]),
        ('<a href="https://a.org/">https://a.org</a> http://WWW.A.org', ["https://a.org/"]),
        ("bit.ly/a bit.ly/A", ["bit.ly/a", "bit.ly/A"]),
        ("a@example.com,b.com", ["b.com"]),
    ],
)  # fmt: skip
def test_links_in(text, links):
    assert links_in(text) == links


@pytest.mark.parametrize(
    "text",
    ["", "e.g. this, i.e. that", "Z39.50", "v2.3", "NISO.circ", "file.pdf", "file.pdf/A",
     "lending.The", "lending.It", "lending.no", "a@example.com",
     "first.last@mail.example.com", "mailto:a@b.com", "john.co@example.com", "ISO 18626/ILL",
     "p.m./a.m.", "Ph.D./M.A.", "U.S./U.K.", "and/or", "no.2/3", "...", "3.50/2.10",
     "example.communal", "Dr.Who", "node.js", "readme.md", "a . com", ".com", "com",
     "10.1000/182", "J.Smith/B.Jones", "http", "href", "[url"],
)  # fmt: skip
def test_no_links_in(text):
    assert links_in(text) == []


@pytest.mark.parametrize("function", [from_text, links_in])
@pytest.mark.parametrize(
    "unit",
    ["https://", "a.", "a-", "a@", "a", "href ", "href=", "www.", ")", "()", "\n ", "\n",
     "x\n", "a.com", "<", "<a ", "&", "(", "[url=", ".@", "https://a.", "https://a.org/)",
     "a.a@", "[url]", "\n\n ", "-.", "+", "&lt;"],
)  # fmt: skip
def test_time_grows_with_the_length(function, unit):
    for first in ("", "https://a.org/", "href", "\n"):
        begun = time.process_time()
        function(first + unit * (60_000 // len(unit)) + "!")
        assert time.process_time() - begun < 1


def test_plain_text():
    assert plain_text("<p>A &amp; b</p><p>c<br>d</p>") == "A & b c d"
    assert plain_text("") == ""


def test_what_is_made_is_safe_to_a_template():
    assert all(hasattr(made, "__html__") for made in (clean_html("a"), from_text("a")))
