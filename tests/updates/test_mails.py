"""What subscribers are told, read from the bytes of their mails."""

import datetime
import email
import re
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import resolve
from django.utils import translation
from lxml import html
from taggit.models import Tag
from wagtail.documents import get_document_model

from core.timestamps import Moment
from outbox.messages import render
from outbox.models import Letterhead, Mail
from search import following as index
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.events import make_event
from tests.factories.updates import (
    make_announcement,
    make_list,
    make_subscriber,
    make_subscription,
    tell_all,
)
from updates import announcements, links, mails, news, searches, subscriptions, telling
from updates.following import Ref
from updates.models import Notice, Pace, Subscriber, Subscription
from updates.sources import News, sources
from updates.subscriptions import EXPIRES_AFTER

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SITE = "http://localhost:8000"
PAGES = "http://localhost/"
"""Where Wagtail says that pages are."""
START = datetime.datetime(2026, 3, 4, 15, tzinfo=datetime.UTC)
"""A Wednesday, 10 in the morning where the site is."""
WHO = "ines@example.org"
POSTAL = "The Lending Desk\n12 Mill Lane\nOwlfield & Sons, IL 60000"
LISTED = {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"}
ADDRESS = re.compile(r"https?://[^\s<>()“”]+|mailto:\S+")
HOSTILE = "Row\r\nBcc: <script>alert(1)</script> \u202eevil\u2066 & “" + "long" * 60
LIMIT_OF_GMAIL = 102 * 1024


@pytest.fixture(autouse=True)
def _letterhead(db):
    Letterhead.objects.create(postal_address=POSTAL)


@pytest.fixture
def clock(home):
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def settle(clock) -> None:
    clock.shift(news.SETTLES_IN + datetime.timedelta(seconds=1))
    tell_all()


def mail_of(kind: str) -> Mail:
    return Mail.objects.select_related("address").get(kind=f"updates_{kind}")


def message(mail: Mail) -> EmailMessage:
    return email.message_from_bytes(mail.content, policy=policy.default)


def text_of(mail: Mail) -> str:
    return message(mail).get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(mail: Mail) -> html.HtmlElement:
    return html.document_fromstring(message(mail).get_body(("html",)).get_content())


def links_in_html(mail: Mail) -> set[str]:
    return {link.get("href") for link in html_of(mail).cssselect("a")}


def links_in_text(mail: Mail) -> set[str]:
    return {address.rstrip(".,:") for address in ADDRESS.findall(text_of(mail))}


def said_in(text: str) -> str:
    return " ".join(text.split())


def said(mail: Mail) -> str:
    return said_in(html_of(mail).cssselect("main")[0].text_content())


def topics_in(mail: Mail) -> list[str]:
    return [said_in(row.text_content()) for row in html_of(mail).cssselect("table tr")]


def stop_link_of(mail: Mail) -> str:
    return message(mail)["List-Unsubscribe"].strip("<>")


def check_frame(mail: Mail, *, is_listed: bool) -> None:
    """Check what holds of every mail of ours, in its head and both of its parts."""
    read = message(mail)
    assert not read.defects
    assert read.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert re.fullmatch(r"<[0-9a-f]{32}@[\w.-]+>", read["Message-ID"])
    assert parsedate_to_datetime(read["Date"])
    assert read["Auto-Submitted"] == "auto-generated"
    assert set(read.keys()) & LISTED == (LISTED if is_listed else set())
    assert {"Bcc", "Cc"}.isdisjoint(read.keys())
    assert "\n" not in read["Subject"]
    assert all(len(line) <= 998 for line in mail.content.split(b"\r\n"))
    assert html_of(mail).findtext("head/title") == read["Subject"]
    body, foot = text_of(mail).split("\n-- \n")
    assert body.strip()
    assert foot.endswith(f"\n\n{POSTAL}\n")
    assert "You get this because" in foot
    assert "You get this because" in said(mail)
    assert said_in(POSTAL.replace("\n", "")) in said_in(html_of(mail).text_content())
    page = html_of(mail)
    assert not page.cssselect("img, script, link, iframe, object, video, form, base")
    assert [heading.tag for heading in page.cssselect("h1, h2, h3")][:1] == ["h1"]
    assert len(page.cssselect("h1")) == 1
    assert not page.cssselect("h3")
    assert links_in_html(mail) == links_in_text(mail)
    assert all(
        link.startswith((SITE, PAGES, "https://", "mailto:")) for link in links_in_html(mail)
    )
    if is_listed:
        assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        name = r"[A-Za-z0-9-]+\.[A-Za-z0-9.-]+"
        assert re.fullmatch(rf".+ <{name}>", read["List-Id"]), read["List-Id"]
        assert f"Stop these mails: {stop_link_of(mail)}\n" in foot
        (stop,) = [link for link in page.cssselect("a") if link.text == "Stop these mails"]
        assert stop.get("href") == stop_link_of(mail)
    else:
        assert "Stop these mails" not in text_of(mail) + said(mail)


def token_of(address: str) -> str:
    return resolve(address.removeprefix(SITE)).kwargs["token"]


def ask(*refs: Ref, pace: str = Pace.AT_ONCE) -> None:
    subscriptions.ask(WHO, refs, pace)
    subscriptions.take_in_requests()


def hostile_news(**fields) -> News:
    moments = tuple(
        Moment(f"{n}:00", HOSTILE, f"{SITE}/chats/a/?t={n * 60}&a=1") for n in range(20)
    )
    return News(
        **{
            "subject": f"New: {HOSTILE}",
            "title": HOSTILE,
            "href": f"{SITE}/chats/a/",
            "dated": START.date(),
            "meta": f"Hosted by {HOSTILE}",
            "summary": HOSTILE * 3,
            "moments": moments,
            "action": "Watch it",
            **fields,
        }
    )


def told_of(number: int, tale: News, *names: str) -> list:
    """Return what `telling.tell_digest` takes: so many from each source."""
    return [
        (Notice(pk=n, source=source.name, object_id=n), source, tale)
        for source in sources
        for n in range(number)
        if not names or source.name in names
    ]


# What is asked and confirmed


def test_a_new_address_is_asked(clock):
    tag = Tag.objects.create(name="packaging")
    ask(Ref("posts-tag", str(tag.pk)), Ref("posts"), pace=Pace.DAILY)
    mail = mail_of("confirm")
    check_frame(mail, is_listed=False)
    assert mail.subject == "Do you want these updates?"
    for words in (text_of(mail), said(mail)):
        assert "Posts about packaging" in words
        assert "All posts of the blog" in words
        assert words.count("Once a day") == 2
        assert f"within {EXPIRES_AFTER.days} days" in words
        assert "If it was not you, you need do nothing." in words
    (button,) = html_of(mail).cssselect("a.button")
    assert links.confirmed_by(token_of(button.get("href"))) == Subscriber.objects.get()
    assert f"{SITE}/blog/tags/packaging/" in links_in_html(mail)


def test_nobody_is_asked_what_was_taken_back(clock):
    ask(Ref("posts"))
    is_wanted = mails.CONFIRM.still_wanted
    subscriber = Subscriber.objects.get()
    assert is_wanted(subscriber.key)
    Subscription.objects.update(ended_at=START)
    assert not is_wanted(subscriber.key)
    Subscription.objects.all().delete()
    assert not is_wanted(subscriber.key)


def test_what_is_added_is_told_and_stopped_with_one_click(clock):
    old = make_subscription(WHO, Ref("events"))
    ask(Ref("posts"), Ref("recordings"), pace=Pace.WEEKLY)
    mail = mail_of("added")
    check_frame(mail, is_listed=True)
    assert mail.subject == "You follow this now: All posts of the blog, and 1 more"
    assert html_of(mail).cssselect("h1")[0].text == "You follow this now"
    stopped = links.stopped_by(token_of(stop_link_of(mail)))
    assert old not in stopped
    assert [one.kind for one in stopped] == ["posts", "recordings"]
    for words in (text_of(mail), said(mail)):
        assert words.count("Once a week") == 2
        assert "All new events" not in words
        assert "Was it not you who asked? Stop what is listed here." in words
    assert links.own_address(old.subscriber) in links_in_html(mail)


def test_what_is_followed_already_is_said(clock):
    one = make_subscription(WHO, Ref("posts"))
    ask(Ref("posts"))
    mail = mail_of("added")
    check_frame(mail, is_listed=False)
    assert mail.subject == "You follow this already: All posts of the blog"
    assert html_of(mail).cssselect("h1")[0].text == "You follow this already"
    for words in (text_of(mail), said(mail)):
        assert "Nothing has changed." in words
    assert links.own_address(one.subscriber) in links_in_html(mail)


def test_a_link_is_sent_to_who_asks_for_it(clock):
    one = make_subscription(WHO, Ref("posts"))
    ask()
    mail = mail_of("links")
    check_frame(mail, is_listed=False)
    (button,) = html_of(mail).cssselect("a.button")
    assert links.own(token_of(button.get("href"))) == one.subscriber
    assert links_in_html(mail) == {f"{SITE}/", button.get("href")}


def test_a_stranger_cannot_send_mail_of_their_own_words(clock):
    said_by_stranger = "win now http://evil.example/ and www.evil.example"
    what = searches.what_of(said_by_stranger, {})
    ask(Ref(searches.KIND, what), Ref(searches.KIND, searches.what_of("boxes " * 30, {})))
    mail = mail_of("confirm")
    check_frame(mail, is_listed=False)
    assert "evil" not in text_of(mail) + said(mail)
    assert "what a search finds" in text_of(mail)
    assert all(len(item.text_content()) < 110 for item in html_of(mail).cssselect("li"))


def test_things_are_looked_up_together(clock, django_assert_max_num_queries):
    tags = [Tag.objects.create(name=f"tag {n}") for n in range(12)]
    subscriber = make_subscriber(WHO)

    def follow(some):
        for tag in some:
            ref = Ref("posts-tag", str(tag.pk))
            make_subscription(subscriber, ref, confirmed_at=None)

    follow(tags[:1])
    telling.ask_to_confirm(subscriber)
    with django_assert_max_num_queries(30) as few:
        telling.ask_to_confirm(subscriber)
    follow(tags[1:])
    with django_assert_max_num_queries(len(few)):
        telling.ask_to_confirm(subscriber)


# One thing at once


def test_a_post_is_told_at_once(clock):
    tag = Tag.objects.create(name="packaging")
    followed = [make_subscription(WHO, Ref("posts-tag", str(tag.pk)))]
    followed += [make_subscription(WHO, Ref("posts"))]
    other = make_subscription(WHO, Ref("events"))
    make_post("New labels", "2026-03-04", ["Ines Moreau"], ["packaging"], summary="They stick.")
    settle(clock)
    mail = mail_of("news")
    check_frame(mail, is_listed=True)
    assert mail.subject == "New on the blog: New labels"
    assert message(mail)["List-Id"].startswith(f"Posts about packaging <posts-tag-{tag.pk}.")
    stopped = links.stopped_by(token_of(stop_link_of(mail)))
    assert stopped == followed
    assert other not in stopped
    for words in (text_of(mail), said(mail)):
        for fact in ("New labels", "4 Mar 2026", "Ines Moreau", "They stick."):
            assert fact in words
        assert "you follow “Posts about packaging” and “All posts of the blog”." in said_in(words)
    page = html_of(mail)
    assert page.cssselect("h1")[0].text == "New labels"
    assert not page.cssselect("h2")
    assert page.cssselect("a.button")[0].text == "Read the post"
    assert links.own_address(other.subscriber) in links_in_html(mail)


def test_a_recording_is_told_with_its_topics(clock):
    make_subscription(WHO, Ref("recordings"))
    topics = [make_topic(f"Topic {n}", 60 * n) for n in range(1, 16)]
    chat = make_chat(
        "2026-03-04",
        title="Boxes",
        topics=topics,
        hosts=["Jo"],
        recording_url="https://www.youtube.com/watch?v=abcdefghijk",
    )
    settle(clock)
    mail = mail_of("news")
    check_frame(mail, is_listed=True)
    assert [heading.text for heading in html_of(mail).cssselect("h2")] == ["Topics"]
    topics = topics_in(mail)
    assert topics[:2] == ["1:00 Topic 1", "2:00 Topic 2"]
    assert topics[telling.MOST_MOMENTS :] == ["and 3 more topics"]
    stamp = html_of(mail).cssselect("table tr a")[0]
    assert stamp.get("href") == f"{SITE}{chat.ordered_topics[0].permalink}"
    assert "1:00 Topic 1\n" in text_of(mail)
    assert "and 3 more topics\n" in text_of(mail)


def test_a_search_leads_to_the_seconds_it_found_each_once(clock):
    words = [searches.what_of(words, {}) for words in ("boxes", "boxes padding")]
    for what in words:
        make_subscription(WHO, Ref(searches.KIND, what))
    make_chat(
        "2026-03-04",
        title="Many things",
        topics=[
            make_topic("Padding for boxes", 700),
            make_topic("Other", 90),
            make_topic("Boxes and padding again", 60),
        ],
        recording_url="https://www.youtube.com/watch?v=abcdefghijk",
    )
    index.rebuild()
    settle(clock)
    mail = mail_of("news")
    check_frame(mail, is_listed=True)
    assert topics_in(mail) == ["1:00 Boxes and padding again", "11:40 Padding for boxes"]
    assert "“Anything new with ‘boxes’” and “Anything new with ‘boxes padding’”" in said(mail)
    one, two = (telling._list_name(Ref(searches.KIND, what)) for what in words)
    assert one != two
    assert f"<{one}." in message(mail)["List-Id"] or f"<{two}." in message(mail)["List-Id"]


def test_who_follows_much_is_told_the_nearest_of_it():
    assert telling._named(["A"]) == "“A”"
    assert telling._named(["A", "B of “C”"]) == "“A” and “B of ‘C’”"
    assert telling._named(list("ABCDE")) == "“A”, “B”, “C” and 2 more"


def test_a_thing_followed_in_too_many_ways_has_a_header_that_servers_take(clock):
    subscriber = make_subscriber(WHO)
    many = [make_subscription(subscriber, Ref("posts-tag", str(n))) for n in range(120)]
    post = next(source for source in sources if source.name == "blog.postpage")
    telling.tell_news(
        subscriber, many, Notice(pk=1), post, hostile_news(), "letter", lambda what: []
    )
    mail = mail_of("news")
    check_frame(mail, is_listed=True)
    assert links.stopped_by(token_of(stop_link_of(mail))) == many[: telling.MOST_STOPPED]
    assert "and 117 more." in said(mail)


@pytest.mark.parametrize(
    "title", [HOSTILE, "ж" * 250, "📦" * 250, 'a, (b) <c@d.e>; \\"', "שלום, כולם", "x" * 250]
)
def test_whatever_a_thing_is_called_its_mail_holds(clock, title):
    one = make_subscription(WHO, Ref("posts"), title=title[:250])
    post = next(source for source in sources if source.name == "blog.postpage")
    tale = hostile_news(title=title, subject=f"New: {title}", meta=title, summary=title)
    telling.tell_news(one.subscriber, [one], Notice(pk=1), post, tale, "letter", lambda what: [])
    telling.tell_digest(one.subscriber, told_of(1, tale), "letter")
    for kind in ("news", "digest"):
        mail = mail_of(kind)
        check_frame(mail, is_listed=True)
        assert len(mail.subject) <= telling.LONGEST_SUBJECT + len(", and 99 more")
        assert "\u202e" not in text_of(mail) + said(mail)
        words = [
            word
            for part in re.findall(rb"List-Id: (.*)\r\n", mail.content)
            for word in part.split()
        ]
        assert all(len(word) <= 75 for word in words)


# What comes in a digest


def test_a_digest_tells_all_that_is_new(clock):
    make_subscription(WHO, Ref("posts"), Pace.DAILY)
    make_subscription(WHO, Ref("recordings"), Pace.WEEKLY)
    make_subscription(WHO, Ref("events"), Pace.DAILY)
    urgent = make_subscription(WHO, Ref("series", "1"), Pace.AT_ONCE)
    make_post("New labels", "2026-03-04", ["Ines Moreau"], summary="They stick.")
    make_event("Clinic", "2026-04-01", summary="Bring a parcel.")
    make_chat(
        "2026-03-04",
        title="Boxes",
        topics=[make_topic(f"Topic {n}", 60 * n) for n in range(1, 7)],
        recording_url="https://www.youtube.com/watch?v=abcdefghijk",
    )
    settle(clock)
    assert not Mail.objects.exists()
    clock.move_to(datetime.datetime(2026, 3, 5, 12, 1, tzinfo=datetime.UTC))
    tell_all()
    mail = mail_of("digest")
    check_frame(mail, is_listed=True)
    assert mail.subject == "New labels, and 1 more"
    groups = [heading.text for heading in html_of(mail).cssselect("h2")]
    assert groups == ["From the blog", "Events"]
    for words in (text_of(mail), said(mail)):
        for fact in ("March 5, 2026", "New labels", "4 Mar 2026", "They stick.", "1 Apr 2026"):
            assert fact in words
    mail.delete()
    clock.move_to(datetime.datetime(2026, 3, 9, 12, 1, tzinfo=datetime.UTC))
    tell_all()
    mail = mail_of("digest")
    check_frame(mail, is_listed=True)
    assert mail.subject == "Boxes"
    topics = topics_in(mail)
    assert topics[0] == "1:00 Topic 1"
    assert topics[telling.MOST_MOMENTS_IN_DIGEST :] == ["and 2 more topics"]
    assert "once a day or once a week" in said(mail)
    stopped = links.digests_stopped_by(token_of(stop_link_of(mail)))
    assert len(stopped) == 3
    assert urgent not in stopped
    assert re.fullmatch(r"Digest <digest\.[\w.-]+>", message(mail)["List-Id"])


def test_a_digest_bears_so_much_of_each_kind_and_says_how_much_more(clock):
    subscriber = make_subscriber(WHO)
    short = hostile_news(title="Short", summary="A line.", meta="By Jo", moments=())
    told = told_of(90, short, "blog.postpage") + told_of(3, short, "events.eventpage")
    telling.tell_digest(subscriber, told, "letter")
    mail = mail_of("digest")
    check_frame(mail, is_listed=True)
    assert mail.subject == "Short, and 92 more"
    page = html_of(mail)
    assert len(page.cssselect("a.ink")) - 1 == telling.MOST_IN_DIGEST
    (more,) = [link for link in page.cssselect("a") if link.text == "And 53 more on the site"]
    assert more.get("href") == f"{SITE}/"
    assert f"And 53 more on the site:\n{SITE}/\n" in text_of(mail)
    last = page.cssselect("h2")[-1]
    assert last.text == "Events"
    assert len([each for each in last.itersiblings("p") if each.cssselect("a.ink")]) == 3


def test_a_digest_that_just_fits_has_nothing_more(clock):
    subscriber = make_subscriber(WHO)
    short = hostile_news(title="Short", summary="", meta="", moments=())
    telling.tell_digest(subscriber, told_of(telling.MOST_IN_DIGEST, short, "blog.postpage"), "")
    assert "more on the site" not in said(mail_of("digest"))


@pytest.mark.parametrize("title", [HOSTILE, "&" * 255, "ж" * 255, "📦" * 255, "'" * 255])
def test_no_digest_is_so_large_that_mail_programs_cut_it(clock, title):
    subscriber = make_subscriber(WHO)
    tale = hostile_news(
        title=title,
        meta=title,
        summary=title * 3,
        moments=tuple(
            Moment("1:02:03", title, f"{SITE}/{'a' * 200}/?t={n}&a=1") for n in range(20)
        ),
        href=f"{SITE}/{'a' * 300}/",
    )
    telling.tell_digest(subscriber, told_of(60, tale), "letter")
    mail = mail_of("digest")
    check_frame(mail, is_listed=True)
    written = message(mail).get_body(("html",)).get_content()
    assert len(written.encode()) < 100_000 < LIMIT_OF_GMAIL
    assert len(html_of(mail).cssselect("h2")) == len(list(sources))


@pytest.mark.parametrize("topics", [0, 1, 4, 9])
def test_the_size_of_a_thing_is_not_made_little(clock, topics):
    moments = tuple(Moment("1:02:03", "a", f"{SITE}/a/") for _n in range(topics))
    tale = hostile_news(title="a", meta="b", summary="c", moments=moments)
    sizes = []
    for number in (1, 11):
        letter = f"{number}"
        told = told_of(number, tale, "blog.postpage")
        telling.tell_digest(make_subscriber(f"{number}@example.org"), told, letter)
        mail = Mail.objects.get(about=letter)
        sizes.append(len(message(mail).get_body(("html",)).get_content().encode()))
    context = telling._as_context(tale, moments, telling.MOST_MOMENTS_IN_DIGEST)
    written = (sizes[1] - sizes[0]) / 10
    assert written <= telling._size(context) <= 1.5 * written


# Announcements


def test_an_announcement_is_sent_whole(clock):
    north, all_of_us = make_list("Northern libraries"), make_list("Everybody")
    followed = make_subscription(WHO, Ref("list", str(north.pk)))
    post = make_post("New labels")
    document = get_document_model().objects.create(
        title="Form", file=ContentFile(b"words", name="form.txt")
    )
    body = (
        f'<h2>What that means</h2><p>Read <a linktype="page" id="{post.pk}">this</a> and '
        f'<a linktype="document" id="{document.pk}">the form</a>, or '
        '<a href="mailto:desk@example.org">write</a>.</p><ul><li>One</li><li>Two</li></ul>'
    )
    made = make_announcement([north, all_of_us], "Closed & <b>locked</b>", body=body)
    announcements.send(made, None)
    settle(clock)
    mail = mail_of("announcement")
    read, page = message(mail), html_of(mail)
    assert read["Subject"] == "Closed & <b>locked</b>"
    assert read["List-Id"].startswith(f"Northern libraries <list-{north.pk}.")
    assert links.stopped_by(token_of(stop_link_of(mail))) == [followed]
    assert page.cssselect("h1")[0].text == "Closed & <b>locked</b>"
    assert [heading.text for heading in page.cssselect("h2")] == ["What that means"]
    assert [item.text for item in page.cssselect("main ul li")] == ["One", "Two"]
    assert "What that means\n\nRead this (" in text_of(mail)
    assert "\n\n- One\n- Two\n\n" in text_of(mail)
    for words in (text_of(mail), said(mail)):
        assert "4 Mar 2026" in words
        assert "Everybody, Northern libraries" in words
        assert "You get this because you follow “Northern libraries”." in words
    in_html = {link.removeprefix("mailto:") for link in links_in_html(mail)}
    assert in_html - {"desk@example.org"} == links_in_text(mail)
    assert "(desk@example.org)" in text_of(mail)
    assert SITE + made.get_absolute_url() in in_html


def test_of_an_announcement_a_digest_has_the_beginning(clock):
    north = make_list("Northern libraries")
    make_subscription(WHO, Ref("list", str(north.pk)), Pace.DAILY)
    made = make_announcement([north], body=f"<p>{'Boxes wait. ' * 100}The end.</p>")
    announcements.send(made, None)
    settle(clock)
    clock.move_to(datetime.datetime(2026, 3, 5, 12, 1, tzinfo=datetime.UTC))
    tell_all()
    mail = mail_of("digest")
    check_frame(mail, is_listed=True)
    for words in (text_of(mail), said(mail)):
        assert "Boxes wait. Boxes wait." in words
        assert "The end." not in words


# All of them


def test_every_link_leads_somewhere(clock, client):
    north = make_list("Northern libraries")
    for ref in (Ref("posts"), Ref("recordings"), Ref("events"), Ref("list", str(north.pk))):
        make_subscription(WHO, ref)
        make_subscription("bo@example.org", ref, Pace.DAILY)
    post = make_post("New labels", "2026-03-04", ["Ines Moreau"], ["packaging"])
    make_event("Clinic", "2026-04-01")
    make_chat(
        "2026-03-04",
        title="Boxes",
        topics=[make_topic("Topic", 60)],
        recording_url="https://www.youtube.com/watch?v=abcdefghijk",
    )
    body = f'<p><a linktype="page" id="{post.pk}">this</a> <a href="/events/">that</a></p>'
    announcements.send(make_announcement([north], body=body), None)
    settle(clock)
    clock.move_to(datetime.datetime(2026, 3, 5, 12, 1, tzinfo=datetime.UTC))
    tell_all()
    told = Mail.objects.filter(kind__startswith="updates_")
    assert sorted(mail.kind.removeprefix("updates_") for mail in told) == [
        *("announcement", "digest", "news", "news", "news"),
    ]
    found = set().union(*map(links_in_html, told))
    assert len(found) >= 11
    for link in found:
        asked = urlsplit(link)._replace(scheme="", netloc="").geturl()
        assert client.get(asked, follow=True).status_code == 200, link


def test_examples_show_what_each_mail_can_say():
    shown = {
        one.name.removeprefix("updates_"): render(one, one.example()) for one in mails.MESSAGES
    }
    for name in ("added", "news", "digest", "announcement"):
        assert f"Stop these mails: {SITE}/updates/stop/example/" in shown[name].text, name
    for name in ("confirm", "links"):
        assert "Stop these mails" not in shown[name].text, name
    assert "more topics" in shown["news"].text
    assert "And 11 more on the site" in shown["digest"].html
    assert "<li>" in shown["announcement"].html
    for name, mail in shown.items():
        page = html.document_fromstring(mail.html)
        in_html = {link.get("href") for link in page.cssselect("a")}
        assert in_html == set(ADDRESS.findall(mail.text)), name


def test_mails_are_written_from_right_to_left():
    with translation.override("ar"):
        for one in mails.MESSAGES:
            written = render(one, one.example()).html
            assert html.document_fromstring(written).get("dir") == "rtl"
            assert not re.search(r"text-align:left|padding:0 \d+px \d+px 0", written), one.name
