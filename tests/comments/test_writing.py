"""A comment from the form to the page, as readers of all kinds send it."""

import threading

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from comments.models import Comment, CommentSettings, State
from comments.proving import own_address, proof_address, take_as_proven
from comments.submitting import MANY_IN_A_MOMENT, MOST_AN_HOUR
from tests.comments.pages import (
    WRITTEN,
    form_fields,
    parsed,
    path_of,
    send,
    stamp,
    text_of,
)
from tests.factories.chats import make_chat
from tests.factories.comments import make_comment

pytestmark = pytest.mark.django_db


def rules(comment: Comment) -> list[str]:
    return comment.rules


def prove_in(client, comment) -> None:
    response = client.post(path_of(proof_address(comment)), {})
    assert response.status_code == 200


def test_form_on_the_page_holds_neither_token_nor_stamp(client, post):
    tree = parsed(client.get(post.url))
    fields = form_fields(tree)
    assert "csrfmiddlewaretoken" not in fields
    assert fields["stamp"] == ""
    assert not client.get(post.url).cookies


def test_without_script_a_preview_comes_first(client, post):
    shown = client.post(f"/comments/on/{post.pk}/", WRITTEN)
    tree = parsed(shown)
    assert shown.status_code == 200
    assert "before it is sent" in text_of(tree)
    assert not Comment.objects.exists()
    sent = client.post(f"/comments/on/{post.pk}/", form_fields(tree))
    assert sent.status_code == 303
    comment = Comment.objects.get()
    assert comment.text == WRITTEN["text"]
    waiting = client.get(sent["Location"])
    assert "waits for one of us" in text_of(parsed(waiting))


def test_preview_can_be_changed(client, post):
    tree = parsed(client.post(f"/comments/on/{post.pk}/", {**WRITTEN, "wants_replies": "on"}))
    again = client.post(f"/comments/on/{post.pk}/", {**form_fields(tree), "step": "edit"})
    fields = form_fields(parsed(again))
    assert fields["text"] == WRITTEN["text"]
    assert fields["email"] == WRITTEN["email"]
    assert fields["wants_replies"] == "on"


def test_newcomer_is_held_and_not_shown(client, post):
    response = send(client, post)
    comment = Comment.objects.get()
    assert comment.state == State.HELD
    assert rules(comment) == ["first"]
    assert "We pack ours" not in client.get(post.url).content.decode()
    own = parsed(client.get(response["Location"]))
    assert "We pack ours" in text_of(own)
    assert "ines@example.org" not in client.get(response["Location"]).content.decode()


def test_own_page_is_for_who_has_the_link(client, post):
    comment = make_comment(post, state=State.HELD)
    assert client.get(own_address(comment)).status_code == 200
    assert client.get(f"/comments/{comment.key}/yours/forged/").status_code == 404
    assert client.get(f"/comments/{comment.key}/").status_code == 404


def test_a_returning_author_is_trusted_once_the_address_is_proven(client, post):
    first = make_comment(post)
    send(client, post, text="Said again.")
    assert rules(Comment.objects.get(text="Said again.")) == ["unproven"]
    prove_in(client, first)
    response = send(client, post, text="Now it is me.")
    comment = Comment.objects.get(text="Now it is me.")
    assert comment.state == State.PUBLISHED
    assert response["Location"].endswith(f"#comment-{comment.key}")
    assert "Now it is me." in client.get(post.url).content.decode()


def test_proof_holds_in_one_browser_for_one_address(client, post):
    prove_in(client, make_comment(post))
    send(client, post, email="other@example.org", name="Somebody", text="Mine?")
    assert Comment.objects.get(text="Mine?").state == State.HELD
    send(Client(), post, text="From elsewhere.")
    assert Comment.objects.get(text="From elsewhere.").state == State.HELD


def test_following_the_proof_link_proves_nothing(client, post):
    comment = make_comment(post)
    for ask in (client.get, client.head):
        assert ask(path_of(proof_address(comment))).status_code == 200
    assert not Comment.objects.get().is_proven
    assert "author" not in client.cookies


def test_known_name_with_another_address_is_flagged(client, post):
    make_comment(post, is_proven=True)
    send(client, post, name="ｉｎｅｓ  Mоreau".replace("о", "o"), email="fake@example.org")
    assert "name" in rules(Comment.objects.get(email="fake@example.org"))


