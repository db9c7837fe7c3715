"""Every component with all its states, in development only: look here after a change of style."""

import datetime

from django import forms
from django.core.paginator import Paginator
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html

from core.timestamps import format_duration, format_stamp


class State(TextChoices):
    UPCOMING = "upcoming", "Upcoming"
    RECORDING_EXPECTED = "recording_expected", "Recording expected"
    TOPICS_EXPECTED = "topics_expected", "Topics expected"
    COMPLETE = "complete", "With topics"
    LOST = "lost", "Recording lost"
    CANCELLED = "cancelled", "Cancelled"


class QuestionForm(forms.Form):
    """Each kind of field once."""

    use_required_attribute = False
    template_for = forms.ChoiceField(
        label="What is it about?",
        choices=[("", "Choose one"), ("lending", "Lending"), ("borrowing", "Borrowing")],
    )
    name = forms.CharField(label="Your name", max_length=100)
    email = forms.EmailField(
        label="Email address", help_text="We answer here; nobody else sees the address."
    )
    library = forms.CharField(label="Library", required=False)
    question = forms.CharField(
        label="Your question",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Leave out names and card numbers of patrons.",
    )
    slip = forms.FileField(
        label="A picture of the slip", required=False, help_text="PNG or JPEG, at most 5 MB."
    )
    reply = forms.ChoiceField(
        label="How shall we answer?",
        widget=forms.RadioSelect,
        choices=[("mail", "By mail"), ("chat", "At the next chat"), ("phone", "By phone")],
    )
    days = forms.MultipleChoiceField(
        label="Which days suit you?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("tue", "Tuesday"), ("wed", "Wednesday"), ("thu", "Thursday")],
    )
    agreed = forms.BooleanField(label="The answer may be published without my name")


class FilterForm(forms.Form):
    year = forms.ChoiceField(
        choices=[("", "Any"), ("2025", "2025 (12)"), ("2024", "2024 (7)")], required=False
    )
    host = forms.ChoiceField(
        choices=[("", "Anyone"), ("m", "Marisol Achterberg"), ("d", "Delivery team")],
        required=False,
    )
    tag = forms.ChoiceField(choices=[("", "Any"), ("renewals", "renewals (5)")], required=False)
    state = forms.ChoiceField(choices=[("", "Any"), *State.choices], required=False)


def _topic(seconds: int | None, title: str, **more) -> dict:
    timed = seconds is not None
    return {
        "title": title,
        "stamp": format_stamp(seconds) if timed else "",
        "iso_duration": format_duration(seconds) if timed else "",
        "href": f"#t={seconds}" if timed else "",
        **more,
    }


def _chat(day: str, state: State, heading: str = "Community chat", **more) -> dict:
    seconds = more.pop("seconds", 0)
    return {
        "title": f"{heading}, {day}",
        "heading": heading,
        "url": f"#chat-{day}",
        "date": datetime.date.fromisoformat(day),
        "state": state,
        "duration_stamp": format_stamp(seconds) if seconds else "",
        "duration_iso": format_duration(seconds) if seconds else "",
        **more,
    }


def _event(day: str, title: str, state: tuple[str, str] | None = None, **more) -> dict:
    begins = datetime.datetime.fromisoformat(f"{day}T14:00:00-04:00")
    beside = {name: more.pop(name, None) for name in ("hosts_line", "recording")}
    event = {
        "title": title,
        "url": f"#event-{day}",
        "date": begins.date(),
        "times": {
            "begins": "2 p.m.",
            "begins_iso": begins.isoformat(),
            "ends": "3 p.m.",
            "ends_iso": (begins + datetime.timedelta(hours=1)).isoformat(),
            "zone": "EDT",
        },
        "where_line": "Online",
        **more,
    }
    shown_state = dict(zip(("icon", "label"), state, strict=True)) if state else None
    return {"event": event, "state": shown_state, **beside}


def _marked(text: str, word: str) -> str:
    """Return a text whose {} is a word that was searched for."""
    return format_html(text, format_html("<mark>{}</mark>", word))


def _hit(title: str, text: str = "", **more) -> dict:
    return {"hit": {"href": "#hit", "text": text}, "title": title, **more}


def _hits(topics: list[dict]) -> list[dict]:
    chat = _chat(
        "2025-05-07",
        State.COMPLETE,
        "Renewals, recalls and what to write in a note to the lender",
        has_own_title=True,
        hosts_line="Hosted by Marisol Achterberg",
        seconds=4105,
    )
    heard = {"listen_href": "#t=660", "page": {"recording": {"host_label": "YouTube"}}}
    aside = {"kind_label": "News", "source_label": "From the text chat"}
    return [
        _hit(
            _marked("Can a borrower {} twice when the lender says no?", "renew"),
            _marked("No. Ask the lender first; each further {} needs their yes.", "renewal"),
            topic={**topics[2], **heard},
            chat=chat,
        ),
        _hit(
            _marked("{} over the holidays", "Renewals"),
            "Vans rest from December 22.",
            topic={**topics[5], **aside},
            chat=chat,
        ),
        _hit(
            "What came back unfilled",
            topic={"stamp": ""},
            chat=chat,
            found_by=_marked("{}", "renewals"),
        ),
        _hit(_marked("{}, recalls and what to write to the lender", "Renewals"), chat=chat),
        _hit(
            _marked("Marisol {}", "Achterberg"),
            "Borrowing desk · Ask her about renewals",
            kind_label="Person",
        ),
    ]


