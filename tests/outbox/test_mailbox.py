"""The mailbox of development: what it shows, and to whom alone."""

from collections.abc import Callable
from importlib import reload
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import clear_url_caches
from lxml import html

from config import urls
from outbox.mailbox import is_of_this_machine
from outbox.messages import post
from outbox.transports import FolderTransport
from outbox.trouble import TROUBLE

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

MAILBOX = "/mailbox/"
NAME = "20260310T120000000000-0123abcd.eml"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.SITE_URL = "http://localhost:8000"
    settings.MAIL_FOLDER = tmp_path / "mail"
    settings.MAIL_FOLDER.mkdir()
    return settings.MAIL_FOLDER


@pytest.fixture
def deliver() -> Callable[..., None]:
    def deliver_one(subject: str = "Your code", **fields) -> None:
        message = EmailMultiAlternatives(
            subject, "It is 123456.", "site@localhost", ["reader@example.org"]
        )
        message.attach_alternative("<p>It is <b>123456</b>.</p><script>x</script>", "text/html")
        for attached in fields.get("attachments", ()):
            message.attach(*attached)
        content = message.message().as_bytes(linesep="\r\n")
        FolderTransport().deliver("site@localhost", "reader@example.org", content)

    return deliver_one


def page_of(response) -> html.HtmlElement:
    assert response.status_code == 200
    return html.fromstring(response.content)


def words(response) -> str:
    return " ".join(page_of(response).cssselect("main")[0].text_content().split())


def titles(response) -> list[str]:
    lines = page_of(response).cssselect("main .line .stamped")
    return [line.xpath("string(text()[last()])").strip() for line in lines]


def test_the_newest_is_first(client, deliver):
    for subject in ("First", "Second", ""):
        deliver(subject)
    response = client.get(MAILBOX)
    assert titles(response) == ["No subject", "Second", "First"]
    assert "To reader@example.org" in words(response)
    assert "3 mails, newest first" in words(response)
    assert "no-store" in response["Cache-Control"]


def test_fifty_on_a_page(client, folder):
    for n in range(60):
        name = f"20260310T1200000000{n:02}-0123abcd.eml"
        (folder / name).write_bytes(f"Subject: Mail {n}\r\n\r\nText\r\n".encode())
    assert titles(client.get(MAILBOX))[0] == "Mail 59"
    assert len(titles(client.get(MAILBOX))) == 50
    assert titles(client.get(MAILBOX, {"page": "2"}))[-1] == "Mail 0"


@pytest.mark.parametrize("is_there", [True, False])
def test_an_empty_one_says_what_will_be_here(client, folder, is_there):
    if not is_there:
        folder.rmdir()
    assert "No mail yet" in words(client.get(MAILBOX))


def test_a_mail_with_all_its_parts(client, deliver):
    deliver(attachments=[("../a\u202eb.ics", b"BEGIN:VCALENDAR", "text/calendar; method=REQUEST")])
    [link] = page_of(client.get(MAILBOX)).cssselect("main .line a")
    response = client.get(link.get("href"))
    page = page_of(response)
    assert page.cssselect("h1")[0].text_content() == "Your code"
    facts = [fact.text_content() for fact in page.cssselect("dl dt, dl dd")]
    assert facts[:6] == [
        *("From", "site@localhost"),
        *("To", "reader@example.org"),
        *("Subject", "Your code"),
    ]
    text, source = page.cssselect("main pre")
    assert text.text_content() == "It is 123456."
    assert "Delivered-To: reader@example.org" in source.text_content()

    policy = response["Content-Security-Policy"].split("; ")
    assert "'self'" in next(part for part in policy if part.startswith("frame-src ")).split()
    [frame] = page.cssselect("main iframe")
    assert frame.get("sandbox") == ""
    part = client.get(frame.get("src"))
    assert "<b>123456</b>" in part.getvalue().decode()
    assert "default-src 'none'" in part["Content-Security-Policy"]
    assert "sandbox" in part["Content-Security-Policy"].split("; ")

    [attached] = page.cssselect("main li a[href$='/0/']")
    kept = client.get(attached.get("href"))
    assert b"".join(kept.streaming_content) == b"BEGIN:VCALENDAR"
    assert kept["Content-Disposition"].startswith("attachment")
    assert kept["Content-Type"] == "application/octet-stream"
    assert client.get(attached.get("href").replace("/0/", "/1/")).status_code == 404


def test_links_of_the_text_can_be_followed(client):
    mail = post(TROUBLE, "ines@example.org", TROUBLE.example())
    FolderTransport().deliver("site@localhost", "ines@example.org", mail.content)
    [link] = page_of(client.get(MAILBOX)).cssselect("main .line a")
    page = page_of(client.get(link.get("href")))
    assert "http://localhost:8000/admin/mail/" in [a.get("href") for a in page.cssselect("pre a")]


