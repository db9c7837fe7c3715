"""The public name of a topic."""

import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 8


def new_key() -> str:
    """Return a random key, short and plain enough to be read out on a call."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