def _watched() -> dict:
    """Return a chat whose video plays elsewhere, and whose captions are still made."""
    return {
        "title": "Renewals, recalls and what to write in a note to the lender",
        "captions": "expected",
        "captions_due": datetime.date(2025, 6, 1),
        "captions_reason": "We are correcting them.",
        "shown_was_said": True,
        "recording_expires_on": datetime.date(2025, 9, 1),
        "recording_passcode": "Gray-Bin-26",
        "duration": 4105,
    }


def _passage(start: int, written: bool = False) -> dict:
    """Return a passage; of the text chat, with what folds there."""
    first = {"who": "Marisol Achterberg", "at": float(start), "text": "Ask the lender first."}
    second = {"who": "A participant", "at": start + 4.5, "text": "Even if the note says no?"}
    if written:
        first |= {"reactions": "3 thumbs up", "replies": [second]}
    passage = {
        "anchor": f"{'written-' if written else 't='}{start}",
        "stamp": format_stamp(start),
        "iso_duration": format_duration(start),
        "name": "at 11 minutes",
        "lines": [first, second],
        "turns": [{"who": line["who"], "lines": [line]} for line in (first, second)],
    }
    return {"passage": passage, "href": f"#t={start}"}


def _how_to() -> dict:
    """Return the values of the blocks that how-to texts have."""
    return {
        "steps": {
            "title": "Ask for a renewal",
            "steps": [
                {"title": "Look at the due date", "text": "<p>It stands on the <b>slip</b>.</p>"},
                {
                    "title": "Write to the lender before that day, in one line",
                    "text": "<ul><li>The number of the request.</li><li>How long.</li></ul>",
                },
                *(
                    {"title": title, "text": ""}
                    for title in ("Wait for their yes", "Tell the reader")
                ),
            ],
        },
        "answered": {"title": "What lenders ask"},
        "asked": [
            {
                "anchor": "answer-1a2b3c4d",
                "question": "May a loan be renewed twice when the lender’s note says no?",
                "answer": "<p>No. Ask first; each further renewal needs their yes.</p>",
            },
            {"anchor": "answer-5e6f7a8b", "question": "Who pays?", "answer": "<p>Who lost it.</p>"},
        ],
        "file": {
            "found": {"url": "#list", "file_extension": "pdf"},
            "name": "Packing list",
            "size": 120_000,
            "note": "One for each crate.",
        },
        "links": {
            "title": "Read on",
            "shown": [
                {
                    "label": "The lending code",
                    "href": "#code",
                    "note": "Who pays, and for how long.",
                },
                {"label": "All chats", "href": "#s-chats"},
            ],
        },
        "catalogue": {
            "label": "Search the union catalog",
            "host": "catalog.example.org",
            "action": "#s-blocks",
            "field": "q",
        },
        "asked_person": {
            "note": "For stuck holds",
            "found": {
                "name": "Marisol Achterberg",
                "get_absolute_url": "#marisol",
                "role": "Borrowing",
                "extension": "204",
                "write_url": "#write",
            },
        },
        "list_offered": {
            "found": {"name": "Northern libraries", "summary": "Vans and closures, once a month."},
            "ref": "list:0",
        },
        "word": {
            "term": {
                "term": "Lending string",
                "meaning": "The libraries that are asked in turn for one request.",
                "names": ["Lending string", "string of lenders"],
            }
        },
    }


