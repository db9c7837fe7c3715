"""Posts and comments in the search."""

import pytest
from taggit.models import Tag
from wagtail.models import PageViewRestriction

from comments.models import Comment, Deed, State
from comments.moderation import decide, undo
from people.models import Person
from search.engines import Narrowing
from search.models import Entry
from search.results import find
from tests.factories.blog import make_post
from tests.factories.comments import make_comment

pytestmark = pytest.mark.django_db


def refs(kind: str) -> list[str]:
    return sorted(Entry.objects.filter(kind=kind).values_list("title", flat=True))


def hits(words: str) -> list[tuple[str, str]]:
    return [(hit.entry.kind, hit.href) for hit in find(words, Narrowing()).hits]


def test_a_post_is_found_by_its_text_author_and_tag(client):
    post = make_post(
        "Labels",
        authors=["Winona Farrow"],
        tags=["packaging"],
        body=[("text", "<p>Wrap the <b>cartographic</b> sheets.</p>")],
    )
    for words in ("cartographic", "winona farrow", "packaging", "labels"):
        assert ("post", post.url) in hits(words)
    post.unpublish()
    assert hits("cartographic") == []


def test_a_renamed_author_or_tag_is_found_by_the_new_name():
    post = make_post("Labels", authors=["Winona Farrow"], tags=["packaging"])
    person, tag = Person.objects.get(), Tag.objects.get()
    person.name = "Winona Marsh"
    person.save()
    tag.name = "wrapping"
    tag.save()
    assert hits("wrapping") == [("post", post.url)]
    assert hits("marsh") == [("person", person.get_absolute_url()), ("post", post.url)]


def test_a_published_comment_is_found_at_its_own_address(admin_user):
    post = make_post()
    comment = make_comment(post, "We use a rubber mallet.", state=State.HELD)
    assert hits("mallet") == []
    done = decide(Comment.objects.all(), Deed.APPROVE, admin_user)
    assert hits("mallet") == [("comment", f"/comments/{comment.key}/")]
    undo(done.batch, admin_user)
    assert hits("mallet") == []
    assert refs("comment") == []


def test_comments_follow_their_page(admin_user):
    post = make_post()
    make_comment(post, "We use a rubber mallet.", state=State.HELD)
    decide(Comment.objects.all(), Deed.APPROVE, admin_user)
    post.title = "Packing books"
    post.save_revision().publish()
    assert refs("comment") == ["Packing books"]
    restriction = PageViewRestriction.objects.create(page=post, restriction_type="login")
    assert refs("comment") == []
    restriction.delete()
    assert refs("comment") == ["Packing books"]
    post.discussion_state = "off"
    post.save_revision().publish()
    assert refs("comment") == []
    post.discussion_state = "closed"
    post.save_revision().publish()
    assert refs("comment") == ["Packing books"]
    post.unpublish()
    assert refs("comment") == []
    post.delete()
    assert not Comment.objects.exists()


def test_an_address_in_a_comment_is_not_found(admin_user):
    comment = make_comment(make_post(), "Write to zelda@example.org", state=State.HELD)
    decide(Comment.objects.filter(pk=comment.pk), Deed.APPROVE, admin_user)
    assert hits("zelda") == []
    assert hits("ines@example.org") == []
