import pytest

from accounts.models import User
from tests.accounts.steps import PASSWORD


@pytest.fixture
def demanded(settings):
    """As on a public site."""
    settings.STAFF_NEED_SECOND_STEP = True


@pytest.fixture
def ines(db) -> User:
    """An administrator who has a password and nothing else."""
    return User.objects.create_superuser("ines@ill.example.org", PASSWORD)


@pytest.fixture
def reader(db) -> User:
    return User.objects.create_user("ray@ill.example.org")
