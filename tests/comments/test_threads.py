"""A page's conversation: its order, depth, pages, addresses, and what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.models import Comment, CommentSettings, State
from comments.threads import THREADS_ON_A_PAGE
from core.text import folded
from tests.comments.pages import parsed, path_of, text_of
from tests.factories.blog import make_post
from tests.factories.chats import make_chat
from tests.factories.comments import make_comment

pytestmark = pytest.mark.django_db


def levels(tree) -> list[tuple[str, int]]:
    """Return who speaks in which level, in the order of the page."""
    told = []
    for comment in tree.cssselect("li.comment"):
        name = comment.cssselect(":scope > article .comment-name")
        level = sum(1 for _one in comment.iterancestors("ol"))
        told.append((name[0].text if name else "–", level))
    return told


def chain(page, names: str, **fields) -> list[Comment]:
    comments: list[Comment] = []
    for name in names:
        parent = comments[-1] if comments else None
        comments.append(make_comment(page, name=name, parent=parent, **fields))
    return comments


def test_replies_lie_as_deep_as_the_settings_say(client, post):
    chain(post, "ABCDE")
    assert levels(parsed(client.get(post.url))) == [
        ("A", 1),
        ("B", 2),
        ("C", 3),
        ("D", 3),
        ("E", 3),
    ]
    CommentSettings.objects.update_or_create(defaults={"depth": 5})
    assert [level for _name, level in levels(parsed(client.get(post.url)))] == [1, 2, 3, 4, 5]


def test_branches_stay_together(client, post):
    first, second = make_comment(post, name="A"), make_comment(post, name="B")
    make_comment(post, name="A1", parent=first)
    make_comment(post, name="B1", parent=second)
    a2 = make_comment(post, name="A2", parent=first)
    make_comment(post, name="A2a", parent=a2)
    names = [name for name, _level in levels(parsed(client.get(post.url)))]
    assert names == ["A", "A1", "A2", "A2a", "B", "B1"]


def test_what_is_gone_keeps_the_place_of_its_replies_and_says_nothing(client, post):
    a, b, c = chain(post, "ABC")
    Comment.objects.filter(pk__in=[a.pk, b.pk]).update(state=State.DELETED, text="Secret words")
    response = client.get(post.url)
    assert levels(parsed(response)) == [("–", 1), ("–", 2), ("C", 3)]
    assert "Secret words" not in response.content.decode()
    Comment.objects.filter(pk=c.pk).update(state=State.HELD)
    assert levels(parsed(client.get(post.url))) == []


@pytest.mark.parametrize("state", [State.HELD, State.SPAM, State.DELETED])
def test_only_published_ones_are_shown_and_counted(client, post, state):
    make_comment(post, "Seen.")
    make_comment(post, "Not to be seen.", state=state)
    response = client.get(post.url)
    assert "Not to be seen." not in response.content.decode()
    assert "1 comment" in text_of(parsed(response))


def test_no_address_is_shown_anywhere(client, post):
    make_comment(post, email="private@example.org")
    for url in (post.url, "/comments/feed.xml", f"/comments/on/{post.pk}/feed.xml"):
        assert "private@" not in client.get(url).content.decode()


def test_an_old_permalink_opens_the_right_page(client, post):
    comments = [make_comment(post, f"Number {n}") for n in range(2 * THREADS_ON_A_PAGE + 5)]
    reply = make_comment(post, "Deep in", parent=comments[THREADS_ON_A_PAGE + 3])
    for comment, number in [
        (comments[0], ""),
        (reply, "?comments=2"),
        (comments[-1], "?comments=3"),
    ]:
        response = client.get(f"/comments/{comment.key}/")
        assert response["Location"] == f"{post.url}{number}#comment-{comment.key}"
        shown = parsed(client.get(path_of(response["Location"])))
        assert shown.get_element_by_id(comment.anchor) is not None
    Comment.objects.filter(pk__in=[one.pk for one in comments[:10]]).update(state=State.SPAM)
    response = client.get(f"/comments/{comments[-1].key}/")
    assert "?comments=2#" in response["Location"]


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", "1" * 30])
def test_pages_that_are_not_there(client, post, number):
    make_comment(post)
    assert client.get(post.url, {"comments": number}).status_code == 200


def test_a_permalink_dies_with_its_page(client, post):
    comment = make_comment(post)
    post.unpublish()
    assert client.get(f"/comments/{comment.key}/").status_code == 404
    assert "We pack ours" not in client.get("/comments/feed.xml").content.decode()


def fill(page, count: int) -> None:
    """Keep comments, five deep."""
    now = timezone.now()
    above: list[Comment] = []
    for n in range(count):
        parent = above[-1] if n % 5 else None
        comment = Comment(
            page_id=page.pk,
            parent=parent,
            thread=(parent.thread or parent) if parent else None,
            name=f"Name {n}",
            folded_name=folded(f"Name {n}"),
            email=f"n{n}@example.org",
            text=f"Words {n} https://example.org/{n}",
            state=State.PUBLISHED,
            published_at=now,
            created_at=now + timezone.timedelta(seconds=n),
            announced_at=now,
        )
        comment.save()
        above = [*(above if n % 5 else []), comment]


def queries(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


@pytest.mark.parametrize("make", [make_post, make_chat])
def test_five_hundred_comments_cost_no_more_queries_than_five(client, make):
    page = make()
    fill(page, 5)
    few = queries(client, page.url)
    fill(page, 495)
    assert queries(client, page.url) == few
    tree = parsed(client.get(page.url))
    assert "500 comments" in text_of(tree)
    assert max(level for _name, level in levels(tree)) == 3
    assert len(tree.cssselect("li.comment")) == THREADS_ON_A_PAGE * 5
    assert len(parsed(client.get(page.url, {"comments": 2})).cssselect("li.comment")) == 250


def questions_post(*questions: str):
    return make_post(body=[("questions", {"title": "", "questions": list(questions)})])


def test_each_question_has_an_address_and_a_thread(client, db):
    post = questions_post("How many days?", "Who phones?")
    first, second = post.discussed_questions
    tree = parsed(client.get(post.url))
    assert tree.get_element_by_id(f"question-{first}") is not None
    link = tree.cssselect(f"#question-{second} a[rel=nofollow]")[0].get("href")
    assert "Who phones?" in text_of(parsed(client.get(link)))
    make_comment(post, "Seven.", about=first)
    make_comment(post, "Of the post itself.")
    tree = parsed(client.get(post.url))
    assert "Seven." in text_of(tree.get_element_by_id(f"question-{first}"))
    beneath = text_of(tree.get_element_by_id("comments"))
    assert "Seven." not in beneath
    assert "Of the post itself." in beneath


def test_answers_to_a_question_taken_out_stay_beneath_the_page(client, db):
    post = questions_post("How many days?")
    comment = make_comment(post, "Seven.", about=post.discussed_questions[0])
    assert client.get(f"/comments/{comment.key}/")["Location"].endswith(comment.anchor)
    post.body = []
    post.save_revision().publish()
    assert "Seven." in text_of(parsed(client.get(post.url)).get_element_by_id("comments"))


def test_questions_put_elsewhere_keep_their_threads(client, db):
    post = questions_post("How many days?")
    key = post.discussed_questions[0]
    make_comment(post, "Seven.", about=key)
    block = post.body[0].value["questions"]
    block.bound_blocks[0].value = "How many days do you give?"
    post.save_revision().publish()
    fresh = type(post).objects.get(pk=post.pk)
    assert fresh.discussed_questions == [key]
    assert "Seven." in text_of(parsed(client.get(post.url)).get_element_by_id(f"question-{key}"))
