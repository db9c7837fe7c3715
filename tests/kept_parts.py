"""Pages of which parts are kept, asked for by three kinds of people."""

import pickle
import zlib
from collections.abc import Iterable
from itertools import permutations
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.page_cache import changes
from core.page_cache.memory import _all_kept
from core.page_cache.stores import current_store

MOST_QUERIES = 10


def keep_parts(settings, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Keep parts as in production, and take each write of a test for a commit."""
    settings.PAGE_CACHE_STORE = "core.page_cache.stores.FileStore"
    settings.PAGES_FOLDER = folder
    monkeypatch.setattr(changes, "_tell", lambda connection: changes._purge())
    caches["parts"].clear()


def kept() -> list[str]:
    """Return all parts that are kept, as text."""
    packed = [one for one, _expires_at in _all_kept["parts"].values.values()]
    return [str(pickle.loads(zlib.decompress(one))) for one in packed]


def asked(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def assert_answers_as_made_anew(client: Client, addresses: list[str]) -> None:
    anew = {}
    for address in addresses:
        caches["parts"].clear()
        anew[address] = asked(client, address)
    assert len(set(anew.values())) == len(anew)
    for _ in range(2):
        for address in addresses:
            assert asked(client, address) == anew[address], address


def assert_asks_little(client: Client, addresses: list[str]) -> None:
    """Ask for each page twice, and count the queries of the second time."""
    for address in addresses:
        asked(client, address)
        with CaptureQueriesContext(connection) as caught:
            asked(client, address)
        assert len(caught) <= MOST_QUERIES, address


def assert_nobodys_own(staff: Client, known: Client, addresses: list[str], own: list[str]) -> None:
    """Ask as staff first, and as a known reader first; look into what is then kept for all."""
    own = [*own, staff.session.session_key, "csrfmiddlewaretoken"]
    for readers in ([staff, known, Client()], [known, staff, Client()]):
        caches["parts"].clear()
        for address in addresses:
            first, *others = (asked(reader, address) for reader in readers)
            assert others == [first, first], address
        parts = kept()
        assert len(parts) > len(addresses)
        assert not [said for said in own for part in parts if said in part]


def assert_same_for_all(addresses: Iterable[str]) -> None:
    """Ask in every order, what one of them is shown being kept for the others."""
    user = get_user_model().objects.create_superuser("desdemona@example.org", "a pass word")
    staff, known, nobody = Client(), Client(), Client()
    staff.force_login(user)
    known.cookies["author"] = "somebody-known"
    secrets = [user.email, staff.session.session_key, "somebody-known", "csrfmiddlewaretoken"]
    for address in addresses:
        shown = set()
        for in_order in permutations((staff, known, nobody)):
            current_store().purge()
            for somebody in in_order:
                shown.add(asked(somebody, address))
        assert len(shown) == 1, address
        page = shown.pop()
        assert not [said for said in secrets if said in page], address
