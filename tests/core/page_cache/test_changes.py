"""What counts as a change of what readers may see."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.utils import timezone
from wagtail.models import Page

from core.page_cache import changes
from core.page_cache.changes import are_waiting, unseen
from home.models import StandardPage
from operate.models import Heartbeat
from people.models import Team


@pytest.fixture
def purged(store):
    """A function that says whether there was a purge since it was last asked."""
    seen = [store.version()]

    def ask() -> bool:
        before, seen[0] = seen[0], store.version()
        return before != seen[0]

    return ask


@pytest.mark.parametrize(
    "sql",
    [
        'INSERT INTO "people_team" ("name") VALUES (1)',
        "insert or ignore into people_team values (1)",
        'UPDATE "people_team" SET "name" = 1',
        'DELETE FROM "people_team" WHERE 1 = 1',
        "REPLACE INTO people_team VALUES (1)",
        '  UPDATE "wagtailcore_page" SET "live" = 1',
        'INSERT INTO "chats_chatpage_teams" VALUES (1, 2)',
        "WITH old AS (SELECT 1) DELETE FROM people_team USING old",
        "TRUNCATE people_team",
        'DROP TABLE "people_team"',
        'UPDATE "a_table_nobody_knows" SET "a" = 1',
    ],
)
def test_it_changes_pages(sql):
    assert changes._changes_pages(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        'SELECT "update" FROM "people_team"',
        'INSERT INTO "django_session" VALUES (1)',
        'UPDATE "outbox_mail" SET "state" = 1',
        'DELETE FROM "operate_heartbeat"',
        "WITH some AS (SELECT 1) SELECT * FROM some",
        'SAVEPOINT "s1"',
        "RELEASE SAVEPOINT s1",
        "PRAGMA journal_mode=WAL",
        "BEGIN IMMEDIATE",
    ],
)
def test_it_changes_none(sql):
    assert not changes._changes_pages(sql)


@pytest.mark.django_db
class TestWritten:
    @pytest.fixture(autouse=True)
    def _committing(self, committing):
        pass

    def test_by_save_update_bulk_and_hand(self, purged):
        Team.objects.create(name="Couriers", slug="couriers")
        assert purged()
        Team.objects.update(blurb="Drive")
        assert purged()
        Team.objects.bulk_create([Team(name="Lenders", slug="lenders")])
        assert purged()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE people_team SET blurb = 'Lend'")
        assert purged()
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE people_team SET blurb = %s", [["a"], ["b"]])
        assert purged()
        Team.objects.all().delete()
        assert purged()

    def test_what_readers_never_see_ends_nothing(self, purged):
        Session.objects.create(session_key="a", session_data="", expire_date=timezone.now())
        Heartbeat.objects.create(host="a", pid=1, started_at=timezone.now(), seen_at=timezone.now())
        list(Page.objects.all())
        assert not purged()

    def test_a_draft_ends_nothing_and_its_publication_does(self, purged, home):
        page = StandardPage(title="Couriers")
        home.add_child(instance=page)
        page.save_revision().publish()
        purged()
        page.title = "Couriers and vans"
        revision = page.save_revision()
        assert not purged()
        revision.publish()
        assert purged()
        page.unpublish()
        assert purged()

    def test_nothing_is_told_within_unseen_and_all_after_it(self, purged):
        with pytest.raises(ValueError), unseen():
            Team.objects.create(name="Couriers", slug="couriers")
            raise ValueError
        assert not purged()
        Team.objects.update(blurb="Drive")
        assert purged()


@pytest.mark.django_db(transaction=True)
class TestCommitted:
    def test_once_it_is_committed_and_not_before(self, purged):
        with transaction.atomic():
            Team.objects.create(name="Couriers", slug="couriers")
            assert are_waiting()
            assert not purged()
        assert not are_waiting()
        assert purged()

    def test_not_what_was_taken_back(self, purged):
        with transaction.atomic():
            with pytest.raises(ValueError), transaction.atomic():
                Team.objects.create(name="Couriers", slug="couriers")
                raise ValueError
            assert not are_waiting()
        assert not purged()
        with transaction.atomic():
            with transaction.atomic():
                Team.objects.create(name="Lenders", slug="lenders")
            with pytest.raises(ValueError), transaction.atomic():
                Team.objects.create(name="Couriers", slug="couriers")
                raise ValueError
        assert purged()

    def test_a_purge_that_fails_fails_no_deed(self, store, monkeypatch, caplog):
        def fail():
            raise OSError("disk full")

        monkeypatch.setattr(store, "purge", fail)
        Team.objects.create(name="Couriers", slug="couriers")
        assert Team.objects.filter(slug="couriers").exists()
        assert "disk full" in caplog.text


def test_each_connection_is_looked_at_once():
    assert connection.execute_wrappers.count(changes._look) <= 1
    connection_created.send(sender=type(connection), connection=connection)
    assert connection.execute_wrappers.count(changes._look) == 1
