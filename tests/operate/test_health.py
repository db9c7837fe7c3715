import logging
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from core.due import DueWork
from core.health import HealthPart
from operate import health
from operate.models import Heartbeat, SharedWork


@pytest.fixture
def parts(monkeypatch) -> list:
    """What is offered in place of the parts of the site."""
    offered = []
    monkeypatch.setattr(health, "health_parts", offered)
    return offered


@pytest.mark.django_db
def test_a_site_that_can_answer(client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["database"] == "up"
    assert response.json()["worker"] == "never seen"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/healthz?strict"])
def test_a_site_without_its_database(client, monkeypatch, address):
    def fail(*args, **kwargs):
        raise DatabaseError("not to be told")

    monkeypatch.setattr(connection, "cursor", fail)
    response = client.get(address)
    assert response.status_code == 503
    assert response.json() == {"database": "down"}


@pytest.mark.django_db
class TestParts:
    def test_each_is_told_and_strictly_all_must_be_well(self, client, parts):
        parts.append(lambda: HealthPart("index", "up", well=True))
        assert client.get("/healthz?strict").status_code == 200
        parts.append(lambda: HealthPart("mail", "3 waiting", well=False))
        for address, status in {"/healthz": 200, "/healthz?strict": 503}.items():
            response = client.get(address)
            assert response.status_code == status
            assert response.json() == {"database": "up", "index": "up", "mail": "3 waiting"}

    def test_one_that_fails_is_down_and_the_others_are_told(self, client, parts, caplog):
        def index() -> HealthPart:
            raise OSError("not to be told")

        parts += [index, lambda: HealthPart("mail", "up", well=True)]
        with caplog.at_level(logging.ERROR, "operate.health"):
            response = client.get("/healthz")
        assert response.status_code == 200
        assert response.json() == {"database": "up", "index": "down", "mail": "up"}
        assert caplog.records[0].exc_info
        assert client.get("/healthz?strict").status_code == 503


def beat(minutes_ago: float, failing: list[str] | None = None) -> None:
    seen_at = timezone.now() - timedelta(minutes=minutes_ago)
    Heartbeat.objects.create(
        host="x", pid=1, started_at=seen_at, seen_at=seen_at, failing=failing or []
    )


@pytest.mark.django_db
class TestWorker:
    @pytest.mark.parametrize(
        ("minutes_ago", "state"),
        [
            ([], "never seen"),
            ([0], "up"),
            ([4.9], "up"),
            ([5.1], "not seen for 5 minutes"),
            ([90, 125], "not seen for 90 minutes"),
            ([90, 1], "up"),
        ],
    )
    def test_the_last_that_was_seen_counts(self, minutes_ago, state):
        for minutes in minutes_ago:
            beat(minutes)
        assert health.worker() == HealthPart("worker", state, well=state == "up")

    def test_what_fails_with_any_is_named(self):
        beat(0, ["search sweep"])
        beat(1, ["mail", "search sweep"])
        beat(6, ["long past"])
        part = health.worker()
        assert part == HealthPart("worker", "failing: mail, search sweep", well=False)

    def test_what_fails_for_all_is_named_while_it_is_offered(self, monkeypatch):
        digests = DueWork("digests", lambda: None, timedelta(days=1), once_for_all=True)
        monkeypatch.setattr(health, "due_work", [digests])
        beat(0)
        for name in ("digests", "work of an older site"):
            SharedWork.objects.create(name=name, problem="ValueError: no")
        assert health.worker().state == "failing: digests"
