"""Reading guides through: when one is due, who says that it is right, and where that stands."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry

from guides.models import GuidePage, GuideReview
from guides.reviewing import Refused, overdue, read_through, readings, take_back
from tests.comments.pages import parsed, text_of
from tests.factories.guides import make_guide
from tests.guides.conftest import staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

REPORT = "/admin/reports/guides/"


def published(title: str, days_ago: int, **fields) -> GuidePage:
    guide = make_guide(title, review_every=12, **fields)
    first = timezone.now() - datetime.timedelta(days=days_ago)
    GuidePage.objects.filter(pk=guide.pk).update(first_published_at=first)
    return GuidePage.objects.get(pk=guide.pk)


def reviewed(guide: GuidePage, days_ago: int, by=None) -> GuideReview:
    day = timezone.localdate() - datetime.timedelta(days=days_ago)
    return GuideReview.objects.create(guide=guide, reviewed_on=day, reviewer=by)


def url(name: str, guide: GuidePage) -> str:
    return reverse(f"guide_desk:{name}", args=[guide.pk])


class TestWhenOneIsDue:
    def test_it_counts_from_the_last_review_else_from_publication(self):
        published("New", 10)
        published("Old", 400)
        known = published("Reviewed", 900)
        reviewed(known, 500)
        reviewed(known, 30)
        late = overdue(GuidePage.objects.all())
        assert [one.title for one in late] == ["Old"]
        assert all(one.is_late for one in late)

    def test_the_longest_overdue_first(self):
        published("B", 400)
        published("A", 500)
        published("C", 300)
        assert [one.title for one in readings(GuidePage.objects.all())] == ["A", "B", "C"]

    def test_what_readers_do_not_see_is_never_due(self):
        published("Taken down", 400)
        GuidePage.objects.update(live=False)
        make_guide("Draft", live=False)
        assert not readings(GuidePage.objects.all())

    def test_one_query_whatever_the_number(self, django_assert_num_queries):
        for number in range(3):
            reviewed(published(f"Guide {number}", 400), 380)
        with django_assert_num_queries(1):
            assert len(overdue(GuidePage.objects.all())) == 3


class TestSayingThatOneIsRight:
    def test_is_noted_once_a_day_with_who_and_in_the_history(self, editor):
        guide = published("Old", 400)
        for _time in range(2):
            read_through(guide, editor)
        review = GuideReview.objects.get()
        assert (review.reviewer, review.reviewed_on) == (editor, timezone.localdate())
        assert not overdue(GuidePage.objects.all())
        entry = PageLogEntry.objects.get(page=guide.pk, action="guides.review")
        assert entry.user == editor
        assert "found it right" in entry.message

    @pytest.mark.parametrize("role", ["Moderators", "Organisers", "Guest hosts"])
    def test_only_by_who_may_edit_it(self, client, role):
        guide = published("Old", 400)
        user = staff(role)
        with pytest.raises(PermissionDenied):
            read_through(guide, user)
        with pytest.raises(PermissionDenied):
            take_back(guide, user)
        client.force_login(user)
        for name in ("review", "undo_review"):
            client.post(url(name, guide))
        assert not GuideReview.objects.exists()

    def test_not_of_what_is_not_published(self, editor):
        with pytest.raises(Refused):
            read_through(make_guide(live=False), editor)

    def test_is_taken_back_by_who_said_it(self, editor):
        guide = published("Old", 400)
        other = staff("Editors", "second@example.org")
        read_through(guide, editor)
        assert not take_back(guide, other)
        assert take_back(guide, editor)
        assert not take_back(guide, editor)
        assert not GuideReview.objects.exists()


class TestTheReport:
    def test_overdue_first_then_within_thirty_days(self, admin):
        published("Far", 100)
        published("Soon", 345)
        published("Late", 400)
        rows = parsed(admin.get(REPORT)).cssselect(".guides-reviews tbody tr")
        assert [text_of(row.cssselect(".title a")[0]) for row in rows] == ["Late", "Soon"]
        assert "overdue" in text_of(rows[0])
        assert "overdue" not in text_of(rows[1])
        for when, titles in [("late", ["Late"]), ("all", ["Late", "Soon", "Far"])]:
            rows = parsed(admin.get(REPORT, {"when": when})).cssselect(".guides-reviews .title a")
            assert [text_of(row) for row in rows] == titles

    def test_one_press_says_that_it_is_right_and_another_takes_it_back(self, admin, editor):
        guide = published("Late", 400)
        form = parsed(admin.get(REPORT)).cssselect(".guides-reviews form")[0]
        fields = {field.get("name"): field.get("value") for field in form.cssselect("input")}
        response = admin.post(form.get("action"), fields, follow=True)
        assert response.request["PATH_INFO"] == REPORT
        assert guide.reviews.get().reviewer == editor
        tree = parsed(response)
        assert "Nothing is due" in text_of(tree.cssselect("main")[0])
        undo = tree.cssselect(".messages form")[0]
        admin.post(undo.get("action"), {"next": REPORT})
        assert not guide.reviews.exists()

    def test_a_get_asks_and_changes_nothing(self, admin):
        guide = published("Late", 400)
        tree = parsed(admin.get(url("review", guide)))
        assert "Read through today, all right" in text_of(tree.cssselect("main")[0])
        assert admin.get(url("undo_review", guide)).status_code == 405
        assert not GuideReview.objects.exists()

    def test_it_leads_nowhere_else(self, admin):
        guide = published("Late", 400)
        response = admin.post(url("review", guide), {"next": "https://elsewhere.example/"})
        assert response["Location"] == f"/admin/pages/{guide.pk}/edit/"

    def test_shows_only_what_one_may_edit(self, client):
        published("Late", 400)
        client.force_login(staff("Organisers"))
        assert "Late" not in client.get(REPORT).content.decode()
        client.force_login(staff("Moderators"))
        assert client.get(REPORT).status_code == 302

    def test_asks_as_much_for_fifty_as_for_two(self, admin, editor, django_assert_max_num_queries):
        for number in range(2):
            reviewed(published(f"Guide {number}", 400), 380, editor)
        admin.get(REPORT)
        for number in range(2, 40):
            reviewed(published(f"Guide {number}", 400), 380, editor)
        with django_assert_max_num_queries(22):
            tree = parsed(admin.get(REPORT))
        assert len(tree.cssselect(".guides-reviews tbody tr")) == 40

    def test_is_saved_as_a_table(self, admin):
        published("Late", 400, subject="Lending")
        table = admin.get(REPORT, {"export": "csv"})
        lines = b"".join(table.streaming_content).decode().splitlines()
        assert lines[0] == "Due,Guide,Subject,Kept right by,Last read through"
        assert ",Late,Lending," in lines[1]


class TestInTheEditor:
    def test_a_line_says_how_it_stands(self, admin, editor):
        guide = published("Late", 400)
        edit = reverse("wagtailadmin_pages:edit", args=[guide.pk])
        line = parsed(admin.get(edit)).cssselect(".guides-standing.help-warning")[0]
        assert "not read through since" in text_of(line)
        assert "was to be read through by" in text_of(line)
        assert line.cssselect("a")[0].get("href") == url("review", guide)
        read_through(guide, editor)
        line = parsed(admin.get(edit)).cssselect(".guides-standing.help-info")[0]
        assert f"by {editor}" in text_of(line)
        assert "Next by" in text_of(line)

    def test_a_draft_says_nothing(self, admin):
        guide = make_guide(live=False)
        edit = reverse("wagtailadmin_pages:edit", args=[guide.pk])
        assert url("review", guide) not in admin.get(edit).content.decode()
