"""Parts of the blog's pages that are kept for all readers: nobody's own is in them."""

import pytest
from django.test import Client

from blog import lists
from blog.models import Category
from comments import threads
from comments.models import CommentSettings, Discussion, State
from tests.factories.blog import make_post
from tests.factories.comments import make_comment
from tests.kept_parts import (
    asked,
    assert_answers_as_made_anew,
    assert_asks_little,
    assert_nobodys_own,
    keep_parts,
    kept,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(autouse=True)
def _keeping(settings, tmp_path, monkeypatch, db) -> None:
    keep_parts(settings, monkeypatch, tmp_path / "pages")
    monkeypatch.setattr(lists, "POSTS_PER_PAGE", 2)
    monkeypatch.setattr(threads, "THREADS_ON_A_PAGE", 2)
    # It is written where there is none yet.
    CommentSettings.load()


@pytest.fixture
def post():
    questions = ("questions", {"title": "", "questions": ["How many days?"]})
    post = make_post("Maps by courier", "2024-05-02", tags=["maps"], body=[questions])
    (asked,) = post.discussed_questions
    for n in range(5):
        make_comment(post, text=f"Said {n}.")
    make_comment(post, text="Seven.", about=asked)
    make_comment(post, text="Held back.", state=State.HELD)
    return post


@pytest.fixture
def addresses(post) -> list[str]:
    """Each kind of page that keeps parts, with what they are told apart by."""
    category = Category.objects.create(name="Couriers", slug="couriers")
    for n in range(1, 4):
        make_post(f"Post {n}", f"2023-0{n}-01", tags=["maps"], authors=["Jo"], category=category)
    closed = make_post("Closed", "2022-02-02", discussion_state=Discussion.CLOSED)
    off = make_post("Off", "2022-02-03", discussion_state=Discussion.OFF)
    return [
        *("/blog/", "/blog/?page=2", "/blog/?page=9", "/blog/?page=2&from=mail"),
        *("/blog/tags/maps/", "/blog/tags/maps/?page=2", "/blog/by/jo/", "/blog/by/jo/?page=2"),
        *("/blog/category/couriers/", "/blog/2023/", "/blog/2023/2/", "/blog/2024/"),
        *(post.url, f"{post.url}?comments=2", f"{post.url}?comments=3"),
        *(closed.url, off.url, "/blog/post-1/", "/blog/post-3/"),
    ]


def test_what_is_kept_answers_as_what_is_made_anew(client, addresses):
    client.cookies["author"] = "somebody"
    assert_answers_as_made_anew(client, addresses)


def test_what_is_kept_is_nobodys_own(admin_client, admin_user, addresses, post):
    known = Client()
    known.cookies["author"] = "c0ffee"
    stamp = known.get(f"/comments/on/{post.pk}/stamp/").json()
    own = [*filter(None, stamp.values()), known.cookies["csrftoken"].value, "c0ffee"]
    own += [admin_user.email, *(comment.email for comment in post.discussion.all())]
    assert_nobodys_own(admin_client, known, addresses, own)


@pytest.mark.parametrize("query", ["from=m4il", "page=m4il", "comments=m4il", "comments=2&a=m4il"])
def test_what_one_reader_adds_to_an_address_is_shown_to_no_other(client, post, query):
    client.cookies["author"] = "somebody"
    for address in ("/blog/", post.url):
        asked(client, f"{address}?{query}")
        assert "m4il" not in asked(client, address)
    assert kept()
    assert not [part for part in kept() if "m4il" in part]


def test_pages_of_comments_that_are_not_there_are_not_kept_by_themselves(client, post):
    client.cookies["author"] = "somebody"
    last = asked(client, f"{post.url}?comments=3")
    count = len(kept())
    for number in ("4", "99999", "-1"):
        assert asked(client, f"{post.url}?comments={number}") == last
    assert len(kept()) == count


def test_a_page_of_which_all_is_kept_asks_little(client, addresses):
    client.cookies["author"] = "somebody"
    assert_asks_little(client, addresses)


def test_what_is_written_is_seen_at_once(client, post):
    client.cookies["author"] = "somebody"
    assert "Said 0." in asked(client, post.url)
    comment = post.discussion.first()
    comment.text = "Said anew."
    comment.save()
    assert "Said anew." in asked(client, post.url)
    assert "Boxes by courier" not in asked(client, "/blog/")
    make_post("Boxes by courier", "2024-06-01")
    assert "Boxes by courier" in asked(client, "/blog/")
    assert "Boxes by courier" in asked(client, post.url)


def test_a_draft_is_looked_at_as_it_is(client, rf, post):
    client.cookies["author"] = "somebody"
    post.title = "Maps by bus"

    def drafted() -> str:
        looked_at = rf.get(post.url, HTTP_HOST="localhost")
        return post.make_preview_request(original_request=looked_at).render().content.decode()

    assert "Maps by bus" in drafted()
    assert "Maps by bus" not in asked(client, post.url)
    assert "Maps by courier" not in drafted()
