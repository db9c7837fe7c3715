"""Mails about events that are due by the clock, or because an event has changed."""


def tell_changes() -> bool:
    return False


def remind() -> bool:
    return False


def ask_still_coming() -> bool:
    return False


def tell_recordings() -> bool:
    return False
