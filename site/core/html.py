"""HTML that strangers have a part in. Only this module knows the sanitizer."""

import re
from collections import Counter
from html import unescape

import nh3
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe

ELEMENTS = {
    *("p", "br", "a", "em", "strong", "b", "i"),
    *("ul", "ol", "li", "blockquote", "code", "pre", "h2", "h3", "h4"),
}
SCHEMES = {"http", "https", "mailto"}
REL = "nofollow ugc noopener"
UNREAD = {
    *("script", "style", "template", "noscript", "noembed", "noframes", "iframe", "object"),
    *("svg", "math", "textarea", "title", "xmp"),
}
"""Elements that go with what is in them."""

_cleaner = nh3.Cleaner(
    tags=ELEMENTS,
    clean_content_tags=UNREAD,
    attributes={"*": set(), "a": {"href"}},
    url_schemes=SCHEMES,
    url_relative="deny",
    link_rel=REL,
)

# No blank, no quotation mark, no control, nothing that is not seen or turns the direction.
_IN_ADDRESS = (
    r"""[^\s<>"\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"""
    r"""\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"""
)
_TYPED = re.compile(rf"(?:(?<![\w@])https?://|(?<![\w@./-])www\.){_IN_ADDRESS}+", re.IGNORECASE)
# A host that is what it looks like: no user before it, no letters but A to Z, no numbers for names.
_PLAIN = re.compile(
    r"(?:https?://)?(?:(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
    r"(?::[0-5]?\d{1,4})?(?:[/?#].*)?",
    re.IGNORECASE | re.ASCII,
)
_CLOSED_BY = {")": "(", "]": "[", "}": "{"}
_AFTER_ADDRESS = ".,;:!?'*…»”’"

_ENDINGS = (
    "com|org|net|edu|gov|mil|info|biz|int|io|co|uk|ca|de|fr|nl|eu|ru|cn|ly|tk|cc|tv|gl|xyz|top"
    "|shop|online|site|club|store|app|dev|blog|live|icu|vip|win|bid|loan|click|link|work|space"
    "|website|tech|fun|buzz|casino|porn|sex|xxx"
)
"""Of bare names. Neither a word that a sentence without a blank begins with nor a file's ending."""
# An @ before or behind a bare name makes an email address of it.
_NAMED = re.compile(
    r"(?P<scheme>https?://\[?[^\s<>\"'\[\]]+)"
    r"|(?:\bhref\s*=|\[url\s*=|\[url\])\s*[\"']?(?P<form>[^\s<>\"'\[\]]+)"
    r"|(?<![\w@-])(?<![\w-]\.)(?P<bare>www\.[^\s<>\"'\[\]]+"
    rf"|(?:[a-z0-9-]{{1,63}}\.)+(?:(?:(?-i:{_ENDINGS})|(?-i:{_ENDINGS.upper()}))(?![\w@-])"
    r"|(?-i:[a-z]{2}|[A-Z]{2})(?=/))(?:[/?#][^\s<>\"'\[\]]*)?)",
    re.IGNORECASE | re.ASCII,
)


def clean_html(html: str) -> SafeString:
    """Return HTML with nothing left in it but ELEMENTS, and links that vouch for nobody.

    HTML5 makes the time grow with the square of how deep elements are nested: a second for 100 kB
    of nothing else. Whoever takes it from strangers bounds its length first.
    """
    return mark_safe(_cleaner.clean(html.encode("utf-8", "ignore").decode()))


def from_text(text: str) -> SafeString:
    """Return plain text as paragraphs, with its line breaks and its links.

    Web addresses with a scheme or www. are links where all can see where they lead: to a host
    named in plain letters, with no user's name before it. The others stay text.
    """
    paragraphs = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    written = "".join(f"<p>{_linked(each)}</p>" for each in paragraphs if each)
    # Twice is safer: what the first lets slip, the other does not know.
    return clean_html(written)


def links_in(text: str) -> list[str]:
    """Return every web address that a text names, each once, in the order they come.

    Bare names count with a common ending, or with a path and an ending of two letters. Addresses
    are one that differ in scheme, www., the host's case or a slash at the end.
    """
    found: dict[str, str] = {}
    for match in _NAMED.finditer(text):
        address = _trimmed(match["scheme"] or match["form"] or match["bare"] or "")
        if address:
            found.setdefault(_key(address), address)
    return list(found.values())


def plain_text(html: str) -> str:
    """Return what is read of rich text, its blocks parted by blanks."""
    return " ".join(unescape(strip_tags(html.replace("<", " <"))).split())


def _linked(paragraph: str) -> str:
    parts, done = [], 0
    for match in _TYPED.finditer(paragraph):
        address = _trimmed(match[0])
        if _PLAIN.fullmatch(address):
            href = address if "://" in address[:8] else f"https://{address}"
            link = f'<a href="{escape(href)}" rel="{REL}">{escape(address)}</a>'
            parts += [escape(paragraph[done : match.start()]), link]
            done = match.start() + len(address)
    parts.append(escape(paragraph[done:]))
    return "".join(parts).replace("\n", "<br>")


def _trimmed(address: str) -> str:
    """Leave out what ends the sentence, and brackets closed that the address has not opened."""
    counts = Counter(address)
    end = len(address)
    while end:
        last = address[end - 1]
        opening = _CLOSED_BY.get(last)
        if last not in _AFTER_ADDRESS and (not opening or counts[last] <= counts[opening]):
            break
        counts[last] -= 1
        end -= 1
    return address[:end]


def _key(address: str) -> str:
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", address, flags=re.IGNORECASE)
    host, slash, rest = bare.partition("/")
    return (host.lower() + slash + rest).rstrip("/")
