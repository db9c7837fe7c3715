"""Moderation in the admin: what is shown to whom, what a button does, and what it never does."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html
from wagtail.models import GroupPagePermission, Page

from accounts.models import User
from comments import moderation
from comments.models import (
    Comment,
    CommentSettings,
    Decision,
    Deed,
    DroppedOnDay,
    ModeratorMail,
    Pace,
    Question,
    Report,
    State,
)
from comments.needs import needs_of_comments
from core.text import folded
from tests.factories.chats import make_chat
from tests.factories.comments import make_comment

pytestmark = pytest.mark.django_db

QUEUE = "/admin/comments/"
DECIDE = "/admin/comments/decide/"


@pytest.fixture
def chat():
    return make_chat("2024-03-06", title="Packing <b>maps</b>")


@pytest.fixture
def sign_in(client) -> Callable[..., User]:
    """A function that signs somebody in: with a role, or with the admin and nothing else."""

    def sign_in_one(role: str = "Moderators", address: str = "mara@ill.example.org") -> User:
        user = User.objects.create_user(address, first_name="Mara", last_name="Lindqvist")
        if role:
            user.groups.add(Group.objects.get(name=role))
        user.user_permissions.set(Permission.objects.filter(codename="access_admin"))
        client.force_login(user)
        return user

    return sign_in_one


@pytest.fixture
def moderator(sign_in) -> User:
    return sign_in()


def moderator_of(page, client) -> User:
    """Sign in somebody who may publish one page and those beneath it."""
    user = User.objects.create_user("theo@ill.example.org")
    user.user_permissions.set(Permission.objects.filter(codename="access_admin"))
    group = Group.objects.create(name="Of one section")
    publish = Permission.objects.get(codename="publish_page", content_type__app_label="wagtailcore")
    GroupPagePermission.objects.create(
        group=group, page=Page.objects.get(pk=page.pk), permission=publish
    )
    user.groups.add(group)
    client.force_login(user)
    return user


def held(page, text: str = "We pack ours in pairs.", **fields) -> Comment:
    reasons = [{"rule": "first", "said": ""}]
    return make_comment(page, text, **{"state": State.HELD, "reasons": reasons, **fields})


def page_of(response) -> html.HtmlElement:
    assert response.status_code == 200
    return html.fromstring(response.content.decode())


def words(element) -> str:
    return " ".join(element.text_content().split())


def entries(response) -> list[html.HtmlElement]:
    return page_of(response).cssselect("article.entry")


def names(response) -> list[str]:
    return [words(entry.cssselect("h2")[0]) for entry in entries(response)]


def told(response) -> str:
    return words(html.fromstring(response.content.decode()).cssselect(".messages")[0])


def now() -> str:
    return timezone.now().isoformat()


def states() -> dict[str, str]:
    return dict(Comment.objects.values_list("name", "state"))


def send(client, path: str = DECIDE, **data):
    return client.post(path, {"shown_at": now(), **data}, follow=True)


# Who may.


def every_view(comment: Comment) -> dict[str, str]:
    """Every address of moderation, with the method it is asked by."""
    one = [("comment", "get"), *((name, "post") for name in ("answer", "strike", "settle"))]
    one.append(("next_meeting", "post"))
    many = [("queue", "get"), ("results", "get"), ("mail", "get"), ("bulk", "post")]
    many.append(("undo", "post"))
    return {
        **{reverse(f"moderation:{name}"): method for name, method in many},
        **{reverse(f"moderation:{name}", args=[comment.pk]): method for name, method in one},
        reverse("moderation:questions", args=[comment.page_id]): "get",
    }


def test_every_view_is_among_those_tried(chat):
    from comments.admin.urls import urlpatterns

    assert len(every_view(held(chat))) == len(urlpatterns)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("Moderators", True),
        ("Administrators", True),
        ("Editors", True),
        ("Guest hosts", False),
        ("Organisers", False),
        ("", False),
    ],
)
def test_roles(client, sign_in, chat, role, may):
    comment = held(chat)
    sign_in(role)
    for address, method in every_view(comment).items():
        response = getattr(client, method)(address)
        refused = response.status_code == 302 and response.url == "/admin/"
        assert refused != may, address
    assert (QUEUE in client.get("/admin/").content.decode()) == may
    comment.refresh_from_db()
    assert comment.state == State.HELD


def test_nobody_without_the_admin(client, chat):
    for address, method in every_view(held(chat)).items():
        response = getattr(client, method)(address)
        assert response.status_code == 302
        assert "/admin/login/" in response.url


def test_a_moderator_of_one_section_sees_and_decides_nothing_else(client, archive, home, chat):
    own = held(chat, name="Own")
    foreign = held(home, name="Foreign")
    DroppedOnDay.objects.create(day=timezone.localdate(), count=2)
    user = moderator_of(archive, client)
    assert names(client.get(QUEUE, {"state": "all"})) == ["Own"]
    assert "Comments (1)" in client.get("/admin/").content.decode()
    assert [need.said for need in needs_of_comments(user)] == ["1 comment waits to be read."]
    assert client.get(f"{QUEUE}{own.pk}/").status_code == 200
    before = Comment.objects.filter(pk=foreign.pk).values().get()
    for address, method in every_view(foreign).items():
        if str(foreign.pk) in address:
            response = getattr(client, method)(
                address, {"answer-text": "Yes", "answer-shown_at": now()}
            )
            assert (response.status_code, response.url) == (302, "/admin/")
    for data in (
        {"one": f"approve-{foreign.pk}"},
        {"deed": "approve", "which": "ticked", "ticked": [own.pk, foreign.pk]},
        {"deed": "spam", "which": "shown", "shown": [foreign.pk]},
    ):
        assert "you do not have permission" in told(send(client, **data))
    own.refresh_from_db()
    assert own.state == State.HELD
    send(client, deed="delete", which="all", query="state=all")
    assert states() == {"Own": "deleted", "Foreign": "held"}
    assert Comment.objects.filter(pk=foreign.pk).values().get() == before


def test_what_another_decided_elsewhere_is_not_undone(client, archive, home, chat):
    foreign = held(home)
    chief = User.objects.create_superuser("root@ill.example.org")
    decided = moderation.decide(Comment.objects.filter(pk=foreign.pk), Deed.SPAM, chief)
    moderator_of(archive, client)
    response = client.post("/admin/comments/undo/", {"batch": decided.batch}, follow=True)
    assert "you do not have permission" in told(response)
    foreign.refresh_from_db()
    assert foreign.state == State.SPAM


# The list.


def test_what_waits_is_listed_with_all_that_helps(client, moderator, chat):
    first = make_comment(chat, "Do you fold them?", name="Theo")
    comment = held(
        chat,
        "In pairs.\n\nWith a slip, see https://example.org/slips",
        parent=first,
        library="Millbrook Library",
        is_proven=True,
        reasons=[{"rule": "links", "said": "3"}, {"rule": "words", "said": "slip"}],
    )
    [entry] = entries(client.get(QUEUE))
    assert words(entry.cssselect("h2")[0]) == "Ines Moreau"
    shown = words(entry)
    for part in ("Millbrook Library", "proven", "In reply to Theo: “Do you fold them?”"):
        assert part in shown
    assert [words(why) for why in entry.cssselect(".entry-why li")] == [
        "many links: 3",
        "a word to hold: slip",
    ]
    assert len(entry.cssselect(".entry-why li svg")) == 2
    assert [words(part) for part in entry.cssselect(".entry-text p")] == [
        "In pairs.",
        "With a slip, see https://example.org/slips",
    ]
    [link] = entry.cssselect(".entry-text a")
    assert "nofollow" in link.get("rel")
    assert entry.cssselect(".entry-where a")[0].get("href").endswith("/chats/2024-03-06/")
    [box] = entry.cssselect("input[type=checkbox]")
    [label] = entry.cssselect(f"label[for={box.get('id')}]")
    day = timezone.localtime(comment.created_at)
    assert words(label) == f"Choose comment by Ines Moreau, {day:%B} {day.day}"
    buttons = [words(button) for button in entry.cssselect("button")]
    named = f"comment by Ines Moreau, {day:%B} {day.day}"
    assert buttons == [f"{deed}: {named}" for deed in ("Approve", "Spam", "Delete")]


def test_a_reason_is_said_only_while_it_holds(client, moderator, chat):
    waits = [{"rule": "akismet_wait", "said": ""}]
    held(chat, reasons=waits, question=Question.CHECK)
    assert "Akismet is being asked" in words(entries(client.get(QUEUE))[0])
    Comment.objects.update(question="")
    assert "Akismet is being asked" not in words(entries(client.get(QUEUE))[0])


def test_long_texts_are_folded_and_whole(client, moderator, chat):
    long = "A box came back. " * 60
    held(chat, long, name="Long")
    held(chat, "Short.", name="Short")
    short, folded_one = entries(client.get(QUEUE))
    assert not short.cssselect("details")
    [fold] = folded_one.cssselect("details")
    assert len(words(fold.cssselect("summary")[0])) < 350
    assert words(fold.cssselect("summary ~ div")[0]) == long.strip()


NARROWED = [
    ({}, "barcode links reply"),
    ({"state": "published"}, "Élodie reported"),
    ({"state": "reported"}, "reported"),
    ({"state": "spam"}, "spam"),
    ({"state": "deleted"}, "deleted"),
    ({"state": "all"}, "barcode deleted Élodie links reply reported spam"),
    ({"state": "no such"}, ""),
    ({"reason": "links"}, "links"),
    ({"reason": "no such"}, ""),
    ({"reason": "barcode", "state": "spam"}, ""),
    ({"email": "LINKS@example.org"}, "links"),
    ({"email": "links"}, ""),
    ({"q": "ALWAYS"}, "reply"),
    ({"q": "elodie", "state": "all"}, "Élodie"),
    ({"q": "spam@example"}, ""),
    ({"q": "spam@example", "state": "all"}, "spam"),
    ({"q": "millbrook"}, "barcode"),
    ({"q": "%"}, ""),
    ({"q": "\x00"}, "barcode links reply"),
    ({"created_at_from": "2024-01-01", "created_at_to": "2024-01-31"}, "barcode"),
    ({"created_at_from": "nonsense"}, ""),
    ({"page": "999999"}, ""),
    ({"page": "9" * 5000}, ""),
]


def test_the_list_is_narrowed(client, moderator, chat):
    january = timezone.now().replace(year=2024, month=1, day=15)

    def one(name, **fields):
        return make_comment(chat, name=name, email=f"{name}@example.org", **fields)

    one("links", state="held", reasons=[{"rule": "links", "said": '"rule": "barcode"'}])
    number = [{"rule": "barcode", "said": "2 1234"}]
    one("barcode", state="held", reasons=number, library="Millbrook", created_at=january)
    root = one("Élodie")
    one("reply", state="held", parent=root, text="Always in pairs")
    one("spam", state="spam")
    one("deleted", state="deleted")
    Report.objects.create(comment=root, settled_at=timezone.now())
    Report.objects.create(comment=one("reported"), said="Rude")
    Report.objects.create(comment=one("gone", state="deleted", text=""))
    Comment.objects.filter(name="gone").update(name="", email="")
    for chosen, found in NARROWED:
        assert sorted(names(client.get(QUEUE, chosen))) == sorted(found.split()), chosen
    assert names(client.get(f"{QUEUE}results/", {"state": "spam"})) == ["spam"]


def test_a_page_and_a_section(client, moderator, home, archive, chat):
    other = make_chat("2024-04-03")
    held(chat, name="here")
    held(other, name="there")
    held(home, name="home")
    assert names(client.get(QUEUE, {"page": chat.pk})) == ["here"]
    assert names(client.get(QUEUE, {"page": archive.pk})) == ["there", "here"]
    offered = page_of(client.get(QUEUE)).cssselect("select[name=page] option")
    assert words(offered[1]) == "Community chats"
    assert len(offered) == 2


def test_where_nothing_waits(client, moderator, chat):
    def said(**query):
        return words(page_of(client.get(QUEUE, query)).cssselect("#listing-results")[0])

    assert "Nothing waits." in said()
    assert "No report waits." in said(state="reported")
    assert "No comment is like this." in said(q="zebra")
    make_comment(chat)
    assert "Nothing waits." in said()
    assert "No comment is like this." in said(state="spam")


def test_the_states_lead_to_their_lists_and_keep_the_rest(client, moderator, chat):
    comment = held(chat)
    Report.objects.create(comment=make_comment(chat))
    page = page_of(client.get(QUEUE, {"email": comment.email, "p": "1"}))
    links = {words(link): link for link in page.cssselect(".state-tabs a")}
    assert list(links) == ["Held 1", "Reported 1", "Published", "Spam", "Deleted", "All"]
    assert links["Held 1"].get("aria-current") == "page"
    asked = parse_qs(urlsplit(links["Spam"].get("href")).query)
    assert asked == {"email": [comment.email], "state": ["spam"]}


def test_ten_thousand_in_few_queries_and_quickly(client, moderator, chat):
    def look(**query):
        client.get(QUEUE, query)
        with CaptureQueriesContext(connection) as queries:
            began = time.process_time()
            response = client.get(QUEUE, query)
            took = time.process_time() - began
        return len(queries), took, response

    held(chat)
    few, _took, _response = look()
    began = timezone.now()
    Comment.objects.bulk_create(
        Comment(
            page=chat,
            name=f"Reader {n}",
            folded_name=folded(f"Reader {n}"),
            email=f"reader{n % 500}@example.org",
            text=f"{n}: we pack ours in pairs.",
            state=State.HELD if n % 4 else State.PUBLISHED,
            reasons=[{"rule": "links", "said": "3"}, {"rule": "first", "said": ""}],
            created_at=began - timedelta(minutes=n),
        )
        for n in range(10_000)
    )
    limits = {"all": 1.0, "deep": 1.0, "searched": 1.0}
    asked = {"all": {}, "deep": {"p": "149"}, "searched": {"q": "pairs", "reason": "links"}}
    for name, query in asked.items():
        count, took, response = look(**query)
        assert len(entries(response)) == 50
        assert count <= few + (name == "searched")
        assert took < limits[name]
    which = page_of(client.get(QUEUE)).cssselect("#queue-which option")
    assert [words(option) for option in which][1:] == [
        "all 50 on this page",
        "the first 1,000 of 7,501 that match",
    ]

    began = time.process_time()
    response = send(client, deed="approve", which="all", query="")
    took = time.process_time() - began
    assert took < 5
    assert "1000 comments approved." in told(response)
    assert "6501 more match." in told(response)
    assert Comment.objects.held().count() == 6501


# What a button does.


@pytest.mark.parametrize(
    ("deed", "state", "said"),
    [
        ("approve", State.PUBLISHED, "1 comment approved."),
        ("spam", State.SPAM, "1 comment is spam."),
        ("delete", State.DELETED, "1 comment deleted."),
    ],
)
def test_one_press_decides_and_another_takes_it_back(client, moderator, chat, deed, state, said):
    comment = held(chat)
    where = f"{QUEUE}?reason=first"
    form = page_of(client.get(where)).cssselect("form.queue")[0]
    [button] = form.cssselect(f"button[name=one][value={deed}-{comment.pk}]")
    data = {**dict(form.form_values()), "one": button.get("value")}
    response = client.post(form.get("action"), data, follow=True)
    assert response.redirect_chain == [(where, 302)]
    assert said in told(response)
    comment.refresh_from_db()
    assert comment.state == state
    decision = comment.decisions.get()
    assert (decision.user, decision.by, decision.deed) == (moderator, "Mara Lindqvist", deed)

    [undo] = html.fromstring(response.content.decode()).cssselect(".messages form")
    response = client.post(undo.get("action"), dict(undo.form_values()), follow=True)
    assert response.redirect_chain == [(where, 302)]
    assert "1 comment is as before." in told(response)
    comment.refresh_from_db()
    assert comment.state == State.HELD


def test_published_ones_are_held_again(client, moderator, chat):
    comment = make_comment(chat)
    [entry] = entries(client.get(QUEUE, {"state": "published"}))
    values = [button.get("value") for button in entry.cssselect("button")]
    assert values == [f"{deed}-{comment.pk}" for deed in ("hold", "spam", "delete")]
    assert "1 comment held." in told(send(client, one=f"hold-{comment.pk}"))


def test_those_ticked_those_shown_and_all_that_match(client, moderator, chat):
    made = [held(chat, name=f"n{n}") for n in range(3)]
    spam = held(chat, name="links", reasons=[{"rule": "links", "said": "3"}])
    told_of = told(send(client, deed="approve", which="ticked", ticked=[made[0].pk, made[1].pk]))
    assert "2 comments approved." in told_of
    shown = [one.pk for one in made]
    told_of = told(send(client, deed="approve", which="shown", shown=shown, ticked=[spam.pk]))
    assert "1 comment approved." in told_of
    send(client, deed="spam", which="all", query="reason=links")
    assert states() == {"n0": "published", "n1": "published", "n2": "published", "links": "spam"}


def test_all_that_match_are_those_that_were_shown(client, moderator, chat):
    held(chat, name="seen")
    shown_at = now()
    held(chat, name="unseen")
    client.post(DECIDE, {"deed": "approve", "which": "all", "query": "", "shown_at": shown_at})
    assert states() == {"seen": "published", "unseen": "held"}


@pytest.mark.parametrize("query", ["state=no", "page=999999", "created_at_from=x", "reason=no"])
def test_a_filter_that_is_none_matches_nothing(client, moderator, chat, query):
    held(chat)
    assert "it is so already" in told(send(client, deed="delete", which="all", query=query))
    assert Comment.objects.held().count() == 1


def test_what_its_author_changed_meanwhile_is_read_again(client, moderator, chat):
    held(chat, name="same")
    changed = held(chat, name="changed")
    shown_at = now()
    Comment.objects.filter(pk=changed.pk).update(edited_at=timezone.now())
    for data in (
        {"one": f"approve-{changed.pk}"},
        {"deed": "approve", "which": "all", "query": ""},
    ):
        response = client.post(DECIDE, {**data, "shown_at": shown_at}, follow=True)
        assert "1 comment was changed by its author since you saw it." in told(response)
    assert states() == {"same": "published", "changed": "held"}
    answer = {"answer-text": "Yes.", "answer-shown_at": shown_at}
    response = client.post(f"{QUEUE}{changed.pk}/answer/", answer)
    assert response.status_code == 422
    assert "Its author has changed it" in response.content.decode()
    assert states()["changed"] == "held"


NOT_OURS = [
    {},
    {"deed": "approve"},
    {"deed": "approve", "which": "ticked"},
    {"deed": "approve", "which": "ticked", "ticked": ["1 OR 1=1"]},
    {"deed": "approve", "which": "shown", "shown": ["99999999999999999999"]},
    {"deed": "approve", "which": "shown", "shown": ["٣"]},
    {"deed": "approve", "which": "shown", "shown": list(range(1, 1002))},
    {"deed": "publish", "which": "all"},
    {"deed": "strike", "which": "all"},
    {"which": "all"},
    {"one": "approve-0x1"},
    {"one": "approve-"},
    {"one": "undo-1"},
    {"one": "approve-1\n"},
    {"deed": "approve", "which": "all", "shown_at": "yesterday"},
    {"deed": "approve", "which": "all", "shown_at": ""},
]


def test_a_form_that_is_not_ours_changes_nothing(client, moderator, chat):
    held(chat)
    for data in NOT_OURS:
        response = send(client, **data)
        assert page_of(response).cssselect(".messages .error"), data
    assert not Decision.objects.exists()
    assert Comment.objects.held().count() == 1


def test_comments_that_are_gone_are_left_out(client, moderator, chat):
    kept = held(chat, name="kept")
    said = told(send(client, deed="approve", which="ticked", ticked=[kept.pk, kept.pk + 99]))
    assert "1 comment approved." in said


def test_two_moderators_at_once(client, moderator, sign_in, chat):
    made = [held(chat) for _n in range(3)]
    other = User.objects.create_superuser("root@ill.example.org")
    moderation.decide(Comment.objects.filter(pk=made[0].pk), Deed.APPROVE, other)
    keys = [one.pk for one in made]
    data = {"deed": "approve", "which": "ticked", "ticked": keys}
    assert "2 comments approved." in told(send(client, **data))
    response = send(client, **data)
    assert "it is so already" in told(response)
    assert not page_of(response).cssselect(".messages form")


def test_a_get_decides_nothing(client, moderator, chat):
    comment = held(chat)
    Report.objects.create(comment=comment)
    decided = moderation.decide(Comment.objects.filter(pk=comment.pk), Deed.SPAM, moderator)
    before = list(Comment.objects.values()), list(Decision.objects.values())
    asked = {"one": f"approve-{comment.pk}", "shown_at": now(), "batch": decided.batch}
    for address, method in every_view(comment).items():
        response = client.get(address, asked)
        assert response.status_code == (200 if method == "get" else 405), address
        client.head(address, asked)
    assert (list(Comment.objects.values()), list(Decision.objects.values())) == before
    for data in ({}, {"csrfmiddlewaretoken": "x" * 64}):
        assert strict(client).post(DECIDE, {**asked, **data}).status_code == 403
    assert (list(Comment.objects.values()), list(Decision.objects.values())) == before


def strict(client):
    """Return a client with the same session that has to bring a token."""
    from django.test import Client

    guarded = Client(enforce_csrf_checks=True)
    guarded.cookies = client.cookies
    return guarded


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/admin/comments/?state=spam", "/admin/comments/?state=spam"),
        ("", QUEUE),
        ("https://example.org/", QUEUE),
        ("//example.org/", QUEUE),
        ("javascript:alert(1)", QUEUE),
        ("/\\example.org", QUEUE),
    ],
)
def test_after_deciding_back_to_where_one_came_from(client, moderator, chat, asked, led):
    comment = held(chat)
    own = page_of(client.get(f"{QUEUE}{comment.pk}/", {"next": asked}))
    [back] = own.cssselect(".queue-bulk a")
    assert back.get("href") == led
    forms = [dict(form.form_values()) for form in own.cssselect("main form[method=post]")]
    assert {form.get("next") for form in forms} == {"" if led == QUEUE else led}
    response = send(client, one=f"approve-{comment.pk}", next=asked)
    assert response.redirect_chain == [(led, 302)]


# A comment's own page.


def test_a_mail_leads_to_a_page_where_one_press_decides(client, moderator, chat):
    comment = held(chat)
    page = page_of(client.get(reverse("moderation:comment", args=[comment.pk])))
    form = page.cssselect("form.queue-bulk")[0]
    [button] = form.cssselect("button[value^=approve]")
    data = {**dict(form.form_values()), "one": button.get("value")}
    response = client.post(form.get("action"), data, follow=True)
    assert response.redirect_chain == [(QUEUE, 302)]
    comment.refresh_from_db()
    assert comment.is_published


def test_a_comment_in_its_thread(client, moderator, chat):
    root = make_comment(chat, "Root", name="A")
    make_comment(chat, "Beside", name="B", parent=root)
    above = make_comment(chat, "Above", name="C", parent=root, state="spam")
    comment = held(chat, "Itself " * 100, name="D", parent=above)
    below = held(chat, "Below " * 100, name="E", parent=comment)
    held(chat, "Further", name="F", parent=below, state="deleted")
    held(chat, "Also below", name="G", parent=comment)
    page = page_of(client.get(f"{QUEUE}{comment.pk}/"))
    items = page.cssselect(".thread > li")
    assert [words(item.cssselect("h3")[0]) for item in items] == ["A", "C", "D", "E", "F", "G"]
    assert [re.search(r"thread-(\d)", item.get("class"))[1] for item in items] == list("012343")
    [current] = page.cssselect(".thread > [aria-current=true]")
    assert words(current.cssselect("h3")[0]) == "D"
    shown = [words(item) for item in items]
    for place, state in enumerate(["published", "spam", "held", "held", "deleted", "held"]):
        assert state in shown[place]
    for link in page.cssselect(".thread a"):
        assert client.get(link.get("href")).status_code == 200


def test_a_thread_of_any_size_in_a_fixed_number_of_queries(client, moderator, chat):
    def count(comment):
        client.get(f"{QUEUE}{comment.pk}/")
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"{QUEUE}{comment.pk}/")
        return len(queries), len(page_of(response).cssselect(".thread > li"))

    root = held(chat)
    parent = held(chat, parent=root)
    few, _shown = count(root)
    for n in range(150):
        parent = held(chat, parent=parent if n < 30 else root)
    assert count(root) == (few, 101)
    deepest = Comment.objects.get(pk=root.pk + 31)
    assert count(deepest) == (few, 32)


def test_where_it_came_from_until_it_is_forgotten(client, moderator, chat):
    comment = held(chat, referrer="https://example.org/from")
    CommentSettings.load().save()
    CommentSettings.objects.update(forget_after=10)
    shown = words(page_of(client.get(f"{QUEUE}{comment.pk}/")).cssselect("main")[0])
    for part in ("ines@example.org (not proven)", "192.0.2.7", "Firefox", "example.org/from"):
        assert part in shown
    day = timezone.localtime(comment.created_at + timedelta(days=10))
    assert re.search(rf"are forgotten on {day:%b}\w*\.? {day.day}, {day.year}\.", shown)
    Comment.objects.update(ip=None, agent="", referrer="")
    shown = words(page_of(client.get(f"{QUEUE}{comment.pk}/")).cssselect("main")[0])
    assert "192.0.2.7" not in shown
    assert "is not kept" in shown


def test_others_from_the_same_address(client, moderator, chat):
    comment = held(chat)
    make_comment(chat, email="INES@example.org")
    make_comment(chat)
    held(chat, state="spam")
    held(chat, email="theo@example.org")
    links = page_of(client.get(f"{QUEUE}{comment.pk}/")).cssselect(".others a")
    assert [words(link) for link in links] == ["2 published", "1 spam"]
    assert len(entries(client.get(links[0].get("href")))) == 2


def test_reports_are_read_and_settled(client, moderator, chat):
    comment = make_comment(chat)
    Report.objects.create(comment=comment, said="<b>Rude</b>\nPlease look.")
    [entry] = entries(client.get(QUEUE, {"state": "reported"}))
    assert "reported" in words(entry)
    page = page_of(client.get(f"{QUEUE}{comment.pk}/"))
    [report] = page.cssselect(".reports li")
    assert "<b>Rude</b>Please look." in words(report)
    assert not report.cssselect("b")
    [form] = page.cssselect("form[action$=settle\\/]")
    response = client.post(form.get("action"), dict(form.form_values()), follow=True)
    assert "The report is settled." in told(response)
    assert not entries(client.get(QUEUE, {"state": "reported"}))
    page = page_of(client.get(f"{QUEUE}{comment.pk}/"))
    assert "(settled)" in words(page.cssselect(".reports li")[0])
    assert "report settled by Mara Lindqvist" in words(page.cssselect(".history")[0])
    assert not page.cssselect("form[action$=settle\\/]")


def test_history_tells_who_did_what_and_takes_the_last_back(client, moderator, chat):
    comment, other = held(chat), held(chat)
    both = Comment.objects.filter(pk__in=[comment.pk, other.pk])
    Decision.objects.create(comment=comment, deed=Deed.SENT, after="held")
    Decision.objects.create(comment=comment, deed=Deed.SPAM, by="Akismet", after="spam")
    moderation.decide(both, Deed.DELETE, moderator)
    moderation.decide(both, Deed.APPROVE, moderator)
    address = f"{QUEUE}{comment.pk}/"
    history = page_of(client.get(address)).cssselect(".history > li")
    shown = [words(step) for step in history]
    assert "approved by Mara Lindqvist (deleted → published)" in shown[0]
    assert "together with 1 other" in shown[0]
    assert "deleted by Mara Lindqvist (held → deleted)" in shown[1]
    assert "marked as spam by Akismet" in shown[2]
    assert "sent by a reader" in shown[3]
    forms = [step.cssselect("form") for step in history]
    assert [len(found) for found in forms] == [1, 0, 0, 0]
    form = forms[0][0]
    response = client.post(form.get("action"), dict(form.form_values()), follow=True)
    assert "2 comments are as before." in told(response)
    assert response.redirect_chain == [(address, 302)]
    history = page_of(client.get(address)).cssselect(".history > li")
    assert "undone by Mara Lindqvist (published → deleted) · approved" in words(history[0])
    assert not history[0].getparent().cssselect("form")


def test_undo_says_what_it_left(client, moderator, chat):
    made = [held(chat) for _n in range(3)]
    everything = Comment.objects.all()
    batch = moderation.decide(everything, Deed.APPROVE, moderator).batch
    moderation.decide(Comment.objects.filter(pk=made[0].pk), Deed.SPAM, moderator)
    address = reverse("moderation:undo")
    said = told(client.post(address, {"batch": batch}, follow=True))
    assert "2 comments are as before." in said
    assert "1 comment was left as it is" in said
    for wrong in ("no such", "", "x" * 13):
        assert "as before" not in told(client.post(address, {"batch": wrong}, follow=True))


def test_approve_and_reply_in_one_step(client, moderator, chat):
    comment = held(chat)
    address = f"{QUEUE}{comment.pk}/"
    [form] = page_of(client.get(address)).cssselect("form[action$=answer\\/]")
    data = dict(form.form_values())
    response = client.post(form.get("action"), {**data, "answer-text": " \u200b "})
    assert response.status_code == 422
    comment.refresh_from_db()
    assert comment.state == State.HELD
    text = "Thank you.\n\nWe do so too."
    response = client.post(form.get("action"), {**data, "answer-text": text}, follow=True)
    assert "Your reply is published." in told(response)
    comment.refresh_from_db()
    reply = comment.replies.get()
    assert comment.is_published
    assert (reply.text, reply.name, reply.user, reply.state) == (
        text,
        "Mara Lindqvist",
        moderator,
        State.PUBLISHED,
    )


def test_what_was_typed_is_kept_when_it_is_refused(client, moderator, chat):
    comment = held(chat)
    data = {"answer-text": "x" * 10_001, "answer-shown_at": now()}
    response = client.post(f"{QUEUE}{comment.pk}/answer/", data)
    assert response.status_code == 422
    page = html.fromstring(response.content.decode())
    assert page.cssselect("#id_answer-text")[0].text.strip() == "x" * 10_001
    assert "at most 10000" in words(page.cssselect("main")[0])


def test_personal_data_is_struck_out(client, moderator, chat):
    said = "Card 21234567890123 waits."
    reasons = [{"rule": "barcode", "said": "21234567890123"}]
    comment = held(chat, said, reasons=reasons)
    address = f"{QUEUE}{comment.pk}/"
    [form] = page_of(client.get(address)).cssselect("form[action$=strike\\/]")
    data = dict(form.form_values())
    assert data["strike-text"].strip() == said
    data["strike-text"] = "Card … waits."
    response = client.post(form.get("action"), data, follow=True)
    assert "The original is erased." in told(response)
    assert "21234567890123" not in response.content.decode()
    assert response.redirect_chain == [(address, 302)]
    row = Comment.objects.filter(pk=comment.pk).values().get()
    assert "21234567890123" not in str(row)
    assert row["state"] == State.HELD
    empty = client.post(form.get("action"), {**data, "strike-text": " "})
    assert empty.status_code == 422
    assert b'<details class="one-strike" open>' in empty.content


def test_a_comment_is_put_to_the_next_chat(client, sign_in, chat):
    sign_in("Editors")
    comment = held(chat, "Who pays for a lost box?")
    address = reverse("moderation:next_meeting", args=[comment.pk])
    assert "No chat is ahead" in told(client.post(address, follow=True))
    ahead = make_chat("2099-03-06", title="What comes <b>next</b>")
    response = client.post(address, {"next": QUEUE}, follow=True)
    assert "It was put to “What comes <b>next</b>”." in told(response)
    assert response.redirect_chain == [(f"{QUEUE}{comment.pk}/?next=%2Fadmin%2Fcomments%2F", 302)]
    assert ahead.call.notes.get().title == "Who pays for a lost box?"


def test_of_an_erased_comment_there_is_only_the_place(client, moderator, chat):
    comment = make_comment(chat, "", name="", email="", state="deleted")
    page = page_of(client.get(f"{QUEUE}{comment.pk}/"))
    assert "Its place is kept" in words(page.cssselect("main")[0])
    assert not page.cssselect("main .one form")
    send(client, one=f"approve-{comment.pk}")
    for name in ("answer", "strike"):
        data = {f"{name}-text": "Here", f"{name}-shown_at": now()}
        assert client.post(f"{QUEUE}{comment.pk}/{name}/", data).status_code == 404
    comment.refresh_from_db()
    assert (comment.state, comment.text) == (State.DELETED, "")


# Around it.


def test_nothing_that_is_typed_becomes_markup(client, moderator, chat):
    evil = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{ 7|add:7 }}"
    fields = {"name": evil[:100], "library": evil[:100], "text": evil, "email": '"<b>"@example.org'}
    root = make_comment(chat, **fields)
    reasons = [{"rule": "words", "said": evil}, {"rule": evil, "said": evil}]
    comment = held(chat, **fields, parent=root, reasons=reasons, referrer=evil)
    Comment.objects.update(agent=evil)
    Decision.objects.create(comment=comment, deed=Deed.SENT, by=evil, note=evil, after="held")
    Report.objects.create(comment=comment, said=evil)
    for address in (QUEUE, f"{QUEUE}{comment.pk}/", f"{QUEUE}?q={evil}&state=all"):
        page = page_of(client.get(address))
        assert not page.cssselect("main img, main script:contains('alert')")
        assert not page.xpath(
            "//main//*[@onerror or @*[contains(., 'alert(1)')][name() != 'value']]"
        )
        assert "{{ 7|add:7 }}" in words(page.cssselect("main")[0])


def test_mail_at_each_moderators_pace(client, moderator):
    address = reverse("moderation:mail")
    assert "a mail for each, at once" in words(page_of(client.get(QUEUE)).cssselect("main")[0])
    long_ago = timezone.now() - timedelta(days=9)
    ModeratorMail.objects.create(user=moderator, pace=Pace.NEVER, told_at=long_ago)
    [chosen] = page_of(client.get(address)).cssselect("input[checked]")
    assert chosen.get("value") == "never"
    response = client.post(address, {"pace": "hourly"}, follow=True)
    assert "From now on: one mail an hour." in told(response)
    choice = ModeratorMail.objects.get()
    assert choice.pace == Pace.HOURLY
    assert choice.told_at > long_ago + timedelta(days=8)
    assert client.post(address, {"pace": "daily"}).status_code == 422
    assert ModeratorMail.objects.get().pace == Pace.HOURLY


def test_how_the_spam_service_fares(client, moderator, chat, settings):
    def said():
        return words(page_of(client.get(QUEUE)).cssselect(".queue-condition")[0])

    settings.AKISMET_KEY = ""
    assert said() == "The rules alone decide: no Akismet key is set."
    settings.AKISMET_KEY = "secret"
    assert said() == ""
    held(chat, reasons=[{"rule": "akismet_slow", "said": ""}])
    held(chat, reasons=[{"rule": "akismet_down", "said": "No route to host"}])
    held(chat, reasons=[{"rule": "akismet_key", "said": "invalid"}], state="published")
    DroppedOnDay.objects.create(day=timezone.localdate(), count=2)
    DroppedOnDay.objects.create(day=timezone.localdate() - timedelta(days=40), count=9)
    assert "Akismet cannot be reached: No route to host." in said()
    assert "2 comments wait for its verdict, the first sent on" in said()
    assert "2 comments were dropped unseen as blatant spam in the last 30 days." in said()
    needs = [need.said for need in needs_of_comments(moderator)]
    assert needs[-1] == "Akismet cannot be reached: comments wait for it."


def test_what_needs_a_hand_today(client, moderator, chat):
    assert not list(needs_of_comments(moderator))
    yesterday = timezone.now() - timedelta(days=1)
    held(chat, created_at=yesterday)
    held(chat)
    Report.objects.create(comment=make_comment(chat), at=yesterday)
    needs = list(needs_of_comments(moderator))
    assert [need.said for need in needs] == [
        "2 comments wait to be read.",
        "1 comment was reported by readers.",
    ]
    assert {need.due_on for need in needs} == {timezone.localdate(yesterday)}
    for need in needs:
        assert entries(client.get(need.href))


def test_the_menu_counts_what_waits_in_one_query(client, moderator, chat):
    for _n in range(3):
        held(chat)
    client.get("/admin/")
    with CaptureQueriesContext(connection) as queries:
        assert "Comments (3)" in client.get("/admin/account/").content.decode()
    counts = [one["sql"] for one in queries.captured_queries if "comments_comment" in one["sql"]]
    assert len(counts) == 1


def test_the_rules_are_led_to_for_who_may_change_them(client, sign_in):
    sign_in("Administrators")
    page = page_of(client.get(QUEUE))
    links = [link.get("href") for link in page.cssselect("main a") if "Rules of" in words(link)]
    assert links
    for link in links:
        assert client.get(link, follow=True).status_code == 200


def test_a_moderator_is_not_led_to_the_rules(client, moderator):
    assert b"commentsettings" not in client.get(QUEUE).content


def test_a_page_leads_to_its_comments(client, sign_in, chat):
    sign_in("Editors")
    held(chat)
    make_comment(chat)
    make_comment(make_chat("2024-05-01"))
    page = page_of(client.get(f"/admin/pages/{chat.pk}/edit/"))
    [link] = [link for link in page.cssselect("a") if words(link) == "Comments (2)"]
    assert len(entries(client.get(link.get("href")))) == 2


def test_who_may_not_moderate_is_not_led_there_from_a_page(client, sign_in):
    user = sign_in("Guest hosts")
    chat = make_chat("2024-03-06", live=False)
    Page.objects.filter(pk=chat.pk).update(owner=user)
    response = client.get(f"/admin/pages/{chat.pk}/edit/")
    assert response.status_code == 200
    assert b"/admin/comments/" not in response.content
