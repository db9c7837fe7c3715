"""Following things as readers do: where they read, by a form, by links sent to the address."""

import datetime
import time
from email import message_from_bytes, policy
from urllib.parse import urlencode

import pytest
import time_machine
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html
from taggit.models import Tag

from blog.models import BlogPage, Category
from core.public_forms import SALT
from events.models import Sequel
from outbox.models import Address, Mail
from search import following as searching
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.events import in_days, make_event, make_series
from tests.factories.updates import make_list, make_subscriber, make_subscription
from updates import links, searches, subscriptions, views
from updates.following import Ref
from updates.forms import MOST_AT_ONCE
from updates.models import EndedBy, Pace, Request, Subscriber, Subscription

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

FOLLOW = "/updates/follow/"
LINK = "/updates/link/"
ELSEWHERE = {"Origin": "https://elsewhere.example"}
ONE_CLICK = "List-Unsubscribe=One-Click"


def stamp(seconds_ago: float = 60) -> str:
    return signing.dumps(time.time() - seconds_ago, salt=SALT)


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def tree_of(response) -> html.HtmlElement:
    return html.fromstring(response.content.decode())


def text_of(mail: Mail) -> str:
    parsed = message_from_bytes(mail.content, policy=policy.default)
    return parsed.get_body(("plain",)).get_content()


def words_of(tree: html.HtmlElement) -> str:
    return " ".join(tree.xpath("//main")[0].text_content().split())


def heading(response) -> str:
    return tree_of(response).cssselect("h1")[0].text_content()


def send(client, what=("posts:",), email="ines@example.org", **fields):
    """Send the form as its second page does."""
    said = {"pace": "at_once", "time_zone": "Europe/Berlin", "stamp": stamp(), **fields}
    return client.post(FOLLOW, {"what": list(what), "beside": list(what), "email": email, **said})


def asked(response) -> tuple[list[str], list[str]]:
    """Return what the form on a page that can be followed brings: ticked, and offered beside."""
    (fold,) = tree_of(response).cssselect("details.by-mail")
    fields = fold.cssselect("form input")
    named = [(field.get("name"), field.get("value")) for field in fields]
    assert {name for name, _value in named} <= {"what", "beside", "email"}
    return tuple([value for name, value in named if name == kind] for kind in ("what", "beside"))


def ticks(response) -> dict[str, bool]:
    """Return what a form offers, and whether it is ticked."""
    boxes = tree_of(response).cssselect("main input[name=what][type=checkbox]")
    return {box.get("value"): box.get("checked") is not None for box in boxes}


def followed() -> dict[str, str]:
    """Return what is followed, with its pace."""
    return {str(one.ref): one.pace for one in Subscription.objects.active()}


@pytest.fixture
def subscriber(home) -> Subscriber:
    """Somebody who follows the blog at once and events weekly."""
    who = make_subscriber()
    make_subscription(who, Ref("posts"))
    make_subscription(who, Ref("events"), Pace.WEEKLY)
    return who