def test_name_of_a_host_is_flagged(client, post):
    make_chat(hosts=["Ruth Alvarez"])
    send(client, post, name="Ruth Álvarez")
    assert "name" in rules(Comment.objects.get())


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"text": "See https://a.example/x and www.b.example"}, "links"),
        ({"text": "My number is 2 1234 56789 0123"}, "barcode"),
        ({"text": "Call 413-555-0142"}, "phone"),
        ({"text": "Write to me: x@example.com"}, "email"),
        ({"text": "Buy f\u200bré\u0301e replica watches"}, "words"),
        ({"website": "https://spam.example"}, "honeypot"),
        ({"seconds_ago": 0.2}, "too_fast"),
        ({"seconds_ago": 90_000}, "too_old"),
    ],
)
def test_every_rule_is_named(client, post, fields, rule):
    CommentSettings.objects.update_or_create(defaults={"words": "replica\nfree replica"})
    send(client, post, **fields)
    comment = Comment.objects.get()
    assert comment.state == State.HELD
    assert rule in rules(comment)


def test_request_numbers_are_honest_talk_until_asked_for(client, post):
    send(client, post, text="Request 12345678 was late.")
    assert rules(Comment.objects.get()) == ["first"]
    CommentSettings.objects.update_or_create(defaults={"hold_request": True})
    send(client, post, text="Request 12345679 was late.")
    assert "request" in rules(Comment.objects.latest("pk"))


def test_each_rule_can_be_switched_off(client, post):
    off = {name: False for name in vars(CommentSettings()) if name.startswith("hold_")}
    CommentSettings.objects.update_or_create(defaults={**off, "most_links": 0})
    text = "https://a.example www.b.example c.example/d 413-555-0142 2 1234 56789 0123"
    send(client, post, text=text, website="x", seconds_ago=0)
    comment = Comment.objects.get()
    assert (comment.reasons, comment.state) == ([], State.PUBLISHED)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": ""}, "Write your comment here."),
        ({"text": " \u200b\n\u3164 "}, "Write your comment here."),
        ({"name": ""}, "Say who you are"),
        ({"name": "\u202e"}, "Say who you are"),
        ({"email": ""}, "Give an address"),
        ({"email": "nonsense"}, "valid email address"),
        ({"email": "a@example.org\r\nBcc: b@example.org"}, "valid email address"),
        ({"name": "n" * 101}, "at most 100 characters"),
        ({"text": "t" * 10_001}, "at most 10000 characters"),
        ({"email": "a" * 250 + "@example.org"}, "at most 254 characters"),
    ],
)
def test_errors_keep_the_text(client, post, fields, said):
    response = send(client, post, **fields)
    assert response.status_code == 422
    tree = parsed(response)
    assert said in text_of(tree)
    assert form_fields(tree)["library"] == WRITTEN["library"]
    if "text" not in fields:
        assert form_fields(tree)["text"].strip() == WRITTEN["text"]
    assert not Comment.objects.exists()


def test_unseen_characters_are_taken_out(client, post):
    send(client, post, text="Left\0 \u202eright\u2066\r\n\r\n\r\nbelow", name="I\u202enes\0")
    comment = Comment.objects.get()
    assert (comment.name, comment.text) == ("Ines", "Left right\n\nbelow")


def test_too_large_a_body_is_refused(client, post):
    response = send(client, post, text="x" * 1_100_000)
    assert response.status_code == 413
    assert "10,000 characters" in text_of(parsed(response))


def test_same_text_twice_is_one_comment(client, post):
    first = send(client, post)
    again = send(client, post, text="We  pack ours in pairs. ")
    assert Comment.objects.count() == 1
    assert again["Location"] == first["Location"]


