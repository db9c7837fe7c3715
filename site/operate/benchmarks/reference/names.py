"""What those who ask and those who are asked call the same."""

BARE = "bare view"
EMPTY = "empty, Wagtail"
EMPTY_IN_FRAME = "empty, our frame"
NUMBER = "{number}"
"""Stands in what is sent, and becomes another number each time."""