class TestTheFormOnPages:
    def test_the_blog_and_its_parts(self, client, home):
        tag = Tag.objects.create(name="packaging")
        category = Category.objects.create(name="How we do it", slug="how")
        post = make_post(
            "Labels", "2026-03-04", ["Ines Moreau"], ["packaging"], category=category, slug="labels"
        )
        author = post.authors[0]
        for address, ref in (
            ("tags/packaging/", f"posts-tag:{tag.pk}"),
            ("category/how/", f"posts-category:{category.pk}"),
            (f"by/{author.slug}/", f"posts-author:{author.pk}"),
        ):
            assert asked(client.get(f"/blog/{address}")) == ([ref], ["posts:"])
        for address in ("/blog/", "/blog/2026/", "/blog/2026/3/"):
            assert asked(client.get(address)) == (["posts:"], [])
        page = client.get(post.url)
        assert asked(page) == (["posts:"], [f"posts-tag:{tag.pk}"])
        feed = tree_of(page).cssselect(".by-mail p a")[0]
        assert feed.get("href") == "/blog/feed.xml"

    def test_chats_and_tags(self, client, archive):
        series = make_series()
        event = make_event("Chat", in_days(-7), series=series)
        chat = make_chat(in_days(-7).isoformat(), topics=[make_topic("Maps", 9, tags=["maps"])])
        alone = make_chat("2024-03-06")
        Sequel.objects.create(event=event, page=chat)
        searching.rebuild()
        tag = Tag.objects.get(name="maps")
        assert asked(client.get(chat.url)) == ([f"series:{series.pk}"], ["recordings:"])
        assert asked(client.get(alone.url)) == (["recordings:"], [])
        assert asked(client.get("/chats/")) == (["recordings:"], [])
        assert asked(client.get("/tags/maps/")) == ([f"recordings-tag:{tag.pk}"], [])

    def test_a_search_is_saved_as_it_was_made(self, client, archive):
        make_chat("2024-03-06", topics=[make_topic("Maps & more", 9, tags=["maps"])], hosts=["Jo"])
        searching.rebuild()
        words = 'maps "and more" -zebra'
        what = searches.what_of(words, {"host": "jo", "tag": "maps"})
        page = client.get("/chats/", {"q": words, "host": "jo", "tag": "maps", "year": "2024"})
        assert asked(page) == ([f"search:{what}"], [])
        assert "when something new has these words" in words_of(tree_of(page))
        nothing = client.get("/chats/", {"q": "zebra"})
        assert asked(nothing) == (["search:q=zebra"], [])

    @pytest.mark.parametrize("words", ["---", "wöchentlich " * 20])
    def test_a_search_that_cannot_be_saved_has_none(self, client, archive, words):
        make_chat("2024-03-06")
        searching.rebuild()
        page = client.get("/chats/", {"q": words})
        assert not [ref for ref in tree_of(page).xpath("//@value") if ref.startswith("search:")]

    def test_the_calendar(self, client, home):
        series = make_series()
        event = make_event("Clinic", in_days(3), kind="Training", slug="clinic")
        of_series = make_event("Chat", in_days(5), series=series, kind="Training", slug="chat")
        plain = make_event("Party", in_days(6), slug="party")
        kind = f"events-kind:{event.kind_id}"
        assert asked(client.get("/events/")) == (["events:"], [])
        assert asked(client.get("/events/?kind=training")) == ([kind], ["events:"])
        assert asked(client.get(event.url)) == ([kind], ["events:"])
        assert asked(client.get(of_series.url)) == ([f"series:{series.pk}"], ["events:"])
        assert asked(client.get(plain.url)) == (["events:"], [])
        of_one = client.get(f"/events/series/{series.slug}/")
        assert asked(of_one) == ([f"series:{series.pk}"], [])

    def test_it_is_in_no_frame_and_no_preview(self, client, home, admin_client):
        make_event("Clinic", in_days(3))
        post = make_post("Labels")
        assert not tree_of(client.get("/events/embed/")).cssselect(".by-mail")
        drawn = post.make_preview_request(preview_mode="")
        assert not tree_of(drawn).cssselect(".by-mail")

    def test_stored_pages_hold_no_token_and_set_no_cookie(self, client, home):
        make_list()
        for address in ("/blog/", make_post("Labels").url, "/updates/"):
            page = client.get(address)
            assert not page.cookies
            form = next(one for one in tree_of(page).forms if one.action == FOLLOW)
            assert "csrfmiddlewaretoken" not in form.fields
            assert "stamp" not in form.fields
            assert "no-store" not in page.get("Cache-Control", "")
            # Only what is the same for all is told apart so.
            assert page["ETag"]

    @pytest.mark.parametrize("address", ["/blog/", "/chats/", "/events/", "/updates/"])
    def test_the_foot_of_each_page_leads_to_the_updates(self, client, home, address):
        assert "/updates/" in tree_of(client.get(address)).xpath("//footer//a/@href")


