"""Hostile text: whatever is written, pages, feeds, mails and the admin hold no markup of it."""

import email
import random
from email import policy
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from django.test import Client
from lxml import html

from comments import announcing
from comments.models import Comment, CommentSettings, State
from comments.proving import own_address
from outbox.models import Mail
from tests.comments.pages import WRITTEN, send
from tests.factories.comments import make_comment

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PIECES = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "data:text/html,<b>x</b>",
    'https://ok.example/"onclick=alert(1)',
    "https://ok.example/<b>",
    "https://a@evil.example/",
    "http://[::1]/",
    "www.ok.example/'x",
    "{{ settings.SECRET_KEY }}{% debug %}",
    "&lt;script&gt;",
    "&#60;i&#62;",
    "]]><x/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "%0d%0aBcc: victim@example.org",
    "\r\nBcc: victim@example.org\r\n",
    "\u2028Bcc: victim@example.org",
    "\u202e\u2066evil",
    "\u200b\ufeff\u00ad",
    "e" + "\u0301" * 300,
    "\0\x08\x1b[31m",
    "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "<style>*{display:none}</style>",
    "<a href='javascript:1'>x</a>",
    "<iframe srcdoc='<script>1</script>'>",
    "🏳️‍🌈 naïve Łódź שָׁלוֹם",
]
ALLOWED = {"p", "br", "a"}


class Opened(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


def corpus(count: int) -> list[str]:
    rng = random.Random(20261122)
    return [" ".join(rng.choices(PIECES, k=rng.randint(1, 6))) for _n in range(count)]


def opened(text: str) -> list[tuple[str, dict]]:
    reader = Opened()
    reader.feed(text)
    return reader.tags


def check_text(element: html.HtmlElement) -> None:
    inside = html.tostring(element, encoding="unicode")
    for tag, attributes in opened(inside)[1:]:
        assert tag in ALLOWED, inside
        assert set(attributes) <= {"href", "rel"}, inside
        if tag == "a":
            assert attributes["href"].startswith(("https://", "http://")), inside
            assert attributes["rel"] == "nofollow ugc noopener"


def check_page(content: str) -> None:
    """A page holds none of the corpus as elements, attributes or addresses."""
    tree = html.fromstring(content)
    for element in tree.iter(html.etree.Element):
        for name, value in element.items():
            assert not name.startswith("on"), html.tostring(element)
            if name in ("href", "src", "action", "formaction", "srcdoc"):
                assert not value.strip().lower().startswith(("javascript:", "data:text"))
    for element in tree.cssselect("script:not([src])"):
        assert element.get("type") == "application/ld+json"
    assert not tree.cssselect("iframe, style, svg[onload], img[onerror]")
    for element in tree.cssselect(".comment-text"):
        check_text(element)


def kept(post) -> list[Comment]:
    # What PostgreSQL keeps at all: forms take NUL out.
    return [
        make_comment(
            post,
            text,
            name=text[:100],
            library=text[-100:],
            state=State.PUBLISHED if n % 2 else State.HELD,
            reasons=[{"rule": "words", "said": text[:50]}],
            announced_at=None,
        )
        for n, text in enumerate(text.replace("\0", "") for text in corpus(40))
    ]


def test_pages_and_feeds_hold_no_markup_of_comments(client, post):
    """As if all of it had come past the form too."""
    comments = kept(post)
    check_page(client.get(post.url).content.decode())
    for comment in comments:
        check_page(client.get(own_address(comment)).content.decode())
        for address in (f"/comments/{comment.key}/reply/", f"/comments/{comment.key}/report/"):
            if comment.is_published:
                check_page(client.get(address).content.decode())


def test_feeds_are_well_formed_whatever_came_in_by_the_form(client, post):
    CommentSettings.objects.update_or_create(
        defaults={"hold_first": False, "most_links": 0, "hold_flood": False}
    )
    for n, text in enumerate(corpus(40)):
        send(client, post, text=text, name=f"{n} {text[:80]}", email=f"a{n}@example.org")
    Comment.objects.update(state=State.PUBLISHED, published_at="2024-01-01T00:00Z")
    content = client.get("/comments/feed.xml").content
    for entry in ElementTree.fromstring(content).iter("{http://www.w3.org/2005/Atom}summary"):
        for tag, attributes in opened(entry.text or ""):
            assert tag in ALLOWED
            assert set(attributes) <= {"href", "rel"}


def test_mails_hold_no_header_and_no_markup_of_comments(client, post, admin_user):
    kept(post)
    announcing.tell_moderators()
    assert Mail.objects.count() >= 20
    for mail in Mail.objects.all():
        told = email.message_from_bytes(mail.content, policy=policy.default)
        assert told["Bcc"] is None
        assert told["To"] == admin_user.email
        tree = html.fromstring(told.get_body(("html",)).get_content())
        assert not tree.cssselect("script, img, iframe, svg, [onmouseover], [onfocus]")
        for link in tree.cssselect("a"):
            assert link.get("href").startswith("http://localhost")


def test_the_admin_holds_no_markup_of_comments(post, admin_user):
    comments = kept(post)
    staff = Client()
    staff.force_login(admin_user)
    for address in ["/admin/comments/", f"/admin/comments/{comments[0].pk}/"]:
        tree = html.fromstring(staff.get(address).content.decode())
        for element in tree.iter(html.etree.Element):
            hostile = {"onerror", "onload", "onmouseover", "onfocus"} & set(element.keys())
            assert not hostile, html.tostring(element)
        for script in tree.cssselect("script"):
            assert "alert(1)" not in (script.text or "")


def test_what_is_typed_comes_back_as_it_was_and_harmless(client, post):
    for text in PIECES:
        response = client.post(f"/comments/on/{post.pk}/", {**WRITTEN, "text": text, "email": ""})
        assert response.status_code == 422
        check_page(response.content.decode())
        shown = client.post(f"/comments/on/{post.pk}/", {**WRITTEN, "text": f"x {text}"})
        check_page(shown.content.decode())
