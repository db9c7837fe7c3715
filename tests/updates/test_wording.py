"""What staff write, as mail says it."""

import pytest
from django.core.files.base import ContentFile
from lxml import html
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction

from tests.factories.blog import make_post
from updates.wording import mail_html, mail_text

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SITE = "http://localhost:8000"


def links_of(body: str) -> dict[str, str]:
    page = html.fragment_fromstring(mail_html(body), create_parent=True)
    return {link.text_content(): link.get("href") for link in page.cssselect("a")}


@pytest.mark.parametrize("body", ["", " ", "<p></p>", "<p><br/></p>", "<hr/>", "<!-- nothing -->"])
def test_nothing_says_nothing(body):
    assert mail_text(body) == ""
    assert not html.fragment_fromstring(mail_html(body), create_parent=True).text_content().strip()


def test_paragraphs_headings_and_breaks():
    body = (
        '<h2 data-block-key="a1">From <b>Monday</b> on</h2>\n'
        '<p data-block-key="b2">Two\n boxes &amp; a\tbag &lt;small&gt;<br/>by  van</p><hr/>'
        "<p>“Really”, <i>really</i></p>"
    )
    assert mail_text(body) == (
        "From Monday on\n\nTwo boxes & a bag <small>\nby van\n\n“Really”, really"
    )
    assert "data-block-key" not in mail_html(body)
    assert "&lt;small&gt;" in mail_html(body)


def test_lists_in_lists():
    body = (
        "<ul><li>North<ul><li>Pine Hill</li><li>Owlfield<ol><li>Van</li></ol></li></ul></li>"
        "<li>South<br/>and east</li></ul><ol><li>One</li><li><p>Two</p><p>and a half</p></li></ol>"
    )
    assert mail_text(body).splitlines() == [
        "- North",
        "  - Pine Hill",
        "  - Owlfield",
        "    1. Van",
        "- South",
        "  and east",
        "",
        "1. One",
        "2. Two",
        "   and a half",
    ]


def test_lists_that_nobody_should_write_lose_nothing():
    body = "<ul><li>One</li><ul><li>Within</li></ul>Bare<li></li></ul>"
    assert mail_text(body).splitlines() == ["- One", "  - Within", "- Bare"]


def test_what_stands_outside_of_blocks_is_said():
    body = "Bare <b>words</b><p>A paragraph</p> and <br/>more <hr/><blockquote>Cited</blockquote>"
    assert mail_text(body) == "Bare words\n\nA paragraph\n\nand\nmore\n\nCited"
    assert mail_text("Above<hr/>below") == "Above\n\nbelow"
    body = "<div>In a box<p>within</p></div><table><tr><td>cell</td></tr></table>after"
    assert mail_text(body) == "In a box\n\nwithin\n\ncell\n\nafter"


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ('<a href="https://example.org/a?b=1&amp;c=2">the form</a>', "the form (LINK)"),
        (
            '<a href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>',
            "LINK",
        ),
        ('<a href="https://example.org/">example.org</a>', "https://example.org/"),
        ('<a href="https://example.org/"><b>https://example.org</b></a>', "https://example.org/"),
        ('<a href="https://example.org/"></a>', "https://example.org/"),
        ('<a href="mailto:desk@example.org">write to us</a>', "write to us (desk@example.org)"),
        ('<a href="mailto:desk@example.org?subject=Hi">desk@example.org</a>', "desk@example.org"),
        ('<a href="tel:+15550100">call us</a>', "call us (+15550100)"),
        ('<a href="tel:+15550100">+15550100</a>', "+15550100"),
        ('<a href="/updates/">all lists</a>', f"all lists ({SITE}/updates/)"),
        ('<a href="javascript:alert(1)">press</a>', "press"),
        ('<a href="http://[broken">press</a>', "press"),
        ("<a>press</a>", "press"),
    ],
)
def test_links_in_plain_text(link, said):
    said = said.replace("LINK", "https://example.org/a?b=1&c=2")
    assert mail_text(f"<p>Or {link}.</p>") == f"Or {said}."