class TestTheIndex:
    def test_it_offers_everything_in_groups(self, client, home):
        regional = make_list("Northern libraries", summary="What is new in the north.")
        make_list("Closed", is_open=False)
        make_post("Labels", category=Category.objects.create(name="How", slug="how"))
        make_event("Chat", in_days(3), series=make_series(), kind="Training")
        tree = tree_of(client.get("/updates/"))
        groups = {
            group.cssselect("h2")[0].text: [box.get("value") for box in group.cssselect("input")]
            for group in tree.cssselect("fieldset.offered")
        }
        assert list(groups) == ["Guides", "Blog", "Community chats", "Events", "Announcements"]
        assert groups["Announcements"] == [f"list:{regional.pk}"]
        assert [ref.partition(":")[0] for ref in groups["Blog"]] == ["posts", "posts-category"]
        assert [ref.partition(":")[0] for ref in groups["Events"]] == [
            "events",
            "events-kind",
            "series",
        ]
        words = words_of(tree)
        assert "What is new in the north." in words
        assert f"/updates/lists/{regional.slug}/" in tree.xpath("//main//a/@href")
        assert f"/updates/lists/{regional.slug}/feed.xml" in tree.xpath("//main//a/@href")
        assert LINK in tree.xpath("//main//a/@href")

    def test_empty_groups_are_left_out(self, client, home):
        words = words_of(tree_of(client.get("/updates/")))
        assert "Announcements" not in words

    def test_a_site_without_anything_says_what_will_be_here(self, client, home):
        for page in home.get_children().specific():
            page.unpublish()
        page = client.get("/updates/")
        assert page.status_code == 200
        assert tree_of(page).cssselect(".empty h2")
        assert tree_of(client.get(FOLLOW)).cssselect(".empty h2")

    def test_hostile_names_stay_text(self, client, home):
        hostile = '<script>alert("x")</script>'
        made = make_list(hostile, summary=hostile)
        for address in ("/updates/", f"{FOLLOW}?what=list:{made.pk}"):
            tree = tree_of(client.get(address))
            assert hostile in words_of(tree)
            assert not tree.xpath("//main//script")

    def test_its_queries_do_not_grow(self, client, home, django_assert_max_num_queries):
        def fill(n: int) -> None:
            make_list(f"List {n}")
            make_event(f"E {n}", in_days(3), series=make_series(f"S {n}"), kind=f"K {n}")
            make_post(f"P {n}", category=Category.objects.create(name=f"C {n}", slug=f"c{n}"))

        fill(0)
        client.get("/updates/")
        with CaptureQueriesContext(
            connection,
        ) as few:
            client.get("/updates/")
        for n in range(1, 8):
            fill(n)
        with django_assert_max_num_queries(len(few)):
            client.get("/updates/")

    def test_it_only_reads(self, client, home):
        assert client.post("/updates/").status_code == 405
        assert client.head("/updates/").status_code == 200


class TestTheForm:
    def test_what_a_page_asked_is_ticked_and_the_rest_offered(self, client, home):
        page = client.post(
            FOLLOW,
            {"what": "posts:", "beside": ["events:", "posts:", "nonsense:1"], "email": "a@b.org"},
        )
        assert page.status_code == 200
        assert ticks(page) == {"posts:": True, "events:": False}
        tree = tree_of(page)
        assert tree.cssselect("#id_email")[0].get("value") == "a@b.org"
        assert tree.cssselect("select[data-preset]")
        assert not Request.objects.exists()

    def test_a_link_ticks_all_it_names(self, client, home):
        page = client.get(f"{FOLLOW}?what=posts:&what=events:&what=list:99")
        assert ticks(page) == {"posts:": True, "events:": True}
        assert page["Cache-Control"].count("no-store") == 1
        assert page["X-Robots-Tag"] == "noindex"

    @pytest.mark.parametrize(
        "what", ["", "list:99", "nonsense", "posts-tag:1e400", "search:q=", "posts:\0", ":" * 900]
    )
    def test_nothing_that_is_there_offers_everything(self, client, home, what):
        page = client.get(FOLLOW, {"what": what})
        offered = ("guides:", "posts:", "recordings:", "events:")
        assert ticks(page) == dict.fromkeys(offered, False)

    def test_it_is_asked_for(self, client, home):
        page = send(client, ["posts:", "events:"], pace="weekly")
        assert (page.status_code, heading(page)) == (200, "Look into your mail")
        request = Request.objects.get()
        assert (request.email, request.wants) == ("ines@example.org", ["posts:", "events:"])
        assert (request.pace, request.time_zone) == ("weekly", "Europe/Berlin")
        assert not Subscriber.objects.exists()

    def test_a_search_is_asked_for_with_all_it_says(self, client, archive):
        what = f"search:{searches.what_of('maps & “more”', {'tag': 'maps'})}"
        page = client.post(FOLLOW, {"what": what, "email": "a@b.org"})
        assert ticks(page) == {what: True}
        send(client, [what])
        assert Request.objects.get().wants == [what]

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"email": ""}, "Say where the mail goes."),
            ({"email": "nobody"}, "Enter a valid email address."),
            ({"email": f"{'a' * 250}@example.org"}, "Ensure this value has at most"),
            ({"email": "a@b.org\0"}, "Null characters are not allowed."),
            ({"what": []}, "Tick at least one thing."),
            ({"what": ["list:99"]}, "Tick at least one thing."),
            ({"pace": "hourly"}, "Select a valid choice."),
            ({"time_zone": "Europe/Nowhere"}, "Select a valid choice."),
        ],
    )
    def test_what_is_wrong_is_said_and_all_is_kept(self, client, home, fields, said):
        typed = {
            "what": ["events:"],
            "beside": ["events:", "posts:"],
            "email": "ines@example.org",
            "pace": "daily",
            "time_zone": "Asia/Tokyo",
            "stamp": stamp(),
        }
        page = client.post(FOLLOW, {**typed, **fields})
        assert page.status_code == 422
        tree = tree_of(page)
        assert said in tree.cssselect("[role=alert]")[0].text_content()
        assert set(ticks(page)) == {"events:", "posts:"}
        if "pace" not in fields:
            assert tree.cssselect("input[name=pace][checked]")[0].get("value") == "daily"
        if "time_zone" not in fields:
            chosen = tree.cssselect("select[name=time_zone] option[selected]")
            assert chosen[0].get("value") == "Asia/Tokyo"
            assert not tree.cssselect("[data-preset]")
        if "what" not in fields:
            assert ticks(page) == {"events:": True, "posts:": False}
        assert not Request.objects.exists()

    def test_a_form_asks_for_a_bounded_number_of_things(self, client, home):
        refs = [f"list:{make_list(f'List {n}').pk}" for n in range(MOST_AT_ONCE + 1)]
        page = send(client, refs)
        assert page.status_code == 422
        assert "no more than 30 at once" in words_of(tree_of(page))
        assert send(client, refs[1:]).status_code == 200
        assert len(Request.objects.get().wants) == MOST_AT_ONCE

    @pytest.mark.parametrize("how", ["no stamp", "forged", "of last week", "another site"])
    def test_without_a_stamp_of_ours_it_is_only_shown(self, client, home, how):
        headers = ELSEWHERE if how == "another site" else {}
        stamps = {"no stamp": "", "forged": "1:2:3", "of last week": stamp(7 * 24 * 3600)}
        old = stamps.get(how, stamp())
        said = {"what": "posts:", "email": "ines@example.org", "pace": "weekly", "stamp": old}
        page = client.post(FOLLOW, said, headers=headers)
        assert page.status_code == 200
        assert ticks(page) == {"posts:": True}
        assert not Request.objects.exists()
        fields = {one.get("name"): one for one in tree_of(page).cssselect("main input")}
        assert signing.loads(fields["stamp"].get("value"), salt=SALT)

    def test_who_fills_in_the_trap_sees_the_same_and_nothing_is_asked(self, client, home):
        page = send(client, website="https://spam.example")
        assert page.content == send(client).content
        assert Request.objects.count() == 1

    def test_no_cookie_and_no_token_are_needed(self, home):
        client = Client(enforce_csrf_checks=True)
        assert heading(send(client)) == "Look into your mail"
        assert Request.objects.count() == 1

    def test_a_large_body_is_refused(self, client, home):
        for address in (FOLLOW, LINK):
            answer = client.post(address, {"email": "a" * 300_000})
            assert answer.status_code == 413


