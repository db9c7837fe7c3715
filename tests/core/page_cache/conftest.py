import pytest

from core.page_cache import changes
from core.page_cache.stores import FileStore, current_store


@pytest.fixture
def store(settings, tmp_path) -> FileStore:
    """The store of files in use, as in production."""
    settings.PAGE_CACHE_STORE = "core.page_cache.stores.FileStore"
    settings.PAGES_FOLDER = tmp_path / "pages"
    return current_store()


@pytest.fixture
def committing(monkeypatch) -> None:
    """Take each write of a test for a commit: its transaction is rolled back at the end."""
    monkeypatch.setattr(changes, "_tell", lambda connection: changes._purge())
