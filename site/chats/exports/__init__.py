"""Giving chats back: a chat's topics and lines in the formats other places read.

Plain values in, an `Export` out. Nothing here touches the database. What an export gives back the
importer of that format reads as the same topics and seconds, except where a note says otherwise.
"""

from chats.exports.frame import Export

__all__ = ["Export"]
