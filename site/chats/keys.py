"""The public name of a topic."""

from core.keys import random_key

LENGTH = 8


def new_key() -> str:
    """Return a random key, short and plain enough to be read out on a call."""
    return random_key(LENGTH)
