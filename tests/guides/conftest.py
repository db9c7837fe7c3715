import pytest
from django.contrib.auth.models import Group

from accounts.models import User


def staff(role: str, email: str = "") -> User:
    user = User.objects.create_user(email or f"{role.split()[0].lower()}@example.org")
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def editor(db) -> User:
    return staff("Editors")


@pytest.fixture
def admin(client, editor):
    """A client signed in as an editor."""
    client.force_login(editor)
    return client
