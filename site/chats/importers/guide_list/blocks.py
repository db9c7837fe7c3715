"""The lines of a list, put together again to the entries they were."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from chats.importers.dates import DATE, DATE_LIKE
from chats.importers.sentences import words
from chats.importers.stamps import take_stamp

_MARGIN = re.compile(r"([\s\u200b\ufeff]*)([•‣◦·▪●][\s\u200b]*|[-*+–—]\s+)?")
_DATE_FOLLOWS = words("after before by for from of on since the through to until")


@dataclass
class Block:
    """Text that stands together, from a bullet, a date or a blank line to the next.

    `dated` means that it starts with the shape of a date, which need not exist; `joined`, that no
    blank line parts it from what stands before; `listing` is the indent of the topics below it.
    """

    line: int
    indent: int
    bullet: bool
    dated: bool
    joined: bool
    parts: list[str] = field(default_factory=list)
    listing: int | None = None

    @property
    def text(self) -> str:
        """The text, with a space where a line was wrapped and a line feed before a listed topic."""
        return "".join(self.parts)


def blocks(text: str) -> Iterator[Block]:
    """Give the blocks of a text; its lines end in a line feed and count from 1."""
    block: Block | None = None
    joined = False
    for number, line in enumerate(text.split("\n"), 1):
        margin = _MARGIN.match(line)
        content = line[margin.end() :].strip() if margin else ""
        if not margin or not content:
            joined = False
            continue
        found = Block(
            line=number,
            indent=len(margin[1].expandtabs()),
            bullet=margin[2] is not None,
            dated=DATE.match(content) is not None,
            joined=joined,
            parts=[content],
        )
        joined = True
        if block and _lists_a_topic(block, found):
            block.parts += ["\n", content]
            block.listing = found.indent
        elif block and _goes_on(block, found):
            block.parts += [" ", content]
        else:
            if block:
                yield block
            block = found
    if block:
        yield block


def _lists_a_topic(block: Block, found: Block) -> bool:
    if not block.dated or found.dated or DATE_LIKE.match(found.text):
        return False
    opened = block.listing is not None or block.parts[-1].endswith(":")
    stamped = take_stamp(found.text)[0] is not None
    if not found.bullet:
        return found.joined and stamped and opened
    if stamped:
        return True
    deeper = not block.bullet or found.indent > block.indent
    return deeper and (found.joined or block.listing == found.indent or block.parts[-1][-1] == ":")


def _goes_on(block: Block, found: Block) -> bool:
    if found.bullet or not found.joined:
        return False
    like = DATE_LIKE.match(found.text)
    if not found.dated and not (like and like["weekday"]):
        return True
    return block.parts[-1].split()[-1].lower() in _DATE_FOLLOWS
