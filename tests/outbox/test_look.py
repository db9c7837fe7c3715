"""How mails look: each message of the site, and one made of every component."""

import copy
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

import pytest
from lxml import html
from playwright.sync_api import Page
from wagtail.models import Site

from outbox.messages import Message, Rendered, messages, post, render
from outbox.models import Letterhead
from tests.browser.test_accessibility import findings

HOME = "http://localhost:8000/"
STOP = "http://localhost:8000/mail/stop/abc/"
ADDRESS = "The Lending Desk\n12 Mill Lane\nOwlfield & Sons, IL 60000"
LONG = "Renewals," * 12

TEMPLATES = {
    "subject.txt": "{{ title }}",
    "body.txt": """{% extends "email/base.txt" %}
{% block body %}{{ title }}
{{ link }}
{% if nothing %}
{% endif %}

The end.{% endblock %}
{% block why %}You get this because you follow the chats.{% endblock %}
""",
    "body.html": """{% extends "email/base.html" %}
{% block body %}<p>A chat with <a href="{{ link }}">eleven topics</a>.</p><h2>Topics</h2>
{% include "email/components/line.html" with label="11:28" href=link meta="With an answer" %}
{% include "email/components/line.html" with date=day href=link title=long summary=long %}
{% include "email/components/stamp.html" with label="1:02:03" href=link %}
{% include "email/components/stamp.html" with label="0:24" href="" %}
{% include "email/components/facts.html" %}
{% include "email/components/said.html" with text=said %}
<ul><li>One</li><li>Two</li></ul>
{% include "email/components/button.html" with label="Watch the recording" href=link %}
{% endblock %}
{% block why %}You get this because you follow the chats.{% endblock %}
""",
}
CONTEXT = {
    "title": "A “chat” <about> maps & more",
    "link": "http://localhost:8000/chats/2024-03-06/?a=1&b=2",
    "day": date(2024, 12, 18),
    "long": LONG,
    "said": "First line\nSecond <line>",
    "facts": [
        {"label": "When", "text": "Wednesday, June 18, 10 to 11 am"},
        {"label": "Where", "text": LONG, "href": HOME},
    ],
    "stop_url": STOP,
}
EVERYTHING = Message(name="everything", label="Everything", example=lambda: dict(CONTEXT))


@pytest.fixture(autouse=True)
def _letterhead(db):
    Site.objects.update(site_name="The Lending Desk & Sons")
    Letterhead.objects.create(postal_address=ADDRESS)


@pytest.fixture
def rendered(settings, tmp_path) -> Callable[[], dict[str, Rendered]]:
    """A function that renders each message with its example."""
    folder = tmp_path / "email" / EVERYTHING.name
    folder.mkdir(parents=True)
    for name, text in TEMPLATES.items():
        (folder / name).write_text(text)
    engines = copy.deepcopy(settings.TEMPLATES)
    engines[0]["DIRS"] = [tmp_path, *engines[0]["DIRS"]]
    settings.TEMPLATES = engines

    def render_all() -> dict[str, Rendered]:
        return {
            message.name: render(message, message.example()) for message in [*messages, EVERYTHING]
        }

    return render_all


def test_every_message_has_text_that_can_be_read(rendered):
    for name, mail in rendered().items():
        assert mail.subject.strip(), name
        assert len(mail.subject.splitlines()) == 1, name
        body, foot = mail.text.split("\n-- \n")
        assert body.strip(), name
        assert foot.startswith("The Lending Desk & Sons\nhttp://localhost:8000/\n\nYou get this"), (
            name
        )
        assert foot.endswith(f"\n\n{ADDRESS}\n"), name
        assert "\n\n\n" not in mail.text, name
        assert not [line for line in mail.text.splitlines() if line.startswith(" ")], name
        assert "&amp;" not in mail.text, name
        assert "&lt;" not in mail.text, name


def test_every_message_is_html_that_stands_alone(rendered):
    for name, mail in rendered().items():
        assert mail.html.startswith("<!doctype html>"), name
        page = html.document_fromstring(mail.html)
        assert page.get("lang"), name
        assert page.get("dir") == "ltr", name
        assert page.findtext("head/title") == mail.subject, name
        assert len(page.cssselect("h1")) == len(page.cssselect("main")) == 1, name
        assert not page.cssselect("img, script, link, iframe, object, video, form, base"), name
        assert not [what for what in ("url(", "@import", "@font-face") if what in mail.html], name
        for element in page.iter(html.etree.Element):
            loads = {"src", "srcset", "background", "poster"} & set(element.attrib)
            assert not loads, name
            assert not [a for a in element.attrib if a.startswith("on")], name
        links = [link.get("href") for link in page.cssselect("a")]
        assert HOME in links, name
        assert not [link for link in links if not urlsplit(link).netloc], name


def test_every_message_says_why_and_from_where(rendered):
    for name, mail in rendered().items():
        said = html.document_fromstring(mail.html).text_content()
        assert "You get this because" in said, name
        assert "Owlfield & Sons, IL 60000" in said, name


def test_tags_of_every_message_are_closed(rendered):
    parser = html.etree.HTMLParser(recover=True)
    for name, mail in rendered().items():
        # The parser of lxml knows HTML 4, to which `main` is a stranger.
        html.etree.fromstring(mail.html.replace("main>", "div>"), parser)
        faults = [entry.message for entry in parser.error_log]
        assert not faults, name


def test_a_list_can_be_stopped(rendered):
    mail = rendered()["everything"]
    assert f"Stop these mails: {STOP}\n" in mail.text
    links = html.document_fromstring(mail.html).cssselect("a")
    assert [link.text for link in links if link.get("href") == STOP] == ["Stop these mails"]
    assert "Stop these mails" not in rendered()["mail_trouble"].text


def test_what_is_not_known_leaves_no_gap(rendered):
    Letterhead.objects.all().delete()
    mail = rendered()["mail_trouble"]
    assert mail.text.endswith("You may set mail right on this site.\n".replace("You", "you"))
    assert "<br>" not in mail.html.partition("You get this")[2]


def test_the_signature_can_be_cut_off_in_the_bytes_sent(rendered):
    content = post(EVERYTHING, "reader@example.org", CONTEXT).content
    assert b"\r\n--=20\r\n" in content


@pytest.mark.browser
def test_every_message_in_a_browser(browser_page: Page, rendered):
    page = browser_page
    found = []
    for name, mail in rendered().items():
        for width in (320, 360, 800):
            page.set_viewport_size({"width": width, "height": 800})
            page.set_content(mail.html)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} wide on {width}"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            enhanced = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}
            found += [*findings(page), *findings(page, **enhanced)]
            paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (paper == "rgb(251, 247, 239)") == (scheme == "light")
    assert not found