class TestHoldingBack:
    @pytest.fixture(autouse=True)
    def _one_hour(self):
        with time_machine.travel("2026-03-04 15:10 +0000", tick=False):
            yield

    def test_a_client_sends_30_forms_an_hour(self, client, home):
        for n in range(views.MOST_AN_HOUR):
            assert send(client, email=f"{n}@example.org").status_code == 200
        page = send(client, email="more@example.org", pace="weekly")
        assert page.status_code == 429
        tree = tree_of(page)
        assert tree.cssselect("#id_email")[0].get("value") == "more@example.org"
        assert tree.cssselect("input[name=pace][checked]")[0].get("value") == "weekly"
        assert "Nothing is lost" in words_of(tree)
        assert Request.objects.count() == views.MOST_AN_HOUR
        other = Client(REMOTE_ADDR="203.0.113.9")
        assert send(other, email="more@example.org").status_code == 200

    def test_an_address_is_named_5_times_an_hour_and_nobody_is_told(self, client, home):
        answers = {send(client).content for _time in range(8)}
        assert len(answers) == 1
        assert Request.objects.count() == views.MOST_TO_AN_ADDRESS
        send(client, email="Ines@Example.org")
        assert Request.objects.count() == views.MOST_TO_AN_ADDRESS
        with time_machine.travel("2026-03-04 16:10 +0000", tick=False):
            send(client)
        assert Request.objects.count() == views.MOST_TO_AN_ADDRESS + 1

    def test_a_link_is_sent_3_times_an_hour(self, client, home):
        said = {"email": "ines@example.org", "stamp": stamp()}
        answers = {client.post(LINK, said).content for _time in range(5)}
        assert len(answers) == 1
        assert Request.objects.count() == views.MOST_LINKS_AN_HOUR

    def test_a_client_asks_for_30_links_an_hour(self, client, home):
        for n in range(views.MOST_AN_HOUR):
            client.post(LINK, {"email": f"{n}@example.org", "stamp": stamp()})
        page = client.post(LINK, {"email": "more@example.org", "stamp": stamp()})
        assert page.status_code == 429
        assert tree_of(page).cssselect("#id_email")[0].get("value") == "more@example.org"
        assert Request.objects.count() == views.MOST_AN_HOUR