def test_same_text_elsewhere_is_another(client, post):
    parent = make_comment(post, email="a@example.org", name="A")
    send(client, post)
    send(client, post, parent=parent.key)
    send(client, make_chat())
    assert Comment.objects.exclude(pk=parent.pk).count() == 3


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_make_one_comment(post):
    answers = []

    def run():
        try:
            answers.append(send(Client(REMOTE_ADDR="198.51.100.9"), post).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Comment.objects.count() == 1
    assert set(answers) == {303}


def test_many_from_one_address_are_held_then_refused(client, post):
    CommentSettings.objects.update_or_create(defaults={"hold_first": False})
    answers = []
    for n in range(200):
        email = f"a{n}@example.org"
        answers.append(send(client, post, text=f"Number {n}", email=email, name=f"N {n}"))
    assert [answer.status_code for answer in answers].count(429) == 200 - MOST_AN_HOUR
    assert form_fields(parsed(answers[-1]))["text"].strip() == "Number 199"
    assert Comment.objects.count() == MOST_AN_HOUR
    assert Comment.objects.with_rule("flood").count() == MOST_AN_HOUR - MANY_IN_A_MOMENT
    colleague = Client(REMOTE_ADDR="198.51.100.77")
    send(colleague, post, text="I am another.", email="other@example.org", name="Other")
    assert Comment.objects.get(text="I am another.").state == State.PUBLISHED


def test_one_household_is_one_client(post):
    CommentSettings.objects.update_or_create(defaults={"hold_first": False})
    for n in range(MANY_IN_A_MOMENT + 1):
        client = Client(REMOTE_ADDR=f"2001:db8:1:2::{n + 1:x}")
        send(client, post, text=f"Number {n}", email=f"a{n}@example.org", name=f"N {n}")
    assert Comment.objects.latest("pk").rules == ["flood"]
    assert Comment.objects.latest("pk").ip == f"2001:db8:1:2::{MANY_IN_A_MOMENT + 1:x}"


def test_forwarded_addresses_count_only_from_a_proxy_of_ours(client, post):
    send(client, post, text="One")
    client.post(
        f"/comments/on/{post.pk}/",
        {**WRITTEN, "text": "Two", "stamp": stamp()},
        headers={"X-Forwarded-For": "203.0.113.4"},
    )
    assert set(Comment.objects.values_list("ip", flat=True)) == {"127.0.0.1"}
    with override_settings(TRUSTED_PROXIES=["127.0.0.1"]):
        client.post(
            f"/comments/on/{post.pk}/",
            {**WRITTEN, "text": "Three", "stamp": stamp()},
            headers={"X-Forwarded-For": "10.9.9.9, 203.0.113.4"},
        )
    assert Comment.objects.get(text="Three").ip == "203.0.113.4"


def test_closed_pages_take_nothing_and_lose_nothing(client, post):
    CommentSettings.objects.update_or_create(defaults={"closed_after": 30})
    long_ago = timezone.now() - timezone.timedelta(days=31)
    type(post).objects.filter(pk=post.pk).update(first_published_at=long_ago)
    response = send(client, post)
    assert response.status_code == 403
    assert WRITTEN["text"] in text_of(parsed(response))
    assert not Comment.objects.exists()
    assert "Comments are closed here." in text_of(parsed(client.get(post.url)))


@pytest.mark.parametrize("state", ["closed", "off"])
def test_comments_can_be_closed_or_off_by_page(client, post, state):
    make_comment(post, "Said before.")
    type(post).objects.filter(pk=post.pk).update(discussion_state=state)
    assert send(client, post).status_code in (403, 404)
    shown = client.get(post.url).content.decode()
    assert ("Said before." in shown) == (state == "closed")
    assert Comment.objects.count() == 1


def test_drafts_and_unknown_pages_have_no_form(client, post):
    post.unpublish()
    assert client.get(f"/comments/on/{post.pk}/").status_code == 404
    assert send(client, post).status_code == 404
    assert client.get("/comments/on/1/").status_code == 404


def test_staff_publish_at_once_under_their_own_name(client, post):
    user = get_user_model().objects.create_superuser(
        "ruth@example.org", "x", first_name="Ruth", last_name="Alvarez"
    )
    client.force_login(user)
    send(client, post, name="", email="", text="From the team: https://a.example www.b.example")
    comment = Comment.objects.get()
    assert comment.state == State.PUBLISHED
    assert (comment.name, comment.email, comment.user) == ("Ruth Alvarez", user.email, user)
    assert "of the team" in client.get(post.url).content.decode()


def test_another_site_cannot_speak_for_staff(post):
    client = Client(enforce_csrf_checks=True)
    user = get_user_model().objects.create_superuser("ruth@example.org", "x")
    client.force_login(user)
    response = client.post(
        f"/comments/on/{post.pk}/",
        {**WRITTEN, "stamp": stamp()},
        headers={"Origin": "https://evil.example"},
    )
    assert response.status_code == 200
    assert "before it is sent" in text_of(parsed(response))
    without_origin = client.post(f"/comments/on/{post.pk}/", {**WRITTEN, "stamp": stamp()})
    assert "before it is sent" in text_of(parsed(without_origin))
    assert not Comment.objects.exists()
    sent = client.post(f"/comments/on/{post.pk}/", form_fields(parsed(without_origin)))
    assert sent.status_code == 303
    assert Comment.objects.get().user == user


def test_another_site_cannot_speak_for_a_proven_author(post):
    client = Client(enforce_csrf_checks=True)
    comment = make_comment(post)
    page = client.get(path_of(proof_address(comment)))
    client.post(path_of(proof_address(comment)), form_fields(parsed(page)))
    evil = {"Origin": "https://evil.example"}
    client.post(f"/comments/on/{post.pk}/", {**WRITTEN, "stamp": stamp()}, headers=evil)
    assert Comment.objects.count() == 1


def test_a_browser_without_cookies_can_write(post):
    client = Client(enforce_csrf_checks=True)
    tree = parsed(client.post(f"/comments/on/{post.pk}/", WRITTEN))
    client.cookies.clear()
    sent = client.post(f"/comments/on/{post.pk}/", form_fields(tree))
    assert sent.status_code == 303
    assert Comment.objects.get().state == State.HELD


def test_script_gets_stamp_and_token(client, post):
    answer = client.get(f"/comments/on/{post.pk}/stamp/")
    assert answer["Cache-Control"].startswith("max-age=0, no-cache")
    send(client, post, stamp=answer.json()["stamp"])
    assert Comment.objects.get().rules == ["first", "too_fast"]


def test_script_learns_the_name_of_those_who_write_as_staff_alone(client, post):
    address = f"/comments/on/{post.pk}/stamp/"
    assert client.get(address).json()["name"] == ""
    host = get_user_model().objects.create_user("host@example.org", first_name="Gus")
    host.groups.add(Group.objects.get(name="Guest hosts"))
    client.force_login(host)
    assert client.get(address).json()["name"] == ""
    client.force_login(
        get_user_model().objects.create_superuser("r@example.org", first_name="Ruth")
    )
    assert client.get(address).json()["name"] == "Ruth"


def test_a_reply_stands_under_what_it_answers(client, post):
    parent = make_comment(post, name="A", email="a@example.org")
    page = parsed(client.get(f"/comments/{parent.key}/reply/"))
    assert "Reply to A" in text_of(page)
    fields = form_fields(page)
    assert fields["parent"] == parent.key
    client.post(f"/comments/on/{post.pk}/", {**fields, **WRITTEN, "stamp": stamp()})
    reply = Comment.objects.latest("pk")
    assert (reply.parent, reply.thread) == (parent, parent)


def test_a_reply_to_what_is_gone_stands_by_itself(client, post):
    gone = make_comment(post, state=State.DELETED, name="A", email="a@example.org")
    elsewhere = make_comment(make_chat(), name="B", email="b@example.org")
    for n, key in enumerate([gone.key, elsewhere.key, "nonsense", "x" * 500]):
        send(client, post, parent=key, text=f"Reply {n}")
    replies = Comment.objects.filter(text__startswith="Reply")
    assert {reply.parent for reply in replies} == {None}


def test_an_author_edits_for_some_minutes(client, post):
    send(client, post)
    comment = Comment.objects.get()
    page = client.get(f"/comments/{comment.key}/edit/")
    assert page.status_code == 200
    done = client.post(f"/comments/{comment.key}/edit/", {"text": "Changed. http://a.example"})
    assert done.status_code == 303
    comment.refresh_from_db()
    assert comment.text == comment.text_as_sent == "Changed. http://a.example"
    assert comment.edited_at
    assert Client().get(f"/comments/{comment.key}/edit/").status_code == 403


def test_an_edit_is_moderated_again(client, post):
    prove_in(client, make_comment(post))
    send(client, post, text="Fine.")
    comment = Comment.objects.get(text="Fine.")
    assert comment.is_published
    words = "Now see https://a.example and https://b.example"
    client.post(f"/comments/{comment.key}/edit/", {"text": words})
    comment.refresh_from_db()
    assert (comment.state, comment.rules) == (State.HELD, ["links"])
    assert "a.example" not in client.get(post.url).content.decode()


def test_the_time_to_edit_ends(client, post):
    CommentSettings.objects.update_or_create(defaults={"edit_minutes": 0})
    send(client, post)
    comment = Comment.objects.get()
    refused = client.post(f"/comments/{comment.key}/edit/", {"text": "Too late, kept."})
    assert refused.status_code == 403
    assert "Too late, kept." in text_of(parsed(refused))


def test_what_a_moderator_decided_is_not_the_authors_to_change(client, post):
    send(client, post)
    Comment.objects.update(state=State.DELETED)
    comment = Comment.objects.get()
    assert client.post(f"/comments/{comment.key}/edit/", {"text": "Back"}).status_code == 403
    assert Comment.objects.get().text == WRITTEN["text"]


def test_readers_report(client, post):
    comment = make_comment(post)
    tree = parsed(client.get(f"/comments/{comment.key}/report/"))
    fields = {**form_fields(tree), "said": "It names a borrower.", "stamp": stamp()}
    assert client.post(f"/comments/{comment.key}/report/", fields).status_code == 200
    client.post(f"/comments/{comment.key}/report/", fields)
    report = comment.reports.get()
    assert report.said == "It names a borrower."
    assert Comment.objects.reported().get() == comment
    assert Comment.objects.get().is_published


def test_only_published_comments_are_reported(client, post):
    held = make_comment(post, state=State.HELD)
    assert client.get(f"/comments/{held.key}/report/").status_code == 404


def test_take_as_proven_opens_the_address(post):
    from outbox.addresses import address_of

    take_as_proven(make_comment(post))
    assert address_of("INES@example.org").proven_at


@pytest.mark.parametrize("holds", [True, False])
def test_says_that_a_first_comment_waits_where_it_does(client, post, holds):
    CommentSettings.objects.update_or_create(defaults={"hold_first": holds})
    for address in (post.url, "/comments/rules/"):
        said = text_of(parsed(client.get(address)))
        assert ("The first comment from an address waits" in said) is holds, address
