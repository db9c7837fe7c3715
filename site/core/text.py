"""What strangers type, made harmless, and made comparable.

All of it takes time linear in the length of the text.
"""

import unicodedata
from collections.abc import Iterator

MOST_MARKS = 5
"""On one sign: pointed Hebrew with its accents needs as many, Vietnamese and Thai two."""
JOINERS = "\u200c\u200d\u200e\u200f"
"""Persian, Indic scripts and emoji need the first two, numbers in Arabic and Hebrew the others."""
SIGNS_OVER_NUMBERS = (
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Seen, though Unicode calls them format characters."""
FILLERS = "\u115f\u1160\u2800\u3164\uffa0\U0001d159"
"""Letters and symbols that show nothing: of Hangul, Braille and music."""
UNSEEN = {"Cc", "Cf", "Co", "Cs", "Mn", "Me"}
"""General categories."""
NEVER_SEEN = "\u2065\ufff0\ufff1\ufff2\ufff3\ufff4\ufff5\ufff6\ufff7\ufff8"
"""Unassigned, and to be left out where they are shown (Default_Ignorable_Code_Point)."""


def clean_line(text: str) -> str:
    """Return a text as one line, in NFC; "" where there is nothing to be seen.

    Every run of white space becomes one blank. What is gone: control and private characters, lone
    surrogates, tags, what turns the direction of all that follows, more than a few marks on one
    sign. Signs that a later Unicode has assigned stay.
    """
    # Controls are dropped, but a tab or a line's end parts words.
    parted = " ".join(text.split())
    kept = unicodedata.normalize("NFC", "".join(_kept(parted))).strip(" \u200e\u200f")
    return " ".join(kept.split()) if any(map(_is_visible, kept)) else ""


def clean_text(text: str) -> str:
    r"""Clean each line of a text, as `clean_line` does. Lines end in \n, one may be left blank."""
    lines = [clean_line(line) for line in text.splitlines()]
    return "\n".join(
        line for line, above in zip(lines, ["", *lines], strict=False) if line or above
    ).rstrip("\n")


def folded(text: str) -> str:
    """Return what two texts have in common that are read alike, for comparing only.

    Case, width, marks, ligatures and what is not seen make no difference. Letters of another
    script that look alike do: "fr\u0435\u0435" in Cyrillic is not "free".
    """
    # Ordering the marks of a long run takes NFKD time by its square: out with them first.
    bare = unicodedata.normalize("NFKD", "".join(filter(_is_seen, text))).casefold()
    return " ".join("".join(filter(_is_seen, unicodedata.normalize("NFKD", bare))).split())


def _kept(line: str) -> Iterator[str]:
    marks = MOST_MARKS  # At the beginning there is nothing to set them on.
    for sign in line:
        category = unicodedata.category(sign)
        if category in {"Mn", "Me"} or sign in JOINERS:
            marks += 1
            if marks <= MOST_MARKS:
                yield sign
        elif _is_allowed(sign, category):
            if not sign.isspace():
                marks = 0
            yield sign


def _is_allowed(sign: str, category: str) -> bool:
    match category:
        case "Cc" | "Co" | "Cs":
            return False
        case "Cf":
            return sign in SIGNS_OVER_NUMBERS
        case "Cn":
            is_nothing = ord(sign) & 0xFFFE == 0xFFFE or "\ufdd0" <= sign <= "\ufdef"
            return not is_nothing and sign not in NEVER_SEEN and sign < "\U000e0000"
    return True


def _is_seen(sign: str) -> bool:
    """Say whether a sign, of those compared, is more than a mark on another."""
    if sign in FILLERS:
        return False
    return sign.isspace() or unicodedata.category(sign) not in UNSEEN


def _is_visible(sign: str) -> bool:
    return not sign.isspace() and sign not in JOINERS and _is_seen(sign)