class TestSendingTheLink:
    def test_it_comes_to_who_follows_something(self, client, subscriber):
        page = client.get(LINK)
        assert tree_of(page).cssselect("input[name=stamp]")[0].get("value")
        for email in ("INES@example.org", "nobody@example.org"):
            page = client.post(LINK, {"email": email, "stamp": stamp()})
            assert heading(page) == "Look into your mail"
        assert not Mail.objects.exists()
        subscriptions.take_in_requests()
        mail = Mail.objects.select_related("address").get()
        assert (mail.kind, mail.address.email) == ("updates_links", "ines@example.org")
        assert links.own_address(subscriber) in text_of(mail)

    def test_a_wrong_address_is_said_to_be_so(self, client, home):
        page = client.post(LINK, {"email": "nobody", "stamp": stamp()})
        assert page.status_code == 422
        assert tree_of(page).cssselect("#id_email")[0].get("value") == "nobody"

    @pytest.mark.parametrize("sent", [{}, {"stamp": "forged"}, {"stamp": stamp(7 * 24 * 3600)}])
    def test_without_a_stamp_it_is_shown_again(self, client, home, sent):
        page = client.post(LINK, {"email": "ines@example.org", **sent})
        assert heading(page) == "Send me my link"
        assert tree_of(page).cssselect("#id_email")[0].get("value") == "ines@example.org"
        assert not Request.objects.exists()

    def test_other_sites_and_traps_ask_nothing(self, client, home):
        said = {"email": "ines@example.org", "stamp": stamp()}
        client.post(LINK, said, headers=ELSEWHERE)
        client.post(LINK, {**said, "website": "x"})
        assert not Request.objects.exists()


class TestConfirming:
    @pytest.fixture
    def newcomer(self, client, home) -> Subscriber:
        send(client, ["posts:", "events:"], pace="weekly")
        subscriptions.take_in_requests()
        return Subscriber.objects.get()

    def test_one_button_begins_all_of_it_and_proves_the_address(self, client, newcomer):
        address = path_of(links.confirm_address(newcomer))
        assert links.confirm_address(newcomer) in text_of(Mail.objects.get())
        for _time in range(2):
            page = client.get(address)
            words = words_of(tree_of(page))
            assert "ines@example.org" in words
            assert "All posts of the blog (Once a week)" in words
            assert "All new events" in words
        client.head(address)
        assert not followed()
        assert not Address.objects.exclude(proven_at=None).exists()
        page = Client(enforce_csrf_checks=True).post(address)
        assert page.status_code == 303
        assert page["Location"] == f"{path_of(links.own_address(newcomer))}?done=confirmed"
        assert followed() == {"posts:": "weekly", "events:": "weekly"}
        assert Address.objects.get().proven_at
        page = client.get(page["Location"])
        assert "It is confirmed" in tree_of(page).cssselect("[role=status]")[0].text_content()

    def test_a_second_time_it_says_so_and_leads_on(self, client, newcomer):
        address = path_of(links.confirm_address(newcomer))
        client.post(address)
        since = Subscription.objects.first().confirmed_at
        assert client.post(address).status_code == 303
        assert Subscription.objects.first().confirmed_at == since
        page = client.get(address)
        assert heading(page) == "It is confirmed already"
        assert path_of(links.own_address(newcomer)) in tree_of(page).xpath("//main//a/@href")

    def test_what_nobody_confirmed_is_forgotten(self, client, newcomer):
        address = path_of(links.confirm_address(newcomer))
        late = timezone.now() + subscriptions.EXPIRES_AFTER + datetime.timedelta(minutes=1)
        with time_machine.travel(late):
            subscriptions.clean()
            for answer in (client.get(address), client.post(address)):
                assert answer.status_code == 404
                assert heading(answer) == "This link leads nowhere"
                hrefs = tree_of(answer).xpath("//main//a/@href")
                assert {"/updates/", LINK} <= set(hrefs)
        assert not followed()

    def test_what_has_ended_is_not_begun_again(self, client, newcomer):
        subscriptions.stop(newcomer.subscriptions.all(), EndedBy.THEMSELVES)
        assert client.post(path_of(links.confirm_address(newcomer))).status_code == 404
        assert not followed()

    def test_a_link_of_another_kind_confirms_nothing(self, client, newcomer):
        token = links.own_address(newcomer).split("/")[-2]
        for forged in (token, token[:-1], "x", "a:b"):
            assert client.post(f"/updates/confirm/{forged}/").status_code == 404
        assert not followed()

    def test_who_is_proven_follows_more_at_once(self, client, newcomer):
        subscriptions.confirm(newcomer)
        send(client, ["recordings:"])
        subscriptions.take_in_requests()
        assert followed()["recordings:"] == "at_once"


