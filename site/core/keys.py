"""Random public names, of letters and digits that are not taken for one another."""

import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def random_key(length: int) -> str:
    """Return a random name of so many signs, five bits each."""
    return "".join(secrets.choice(ALPHABET) for _place in range(length))
