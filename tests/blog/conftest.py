from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def sent_folder(settings, tmp_path) -> Path:
    """Where files that were sent in lie, for this test."""
    settings.SUBMISSIONS_FOLDER = tmp_path / "submissions"
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.SUBMISSIONS_FOLDER