class TestPreferences:
    def test_it_shows_what_is_followed(self, client, subscriber):
        make_subscription(subscriber, Ref("list", "99"), Pace.DAILY, title="Old <b>list</b>")
        page = client.get(path_of(links.own_address(subscriber)))
        tree = tree_of(page)
        rows = tree.cssselect("li.subscription")
        assert [row.cssselect("p")[0].text_content().strip() for row in rows] == [
            "All posts of the blog",
            "All new events",
            "Old <b>list</b>",
        ]
        assert rows[0].xpath(".//a/@href") == ["/blog/"]
        assert not rows[2].xpath(".//a/@href")
        assert "not on the site any more" in rows[2].text_content()
        assert [one.get("value") for one in tree.cssselect(".subscription option[selected]")] == [
            "at_once",
            "weekly",
            "daily",
        ]
        assert set(ticks(page)) == {"guides:", "recordings:"}
        assert page["Referrer-Policy"] == "same-origin"
        assert "no-store" in page["Cache-Control"]

    def save(self, client, subscriber, headers=None, **fields):
        tree = tree_of(client.get(path_of(links.own_address(subscriber))))
        form = next(one for one in tree.forms if "weekday" in one.fields)
        said = {"deed": "save", **dict(form.form_values()), **fields}
        return client.post(path_of(links.own_address(subscriber)), said, headers=headers)

    def test_paces_and_clock_are_kept(self, client, subscriber):
        posts = subscriber.subscriptions.get(kind="posts")
        pace = {f"pace_{posts.key}": "daily"}
        page = self.save(client, subscriber, time_zone="Asia/Tokyo", weekday="4", **pace)
        assert "kept" in tree_of(page).cssselect("[role=status]")[0].text_content()
        assert followed() == {"posts:": "daily", "events:": "weekly"}
        subscriber.refresh_from_db()
        assert (subscriber.time_zone, subscriber.weekday) == ("Asia/Tokyo", 4)

    def test_nothing_is_lost_by_saving_what_is(self, client, subscriber):
        Subscriber.objects.update(time_zone="US/Eastern", weekday=6)
        self.save(client, subscriber)
        subscriber.refresh_from_db()
        assert (subscriber.time_zone, subscriber.weekday) == ("US/Eastern", 6)

    @pytest.mark.parametrize("wrong", [{"weekday": "9"}, {"time_zone": "Mars"}, {"pace": "hourly"}])
    def test_what_cannot_be_changes_nothing(self, client, subscriber, wrong):
        if "pace" in wrong:
            wrong = {f"pace_{subscriber.subscriptions.get(kind='posts').key}": "hourly"}
        page = self.save(client, subscriber, **wrong)
        assert page.status_code == 422
        assert tree_of(page).cssselect("[role=alert]")
        assert followed() == {"posts:": "at_once", "events:": "weekly"}

    def test_one_is_stopped_and_the_other_stays(self, client, subscriber):
        address = path_of(links.own_address(subscriber))
        posts = subscriber.subscriptions.get(kind="posts")
        page = client.post(address, {"stop": posts.key})
        said = tree_of(page).cssselect("[role=status]")[0].text_content()
        assert "Stopped: All posts of the blog" in said
        assert followed() == {"events:": "weekly"}
        posts.refresh_from_db()
        assert posts.ended_by == EndedBy.THEMSELVES
        assert client.post(address, {"stop": posts.key}).status_code == 200

    def test_nobody_stops_what_is_anothers(self, client, subscriber):
        others = make_subscription("bo@example.org", Ref("posts"))
        client.post(path_of(links.own_address(subscriber)), {"stop": others.key})
        others.refresh_from_db()
        assert others.is_active

    def test_all_is_stopped_and_offered_again(self, client, subscriber):
        make_subscription(subscriber, Ref("recordings"), confirmed_at=None)
        page = client.post(path_of(links.own_address(subscriber)), {"deed": "stop all"})
        assert not Subscription.objects.filter(ended_at=None).exists()
        tree = tree_of(page)
        assert "All of it is stopped" in tree.cssselect("[role=status]")[0].text_content()
        assert tree.cssselect(".empty h2")[0].text == "You follow nothing"
        assert set(ticks(page)) == {"guides:", "posts:", "events:", "recordings:"}

    def test_more_is_added_without_another_mail(self, client, subscriber):
        Address.objects.update(proven_at=None)
        said = {"deed": "add", "what": ["recordings:"], "pace": "daily"}
        page = client.post(path_of(links.own_address(subscriber)), said)
        assert "1 thing more" in tree_of(page).cssselect("[role=status]")[0].text_content()
        assert followed()["recordings:"] == "daily"
        assert Address.objects.get().proven_at
        assert not Mail.objects.exists()
        page = client.post(path_of(links.own_address(subscriber)), {"deed": "add"})
        assert page.status_code == 422

    def test_an_address_follows_a_bounded_number_of_things(self, client, subscriber, monkeypatch):
        monkeypatch.setattr(subscriptions, "MOST_FOLLOWED", 2)
        said = {"deed": "add", "what": ["recordings:"], "pace": "daily"}
        page = client.post(path_of(links.own_address(subscriber)), said)
        assert "Nothing was added" in words_of(tree_of(page))

    def test_what_waits_is_confirmed_here_too(self, client, subscriber):
        make_subscription(subscriber, Ref("recordings"), Pace.DAILY, confirmed_at=None)
        address = path_of(links.own_address(subscriber))
        assert "Waiting for your yes" in words_of(tree_of(client.get(address)))
        assert "recordings:" not in followed()
        client.post(address, {"deed": "confirm"})
        assert followed()["recordings:"] == "daily"

    def test_other_sites_change_nothing(self, client, subscriber):
        address = path_of(links.own_address(subscriber))
        posts = subscriber.subscriptions.get(kind="posts")
        for said in ({"stop": posts.key}, {"deed": "stop all"}, {"deed": "add", "what": "posts:"}):
            assert client.post(address, said, headers=ELSEWHERE).status_code == 200
        self.save(client, subscriber, headers=ELSEWHERE, weekday="4")
        assert followed() == {"posts:": "at_once", "events:": "weekly"}
        subscriber.refresh_from_db()
        assert subscriber.weekday == 0

    def test_it_needs_its_own_link(self, client, subscriber):
        stop = links.stop_address(subscriber.subscriptions.all()).split("/")[-2]
        for token in (stop, "forged", subscriber.key):
            answer = client.post(f"/updates/mine/{token}/", {"deed": "stop all"})
            assert answer.status_code == 404
        assert followed()

    def test_its_queries_do_not_grow(self, client, subscriber):
        address = path_of(links.own_address(subscriber))
        counted = []
        for n in (0, 198):
            Subscription.objects.bulk_create(
                Subscription(
                    subscriber=subscriber,
                    kind=("posts-tag", "series", "search", "list")[place % 4],
                    what=f"q=word{place}" if place % 4 == 2 else str(place),
                    title=f"Thing {place}",
                    confirmed_at=timezone.now(),
                )
                for place in range(n)
            )
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            counted.append(len(asked))
            with CaptureQueriesContext(connection) as asked:
                self.save(client, subscriber)
            counted.append(len(asked))
        # A few for each kind of thing that is new here; not one for each thing.
        assert counted[2] <= counted[0] + 10
        assert counted[3] <= counted[1] + 20