def examples() -> dict:
    """Return the context of `styleguide.html`: believable content for every component."""
    topics = [
        _topic(
            24,
            "Captions, the chat box and who is recording",
            kind_label="Housekeeping",
        ),
        _topic(
            135,
            "Which book would you send to a reader on the moon?",
            kind_label="Icebreaker",
        ),
        _topic(
            660,
            "Can a borrower renew twice when the lender says “no renewals”?",
            answer="No. Ask the lender first; each further renewal needs their yes.",
            answer_checked_on=datetime.date(2025, 3, 4),
        ),
        _topic(688, "Finding a recording by its words", current=True),
        _topic(
            1274,
            "What a lending string is, and why five lenders are better than fifteen for a rarity",
            source_label="from the text chat",
            answer="Short strings fail sooner, and the request is back while it matters.",
            answer_checked_on=datetime.date(2022, 5, 11),
            answer_is_old=True,
        ),
        _topic(
            2265,
            "Postage for returns by post",
            successor={"title": "New postage rates from January", "href": "#newer"},
        ),
        _topic(3723, "Van routes over the holidays", kind_label="News"),
    ]
    untimed = [
        _topic(None, "Requests that come back unfilled", href="#unfilled"),
        _topic(None, "Labels for the van"),
        _topic(
            None,
            "If your library were a biscuit, which?",
            kind_label="Icebreaker",
        ),
    ]
    heard = [
        {**topic, "listen_href": topic["href"], "anchor": f"topic-{n}", "permalink": f"#topic-{n}"}
        for n, topic in enumerate(topics[:2])
    ]
    heard = [{**topic, "start": n * 60} for n, topic in enumerate(heard)]
    question = QuestionForm(
        {"email": "reading.room", "name": "Ines Oyelaran-Beck", "reply": "mail"}
    )
    filters = FilterForm({"year": "2024", "host": "d"})
    return {
        **_how_to(),
        "day": datetime.date(2024, 12, 18),
        "topics": topics,
        "heard": heard,
        "watched": _watched(),
        "recording": {
            "player": "youtube",
            "host_label": "YouTube",
            "url": "#youtube",
            "embed_url": "https://www.youtube-nocookie.com/embed/example",
            "can_seek": True,
        },
        "is_steered": True,
        "timed": topics,
        "sections": [{"topic": {**topics[2], "key": "one"}, "passages": [_passage(660)]}],
        "written": [_passage(662, written=True)],
        "exports": [{"label": "Chapters (WebVTT)", "href": "#vtt"}],
        "hits": _hits(topics),
        "untimed": untimed,
        "states": State,
        "chats": [
            _chat("2025-06-18", State.UPCOMING, hosts_line="Marisol Achterberg"),
            _chat("2025-06-04", State.RECORDING_EXPECTED, hosts_line="Marisol Achterberg"),
            _chat(
                "2025-05-21",
                State.TOPICS_EXPECTED,
                "An hour with the delivery team",
                hosts_line="Theo Lindqvist with Delivery",
                seconds=3010,
            ),
            _chat(
                "2025-05-07",
                State.COMPLETE,
                "Renewals, recalls and what to write in a note to the lender",
                hosts_line="Marisol Achterberg",
                seconds=4105,
                topics=topics,
            ),
            _chat("2025-04-23", State.COMPLETE, topics=untimed),
            _chat("2025-04-09", State.LOST, hosts_line="Theo Lindqvist"),
            _chat("2025-03-26", State.CANCELLED),
        ],
        "events": [
            _event(
                "2025-06-18",
                "Packing clinic: boxes, tape and what the van does to them",
                hosts_line="Hosted by Theo Lindqvist",
                where_line="Reading room, Pine Hill · Online",
                summary="Bring a parcel that came back damaged.",
            ),
            _event("2025-06-25", "Labels that stick", ("waiting_list", "Waiting list")),
            _event("2025-07-02", "An hour with the delivery team", ("full", "Full")),
            _event(
                "2025-07-09",
                "Van routes over the holidays",
                ("cancelled", "Cancelled"),
                is_cancelled=True,
                cancel_reason="Nobody can come.",
            ),
            _event("2025-05-07", "Community chat", recording={"url": "#recording"}),
        ],
        "lines": [
            {
                "date": datetime.date(2025, 5, 28),
                "title": "Returning a box of loans after a move",
                "meta": "Ines Oyelaran-Beck · 4 minutes",
                "summary": "What to tell your lenders before the vans stop, and in which order.",
            },
            {
                "date": datetime.date(2025, 5, 2),
                "title": "When the barcode will not scan",
                "meta": "Theo Lindqvist · 2 minutes",
            },
        ],
        "search_examples": [
            {"words": words} for words in ("renewals", "“lending string”", "holiday vans")
        ],
        "tags": [{"name": name, "slug": name} for name in ("renewals", "delivery", "copyright")],
        "filter_form": filters,
        "active_filters": [
            {"label": "Year: 2024", "href": "?host=d"},
            {"label": "Host: Delivery team", "href": "?year=2024"},
        ],
        "question_form": question,
        "empty_form": QuestionForm(prefix="new"),
        "page": Paginator(range(180), 20).page(4),
        "crumbs": [
            {"label": "Home", "href": "/"},
            {"label": "Guides", "href": "#guides"},
            {"label": "Borrowing", "href": "#borrowing"},
        ],
        "facts": [
            {"label": "When", "text": "Wednesday, June 18, 10 to 11 am"},
            {"label": "Where", "text": "Online"},
            {"label": "Seats", "text": "12 of 40 left"},
            {"label": "Recording", "text": "The last one", "href": "#chat-2025-05-07"},
        ],
        "columns": ["Loan", "Period", "Renewals", "Overdue after"],
        "rows": [
            ["Book", "6 weeks", "1", "3 days"],
            ["Score or map", "4 weeks", "none", "1 day"],
            ["Copy of an article", "kept", "–", "–"],
        ],
        "site_navigation": [
            {"label": label, "href": f"#{label.lower()}", "current": "page" if at == 0 else ""}
            for at, label in enumerate(("Chats", "Guides", "Blog", "Events", "About"))
        ],
        "site_name": "The Lending Desk",
        "footer_navigation": [
            {"label": label, "href": "#"} for label in ("Contact", "Privacy", "Feeds")
        ],
        "footer_text": "For the people who send books to one another’s readers.",
    }


def styleguide(request: HttpRequest) -> HttpResponse:
    return render(request, "styleguide.html", examples())
