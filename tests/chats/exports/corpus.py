"""Titles that are hard on one format or another."""

from chats.importers import ImportedTopic

TITLES = [
    '"What is a hold?"',
    "a; b",
    '"a; b" (c; d)',
    "x --> y",
    "--> <!-- -->",
    "AT&amp;T &lt;b&gt; &",
    "<b>bold</b> & <v Ann>",
    "<p>paragraph</p>",
    "moved to 11:30",
    "11:30 is lunch",
    "2:00 - 3:00 is better",
    "=SUM(A1)",
    "'=SUM(A1)",
    "+1",
    "-1",
    "- dash",
    "@all",
    "naïve 漢字 👍🏽",
    "\u202bשלום\u202c",
    " leading",
    "trailing ",
    "no-break \u00a0",
    "[brackets] (1:20)",
    "| pipe | pipe",
    ": colon",
    "1. first",
    "#1 x",
    "to be asked",
    "**bold** `code`",
    "a\tb",
    "(Note: all of it)",
    "https://library.example/a?b=1&c=2",
    "{\\an8}x",
    'the "unbalanced',
    "(open",
    "Topics: maps",
    "March 2, 2022 again",
    "ends;",
    "3:75 y",
    "• dot",
    "Jane: hello",
    "The recording was lost.",
    "(from text chat) twice",
    "a\nb",
    "\\n \\u0041 %s {}",
]


def around(title: str, source: str = "recording") -> list[ImportedTopic]:
    """Return a chat's topics with this one among them."""
    return [
        ImportedTopic(0, "Welcome"),
        ImportedTopic(90, title, source),
        ImportedTopic(4580, "Questions"),
        ImportedTopic(4600, "More of them"),
    ]
