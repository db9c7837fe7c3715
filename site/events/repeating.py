"""The dates of a series, made ahead."""


def make_due() -> bool:
    return False
