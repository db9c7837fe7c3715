"""What the admin's first screen asks somebody to do for guides."""

import datetime

import pytest
from django.utils import timezone

from guides.models import Feedback, GuidePage
from guides.needs import MOST, needs_of_guides
from guides.reviewing import read_through
from tests.comments.pages import parsed, text_of
from tests.factories.guides import make_guide
from tests.guides.conftest import staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def make_old(title: str, days: int = 400) -> GuidePage:
    guide = make_guide(title)
    first = timezone.now() - datetime.timedelta(days=days)
    GuidePage.objects.filter(pk=guide.pk).update(first_published_at=first)
    return guide


def test_guides_that_are_overdue_stand_on_the_first_screen(admin, editor):
    guide = make_old("Renewals")
    make_guide("New")
    (need,) = needs_of_guides(editor)
    assert need.said == "Read “Renewals” through: is it still right?"
    assert need.is_late
    link = parsed(admin.get("/admin/")).cssselect(".today a")[0]
    assert (text_of(link), link.get("href")) == (need.said, f"/admin/pages/{guide.pk}/edit/")
    read_through(guide, editor)
    assert not list(needs_of_guides(editor))


def test_readers_words_are_counted_and_answers_without_words_are_not(editor):
    guide = make_guide()
    Feedback.objects.create(guide=guide, helped=True)
    assert not list(needs_of_guides(editor))
    for words in ("Which form?", "Thanks."):
        Feedback.objects.create(guide=guide, helped=False, words=words)
    (need,) = needs_of_guides(editor)
    assert need.said == "2 readers wrote a word on a guide."
    assert need.href == "/admin/guides/desk/feedback/"
    Feedback.objects.update(settled_at=timezone.now())
    assert not list(needs_of_guides(editor))


@pytest.mark.parametrize("role", ["Moderators", "Organisers", "Guest hosts"])
def test_nobody_is_asked_for_what_they_may_not_do(role):
    Feedback.objects.create(guide=make_old("Renewals"), helped=False, words="Which form?")
    assert not list(needs_of_guides(staff(role)))


def test_twenty_at_most_in_as_many_queries_as_for_one(editor, django_assert_max_num_queries):
    Feedback.objects.create(guide=make_old("Guide"), helped=False, words="Which form?")
    for number in range(MOST + 5):
        make_old(f"Guide {number}", 401 + number)
    with django_assert_max_num_queries(6):
        asked = list(needs_of_guides(editor))
    assert len(asked) == MOST
    assert f"Guide {MOST + 4}" in asked[1].said, "the longest overdue are among them"