class TestStopping:
    """RFC 8058: what a mail program posts when its reader presses its button."""

    def bodies(self):
        yield ONE_CLICK, "application/x-www-form-urlencoded"
        boundary = "frontier"
        part = 'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click'
        yield (
            f"--{boundary}\r\n{part}\r\n--{boundary}--\r\n",
            f"multipart/form-data; boundary={boundary}",
        )
        # Whatever else comes is not read.
        yield "", ""
        yield "--nonsense", "multipart/form-data; boundary=frontier"
        yield "\xff\xfe", "multipart/form-data"
        yield "{}", "application/json"

    def test_a_bare_post_stops_that_alone_and_twice_too(self, subscriber):
        program = Client(enforce_csrf_checks=True)
        posts = subscriber.subscriptions.get(kind="posts")
        address = path_of(links.stop_address([posts]))
        for body, kind in self.bodies():
            Subscription.objects.filter(pk=posts.pk).update(ended_at=None, ended_by="")
            for _time in range(2):
                answer = program.post(address, body, content_type=kind)
                assert answer.status_code == 200
                assert not answer.cookies
                assert followed() == {"events:": "weekly"}
            posts.refresh_from_db()
            assert posts.ended_by == EndedBy.ONE_CLICK

    def test_a_mail_program_on_the_web_may_post_too(self, subscriber):
        posts = subscriber.subscriptions.get(kind="posts")
        address = path_of(links.stop_address([posts]))
        Client(enforce_csrf_checks=True).post(
            address, ONE_CLICK, content_type="application/x-www-form-urlencoded", headers=ELSEWHERE
        )
        assert followed() == {"events:": "weekly"}

    def test_a_digest_stops_all_that_came_in_it(self, subscriber):
        make_subscription(subscriber, Ref("recordings"), Pace.DAILY)
        make_subscription("bo@example.org", Ref("recordings"), Pace.DAILY)
        program = Client(enforce_csrf_checks=True)
        address = path_of(links.stop_digests_address(subscriber))
        for body, kind in self.bodies():
            for _time in range(2):
                assert program.post(address, body, content_type=kind).status_code == 200
        assert [str(one) for one in subscriber.subscriptions.active()] == ["All posts of the blog"]
        assert Subscription.objects.active().count() == 2

    @pytest.mark.parametrize("address_of", ["stop", "digests"])
    def test_to_look_changes_nothing(self, client, subscriber, address_of):
        address = path_of(
            links.stop_address(subscriber.subscriptions.all())
            if address_of == "stop"
            else links.stop_digests_address(subscriber)
        )
        for answer in (client.get(address), client.head(address), client.get(f"{address}?stop=1")):
            assert answer.status_code == 200
        assert len(followed()) == 2
        tree = tree_of(client.get(address))
        assert "All new events" in words_of(tree)
        assert tree.cssselect("main form button")[0].text_content() == "Stop"
        for method in (client.put, client.delete, client.options):
            assert method(address).status_code == 405

    def test_the_page_says_what_stopped_and_what_stays_and_gives_no_more_away(
        self, client, subscriber
    ):
        posts = subscriber.subscriptions.get(kind="posts")
        page = client.post(path_of(links.stop_address([posts])))
        tree = tree_of(page)
        words = words_of(tree)
        assert "No more mail comes about: All posts of the blog" in words
        assert "1 other thing that this address follows goes on." in words
        assert "All new events" not in words
        assert "ines@example.org" not in words
        hrefs = tree.xpath("//main//a/@href")
        assert LINK in hrefs
        assert f"{FOLLOW}?{urlencode({'what': 'posts:'})}" in hrefs
        assert not [href for href in hrefs if "/mine/" in href]
        again = next(href for href in hrefs if href.startswith(FOLLOW))
        assert ticks(client.get(again)) == {"posts:": True}

    def test_the_last_one_leaves_nothing(self, client, subscriber):
        page = client.post(path_of(links.stop_address(subscriber.subscriptions.all())))
        assert "This address follows nothing else here." in words_of(tree_of(page))

    def test_once_it_is_over_the_page_says_so(self, client, subscriber):
        address = path_of(links.stop_address(subscriber.subscriptions.all()))
        client.post(address)
        page = client.get(address)
        assert heading(page) == "Stopped"
        assert not tree_of(page).cssselect("main form")

    def test_it_works_when_nothing_is_left_of_it(self, client, subscriber):
        stop = path_of(links.stop_address(subscriber.subscriptions.all()))
        digests = path_of(links.stop_digests_address(subscriber))
        subscriber.delete()
        for address in (stop, digests):
            for answer in (client.post(address), client.get(address)):
                assert answer.status_code == 200
                assert heading(answer) == "Stopped"

    def test_it_needs_a_link_of_ours(self, client, subscriber):
        own = links.own_address(subscriber).split("/")[-2]
        for way in ("stop", "stop-digests"):
            for token in (own, "forged", "a:b"):
                answer = client.post(f"/updates/{way}/{token}/")
                assert answer.status_code == 404
                assert heading(answer) == "This link leads nowhere"
        assert len(followed()) == 2

    def test_a_large_body_is_refused(self, client, subscriber):
        for address in (
            links.stop_address(subscriber.subscriptions.all()),
            links.stop_digests_address(subscriber),
            links.own_address(subscriber),
            links.confirm_address(subscriber),
        ):
            answer = client.post(path_of(address), "a" * 300_000, content_type="text/plain")
            assert answer.status_code == 413
        assert len(followed()) == 2


def test_the_blog_can_be_gone(client, subscriber):
    """What is gone is named as it was, wherever it is named."""
    BlogPage.objects.get().unpublish()
    posts = subscriber.subscriptions.get(kind="posts")
    assert "All posts of the blog" in words_of(
        tree_of(client.get(path_of(links.stop_address([posts]))))
    )
    assert "All posts of the blog" in words_of(
        tree_of(client.get(path_of(links.own_address(subscriber))))
    )