def test_links_lead_here_from_anywhere():
    document = get_document_model().objects.create(
        title="Form", file=ContentFile(b"words", name="form.txt")
    )
    post = make_post("New labels")
    found = links_of(
        f'<p><a linktype="page" id="{post.pk}">labels</a> '
        f'<a linktype="document" id="{document.pk}">form</a> '
        '<a href="/updates/">lists</a> <a href="https://example.org/?a=1&amp;b=2">there</a> '
        '<a href="mailto:desk@example.org">write</a></p>'
    )
    assert found == {
        "labels": f"{SITE}{post.url}",
        "form": f"{SITE}{document.url}",
        "lists": f"{SITE}/updates/",
        "there": "https://example.org/?a=1&b=2",
        "write": "mailto:desk@example.org",
    }


def test_links_to_what_nobody_may_see_are_words():
    draft, locked = make_post("Draft", live=False, slug="draft"), make_post("Locked", slug="locked")
    PageViewRestriction.objects.create(page=locked, restriction_type="login")
    body = "<p>" + "".join(
        f'<a linktype="page" id="{pk}">to {name}</a> '
        for name, pk in [
            ("a draft", draft.pk),
            ("what is locked", locked.pk),
            ("what is gone", 99999),
            ("nothing", ""),
            ("no number", "1 OR 1"),
            ("what is too large", "9" * 30),
        ]
    )
    body += '<a linktype="document" id="99999">and a file</a></p>'
    assert links_of(body) == {}
    assert mail_text(body) == (
        "to a draft to what is locked to what is gone to nothing to no number "
        "to what is too large and a file"
    )


def test_links_to_pages_are_looked_up_together(django_assert_max_num_queries):
    posts = [make_post(f"Post {n}", slug=f"post-{n}") for n in range(5)]

    def body(number: int) -> str:
        return "".join(
            f'<p><a linktype="page" id="{post.pk}">one</a></p>' for post in posts[:number]
        )

    mail_html(body(1))
    with django_assert_max_num_queries(6) as few:
        mail_html(body(1))
    with django_assert_max_num_queries(len(few)):
        mail_html(body(5))


def test_what_is_hostile_is_not_sent():
    body = (
        '<p onclick="x()" style="display:none">Said\u202e</p><script>alert(1)</script>'
        '<style>p{}</style><img src="https://spy.example/1.gif"><iframe src="//x"></iframe>'
        '<p><a href="https://example.org/" onmouseover="x()" target="_blank">there</a></p>'
        "<form action=/x><input name=a></form><svg onload=x()></svg><p>unclosed <b>bold"
    )
    said = mail_html(body)
    page = html.fragment_fromstring(said, create_parent=True)
    assert {element.tag for element in page.iter()} <= {"div", "p", "a", "b"}
    assert {name for element in page.iter() for name in element.attrib} <= {"href", "rel"}
    assert not [word for word in ("alert", "spy", "\u202e", "onclick", "style") if word in said]
    assert mail_text(body) == "Said\n\nthere (https://example.org/)\n\nunclosed bold"


def test_no_line_is_taken_for_a_signature():
    body = "<p>One<br/>-- <br/>Two</p>"
    assert mail_text(body).splitlines() == ["One", "--", "Two"]


def test_what_is_embedded_is_a_link_and_fetches_nothing(monkeypatch):
    asked = []
    monkeypatch.setattr("socket.socket.connect", lambda _self, to: asked.append(to))
    monkeypatch.setattr("socket.getaddrinfo", lambda *to, **_more: asked.append(to) or [])
    body = (
        '<p>See</p><embed embedtype="media" url="https://youtu.be/aqz-KE-bpKQ"/>'
        '<embed embedtype="image" id="1" alt="A van" format="left"/>'
    )
    assert mail_text(body) == "See\n\nhttps://youtu.be/aqz-KE-bpKQ\n\nA van"
    assert links_of(body) == {"https://youtu.be/aqz-KE-bpKQ": "https://youtu.be/aqz-KE-bpKQ"}
    assert not asked


def test_directions_and_long_words_stay():
    assert mail_text("<p>שלום \u200fA\u200f</p>") == "שלום \u200fA"
    assert mail_text(f"<p>{'long' * 300}</p>") == "long" * 300


def test_html_is_safe_for_a_template():
    assert hasattr(mail_html("<p>a</p>"), "__html__")
