import pytest

from operate.back_ups import making, restoring
from tests.operate.small_site import SmallSite


@pytest.fixture
def move_to(settings, monkeypatch):
    """A function that makes the settings those of a small site."""

    def move(site: SmallSite) -> SmallSite:
        settings.DATA_DIR = site.folder
        settings.MEDIA_ROOT = site.folder / "media"
        settings.SUBMISSIONS_FOLDER = site.folder / "submissions"
        settings.BACK_UPS = site.folder / "back-ups"
        settings.SECRET_FILE = site.folder / "secret-key"
        settings.FORMER_SECRETS_FILE = site.folder / "former-secrets"
        settings.PAGES_FOLDER = site.folder / "pages"
        settings.SEARCH_INDEX = site.folder / "index"
        for module in (making, restoring):
            monkeypatch.setattr(module, "current_database", lambda: site.database)
        return site

    return move


@pytest.fixture
def small_site(move_to, tmp_path) -> SmallSite:
    """What the settings are of, with a word, a letter and a picture in it."""
    site = move_to(SmallSite(tmp_path / "here"))
    site.plant()
    return site
