"""All that the site keeps of one person, by address."""

from accounts.models import User
from accounts.strength import is_staff
from core.personal_data import personal_data


def export_all(email: str) -> dict[str, list[dict]]:
    return {part.name: part.export(email) for part in personal_data}


def erase_all(email: str) -> int:
    """Erase it, part by part; return how many things that were."""
    return sum(part.erase(email) for part in personal_data)


def export_account(email: str) -> list[dict]:
    """Return the account of an address, without what lets somebody in."""
    return [
        {
            "email": user.email,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "since": user.date_joined.isoformat(),
            "last_login": user.last_login and user.last_login.isoformat(),
        }
        for user in User.objects.filter(email__iexact=email.strip())
    ]


def erase_account(email: str) -> int:
    """Erase a reader's account. That of staff is ended by an administrator: work hangs on it."""
    readers = [user for user in User.objects.filter(email__iexact=email.strip()) if not _kept(user)]
    for reader in readers:
        reader.delete()
    return len(readers)


def _kept(user: User) -> bool:
    return user.is_staff or is_staff(user)
