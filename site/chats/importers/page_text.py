"""The text of a saved web page, one line per list item."""

import re
from html.parser import HTMLParser
from typing import Literal

from chats.importers.sentences import words

_PAGE = re.compile(r"<(?:li|p)[\s>]|</(?:li|ul|p|div|body|html)>", re.IGNORECASE)
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_NEVER_CLOSED = re.compile(r"<(?![^<>]*>)")
_SPACE = re.compile(r"[ \t\n\r\f]+")

_BLOCKS = words(
    "address article aside blockquote body dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 "
    "h6 header hr html main nav ol p pre section table tr ul"
)
_DEEPEST = 10
_LISTS = words("ol ul")
_UNSEEN = words("noscript script style svg template title")


def is_page(text: str) -> bool:
    """Say whether a text is the source of a web page, or a part of one."""
    return _PAGE.search(text) is not None


def page_text(source: str) -> str:
    r"""Return the text of a page whose lines end in `\n`.

    A list item becomes a line that starts with "• ", indented by two spaces for each list around
    it, on the line where its tag stands in the source; where a line is taken, on the next free
    one. The address of a link that opens an item follows the item as "Recording: …".
    """
    page = _Page()
    page.feed(_well_formed(source))
    page.close()
    page.end_line()
    return "\n".join(page.lines)


def _well_formed(source: str) -> str:
    # html.parser takes quadratic time over comments and tags that nobody closed.
    kept, at = [], 0
    while (start := source.find("<!--", at)) > -1 and (end := source.find("-->", start + 4)) > -1:
        kept += [source[at:start], "\n" * source.count("\n", start, end)]
        at = end + 3
    kept.append(source[at:])
    source = _NEVER_CLOSED.sub("&lt;", "".join(kept))
    return _DECLARATION.sub(lambda match: "\n" * match[0].count("\n"), source)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.line: list[str] = []
        self.link = ""
        self.starts: Literal["item", "block", "line", ""] = "block"
        self.item_line = 1
        self.lists_in_item: list[bool] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self.unseen += 1
        elif tag == "li":
            self.end_line("item")
            self.item_line = self.getpos()[0]
            self.lists_in_item[-1:] = [True]
        elif tag in _BLOCKS:
            self.end_block()
            if tag in _LISTS:
                self.lists_in_item.append(False)
        elif tag == "br":
            self.end_line("line")
        elif tag in ("td", "th"):
            self.write(" ")
        elif tag == "a" and self.starts == "item":
            address = (dict(attrs).get("href") or "").strip()
            if address.startswith(("https://", "http://")) and not _SPACE.search(address):
                self.link = address

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self.unseen = max(self.unseen - 1, 0)
        elif tag == "li":
            self.lists_in_item[-1:] = [False]
            self.end_line("block")
        elif tag in _BLOCKS:
            if tag in _LISTS:
                self.lists_in_item[-1:] = []
            self.end_block()

    def handle_data(self, data: str) -> None:
        if self.unseen:
            return
        text = _SPACE.sub(" ", data)
        if text != " " and self.starts:
            blank = data[: len(data) - len(data.lstrip(" \t\n\r\f"))]
            self.start_line(self.getpos()[0] + blank.count("\n"))
        self.write(text)

    def write(self, text: str) -> None:
        if self.line:
            spaced = not self.line[-1] or self.line[-1].endswith(" ")
            self.line.append(text.lstrip(" ") if spaced else text)

    def start_line(self, source_line: int) -> None:
        start = ""
        if self.starts == "item":
            source_line = self.item_line
            start = "  " * min(len(self.lists_in_item) - 1, _DEEPEST) + "• "
        elif self.starts == "block" and self.lines and self.lines[-1]:
            self.lines.append("")
        if self.starts != "line":
            self.lines += [""] * (source_line - 1 - len(self.lines))
        self.line = [start]
        self.starts = ""

    def end_block(self) -> None:
        self.end_line("line" if any(self.lists_in_item[-1:]) else "block")

    def end_line(self, starts: Literal["item", "block", "line"] = "block") -> None:
        if self.line:
            address = f" Recording: {self.link}" if self.link else ""
            self.lines.append("".join(self.line).rstrip(" ") + address)
            self.line, self.link = [], ""
        if starts != "line":
            self.starts, self.link = starts, ""
        elif not self.starts:
            self.starts = starts
