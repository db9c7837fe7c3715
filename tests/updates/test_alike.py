"""Neither a page nor the work behind it says whether somebody follows something."""

import re
import time

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.public_forms import SALT
from tests.factories.updates import make_subscription
from updates import subscriptions
from updates.following import Ref
from updates.models import Request, Subscriber

pytestmark = pytest.mark.django_db

FORMS = ["/updates/follow/", "/updates/link/"]
EMAILS = ("known@example.org", "other@example.org", "asked@example.org", "gone@example.org")
VALUES = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b|SAVEPOINT .*")


@pytest.fixture(autouse=True)
def _subscribers(home):
    """Of the addresses one follows the blog, one has not confirmed, one has stopped."""
    make_subscription("known@example.org", Ref("posts"))
    make_subscription("asked@example.org", Ref("posts"), confirmed_at=None)
    make_subscription("gone@example.org", Ref("posts"), ended_at=timezone.now())


def answers(client, address: str) -> list[tuple]:
    """Return status, page and queries for each address, without what was typed."""
    said = {"what": "posts:", "pace": "weekly", "time_zone": "Asia/Tokyo"}
    said["stamp"] = signing.dumps(time.time() - 60, salt=SALT)
    client.post(address, {**said, "email": "first@example.org"})
    told = []
    for email in EMAILS:
        with CaptureQueriesContext(connection) as asked:
            page = client.post(address, {**said, "email": email})
        shape = [VALUES.sub("?", query["sql"]) for query in asked]
        told.append((page.status_code, page.content.replace(email.encode(), b""), shape))
    return told


@pytest.mark.parametrize("address", FORMS)
def test_all_are_answered_alike(client, address):
    first, *others = answers(client, address)
    assert first[0] == 200
    assert b"Look into your mail" in first[1]
    for other in others:
        assert other == first
    assert Request.objects.count() == len(EMAILS) + 1


@pytest.mark.parametrize("address", FORMS)
def test_a_view_that_looked_would_be_found_out(client, address, monkeypatch):
    def look(email, *asked):
        known = Subscriber.objects.filter(email=email).first()
        if known:
            list(known.subscriptions.all())

    monkeypatch.setattr(subscriptions, "ask", look)
    first, second, *_others = answers(client, address)
    assert first[2] != second[2]
