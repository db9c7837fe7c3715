"""Pages of which parts are kept, asked for by three kinds of people."""

from collections.abc import Iterable
from itertools import permutations
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from core.page_cache import changes
from core.page_cache.stores import current_store


def keep_parts(settings, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Keep parts as in production, and take each write of a test for a commit."""
    settings.PAGE_CACHE_STORE = "core.page_cache.stores.FileStore"
    settings.PAGES_FOLDER = folder
    monkeypatch.setattr(changes, "_tell", lambda connection: changes._purge())


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
                response = somebody.get(address)
                assert response.status_code == 200, address
                shown.add(response.content.decode())
        assert len(shown) == 1, address
        page = shown.pop()
        assert not [said for said in secrets if said in page], address