@pytest.mark.parametrize(
    "content", [b"", b"   ", None, b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff"]
)
def test_a_file_that_is_no_mail_is_named(client, folder, content):
    if content is None:
        (folder / NAME).mkdir()
    else:
        (folder / NAME).write_bytes(content)
    response = client.get(MAILBOX)
    assert titles(response) == ["Cannot be read"]
    assert f"{NAME} cannot be read" in words(response)
    if content is not None:
        assert "Cannot be read" in words(client.get(f"{MAILBOX}{NAME}/"))
    assert client.get(f"{MAILBOX}{NAME}/html/").status_code == 404
    assert client.get(f"{MAILBOX}{NAME}/0/").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "secret.eml",
        "..",
        "%2e%2e",
        "..%2fsecret.eml",
        "%2e%2e%2fsecret.eml",
        "..%5csecret.eml",
        "%252e%252e%252fsecret.eml",
        f".{NAME}",
        f"{NAME}%0a",
        f"{NAME}%00",
        f"..%2f{NAME}",
        f"{NAME}%2f..%2f..%2fsecret.eml",
        NAME.replace("2026", "２０２６"),
        NAME.replace("0123abcd", "99999999"),
    ],
)
def test_no_other_file_is_shown(client, folder, name):
    mail = b"Subject: Secret\r\n\r\nText"
    for path in (
        folder.parent / "secret.eml",
        folder / "secret.eml",
        folder.parent / NAME,
        folder / f".{NAME}",
        folder / NAME,
    ):
        path.write_bytes(mail)
    for part in ("", "html/", "0/"):
        assert client.get(f"{MAILBOX}{name}/{part}").status_code == 404
    assert titles(client.get(MAILBOX)) == ["Secret"]


def every_address(folder: Path) -> list[str]:
    message = EmailMultiAlternatives("Hello", "Text", "a@example.org", ["b@example.org"])
    message.attach_alternative("<p>Text</p>", "text/html")
    message.attach("a.txt", "Attached", "text/plain")
    (folder / NAME).write_bytes(message.message().as_bytes())
    return [MAILBOX, *(f"{MAILBOX}{NAME}/{part}" for part in ("", "html/", "0/"))]


@pytest.mark.parametrize("visitor", ["127.0.0.1", "127.8.9.1", "::1"])
def test_it_is_there_for_this_machine(client, folder, visitor):
    for address in every_address(folder):
        assert client.get(address, REMOTE_ADDR=visitor).status_code == 200
        assert client.post(address, REMOTE_ADDR=visitor).status_code == 405


@pytest.mark.parametrize(
    "visitor",
    ["192.0.2.7", "10.0.0.1", "0.0.0.0", "::", "2001:db8::1", "", "127.0.0.1.example.org", "x"],
)
def test_it_is_there_for_no_other(client, folder, visitor):
    for address in every_address(folder):
        assert client.get(address, REMOTE_ADDR=visitor).status_code == 404
        forwarded = client.get(address, REMOTE_ADDR=visitor, HTTP_X_FORWARDED_FOR="127.0.0.1")
        assert forwarded.status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "https://desk.example.org"),
        ("SITE_URL", "http://desk.example.org"),
        ("SITE_URL", "https://localhost"),
        ("MAIL_TRANSPORT", "outbox.transports.SMTPTransport"),
    ],
)
def test_it_is_not_there_where_a_site_is_public_or_mails(client, settings, folder, name, value):
    addresses = every_address(folder)
    setattr(settings, name, value)
    for address in addresses:
        assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("url", "is_it"),
    [
        ("http://localhost:8000", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:8000", True),
        ("https://localhost", False),
        ("http://localhost.example.org", False),
        ("http://desk.example.org", False),
        ("http://127.0.0.1@desk.example.org", False),
        ("http://192.168.0.7", False),
        ("", False),
    ],
)
def test_what_is_this_machine(url, is_it):
    assert is_of_this_machine(url) == is_it


def test_a_public_site_has_no_such_address(settings):
    def has_mailbox() -> bool:
        return any(str(part.pattern) == "mailbox/" for part in reload(urls).urlpatterns)

    assert has_mailbox()
    settings.SITE_URL = "https://desk.example.org"
    assert not has_mailbox()
    settings.SITE_URL = "http://localhost:8000"
    reload(urls)
    clear_url_caches()


def test_nothing_leads_there(client, home):
    assert b"mailbox" not in client.get("/").content
