"""What a chat is called that nobody has named."""

import datetime

ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def default_title(date: datetime.date) -> str:
    """Return “Community chat, December 8, 2021”; stored, so in English whoever asks."""
    return f"Community chat, {english_date(date)}"


def english_date(date: datetime.date) -> str:
    """Return “December 8, 2021”."""
    return f"{ENGLISH_MONTHS[date.month - 1]} {date.day}, {date.year}"
