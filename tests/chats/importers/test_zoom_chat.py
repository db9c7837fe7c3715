import random

import pytest

from chats.importers import ImportedLine, Parsed, read_text
from chats.importers.zoom_chat import parse, recognises
from tests.clock import takes_less

CLOUD = (
    "00:00:41\tAnn Lee:\tGood morning from the map room\n"
    "00:02:05\tIvo Maric:\tWhich bins are red?\nand which are blue?\n"
    "01:02:03\tLib: Marisol Achterberg:\tRed goes to the coast\n"
)
LOCAL = """14:03:22 From Ann Lee to Everyone:
\tGood morning from the map room
14:04:10 From Ivo Maric to Ann Lee (Direct Message):
\tsecret one: my keys
\tsecret two

secret three
14:05:00 From Lu Chen to Everyone:
\tWhich bins are red?
"""


def said(text: str) -> list[tuple[int, str, str]]:
    return [(line.start // 1000, line.speaker, line.text) for line in parse(text).lines]


def told(text: str) -> list[tuple[int, str]]:
    return [(warning.line, warning.reason) for warning in parse(text).warnings]


def test_the_cloud_form_counts_from_the_start_of_the_recording():
    assert recognises(CLOUD)
    parsed = parse(CLOUD)
    assert not parsed.tells_time_of_day
    assert parsed.warnings == ()
    assert parsed.lines[0] == ImportedLine(
        41_000, "Good morning from the map room", speaker="Ann Lee", source="text chat"
    )
    assert said(CLOUD)[1:] == [
        (125, "Ivo Maric", "Which bins are red? and which are blue?"),
        (3723, "Lib: Marisol Achterberg", "Red goes to the coast"),
    ]


def test_a_local_form_counts_from_midnight():
    assert recognises(LOCAL)
    parsed = parse(LOCAL)
    assert parsed.tells_time_of_day
    assert said(LOCAL) == [
        (50602, "Ann Lee", "Good morning from the map room"),
        (50700, "Lu Chen", "Which bins are red?"),
    ]


@pytest.mark.parametrize(
    "head",
    [
        "14:03:22 From Ann Lee to Everyone:\n\tBins",
        "14:03:22 From Ann Lee to everyone: Bins",
        "14:03:22 From  Ann Lee  to  Everyone : Bins",
        "14:03:22\t From  Ann Lee : Bins",
        "14:03:22 From Ann Lee To Everyone:\tBins",
        "2024-03-06 14:03:22 From Ann Lee to Everyone:\n    Bins",
        "02:03:22 PM From Ann Lee to Everyone:\n\tBins",
        "14:03:22 From Ann Lee to All panelists and attendees:\n\tBins",
        "14:03:22 From Ann Lee to Everyone in Meeting:\n\tBins",
        "14:03:22 From Ann Lee to Meeting Group Chat:\n\tBins",
    ],
)
def test_local_forms(head):
    for text in (head, "\ufeff" + head.replace("\n", "\r\n")):
        assert recognises(text)
        assert said(text) == [(50602, "Ann Lee", "Bins")]
        assert told(text) == []


@pytest.mark.parametrize(
    "name", ["Lib: Ann Lee", "Ann (new to ILL)", "From Ohio", "Ann: from us to you", "To Minh"]
)
def test_names_that_hold_the_words_of_the_form(name):
    assert said(f"14:03:22 From {name} to Everyone:\n\tBins: red") == [(50602, name, "Bins: red")]
    assert said(f"14:03:22 From  {name}  to  Everyone : a: b") == [(50602, name, "a: b")]
    if not name.startswith("From "):
        assert said(f"00:00:02\t{name}:\tBins: red") == [(2, name, "Bins: red")]


SECRET = "Psst"
DIRECT = [
    "14:04:10 From Ivo Maric to Ann Lee (Direct Message):\n\tPsst",
    "14:04:10 From Ivo Maric To Ann Lee(Direct Message):\n\tPsst",
    "14:04:10 From  Ivo Maric  to  Ann Lee(Privately) : Psst",
    "14:04:10 From Ivo Maric to You (Direct Message):\n\tPsst\nPsst again\n\n\tPsst more",
    "14:04:10 From Ivo Maric to Ann Lee:\n\tPsst",
    "14:04:10 From Ivo Maric to Hosts and panelists:\n\tPsst",
    "14:04:10 From Ivo Maric to Bob: the Builder (Direct Message): Psst to Everyone: Psst",
    "14:04:10 From Ivo Maric to Everyone to Bob (Direct Message): Psst",
    "14:04:10 From  Lib : Ivo Maric to Ann Lee (Privately) : Psst",
    "14:04:10 From Ivo Maric to Ann Lee (Direct Message): I told it to Everyone: Psst",
    "2024-03-06 14:04:10 From Ivo Maric to Ann Lee (direct message):\n\tPsst",
    "14:04 From Ivo Maric to Ann Lee (Direct Message):\n\tPsst",
    "[14:04:10] From Ivo Maric to Ann Lee (Direct Message):\n\tPsst",
    "14:99:99 From Ivo Maric to Ann Lee (Direct Message):\n\tPsst",
    "14:04:10 From Ivo Maric to Ann Lee (Direct Message)\n\tPsst",
    '14:04:10 From Ivo Maric to Ann Lee (Direct Message):\n\tReplying to "Bins"\n\n\tPsst',
    '14:04:10 From Ivo Maric to Ann Lee (Direct Message):\n\tReacted to "Psst" with 👍',
    "00:04:10\tIvo Maric to Ann Lee (Direct Message):\tPsst",
    "14:04:10 From Ivo Maric to Ann Lee (Direct Message):\u2028\tPsst",
]


@pytest.mark.parametrize("message", DIRECT)
@pytest.mark.parametrize("before", ["", "14:03:22 From Lu Chen to Everyone:\n\tBins\n"])
@pytest.mark.parametrize("after", ["", "\n14:05:00 From Lu Chen to Everyone:\n\tLabels\n"])
def test_direct_messages_are_never_kept(before, message, after):
    parsed = parse(before + message + after)
    assert SECRET not in repr(parsed)
    assert "Ivo" not in repr(parsed)
    assert "Ann" not in repr(parsed)
    assert [line.text for line in parsed.lines] == ["Bins"] * bool(before) + ["Labels"] * bool(
        after
    )
    assert [warning.reason for warning in parsed.warnings] == ["Direct messages, never kept: 1."]


@pytest.mark.parametrize(
    "reaction",
    [
        'Reacted to "Psst" with 👍',
        'Removed a 👍 reaction from "Psst"',
        'Replying to "Psst"\n\n\tyes',
        'Replying to "Psst\n\tPsst"\n\n\tyes',
        'Replying to "Psst… and so\n\n\tyes',
    ],
)
def test_what_belongs_to_a_direct_message_tells_nothing_of_it(reaction):
    text = f"{DIRECT[0]}\n14:05:00 From Lu Chen to Everyone:\n\t{reaction}\n"
    parsed = parse(text)
    assert SECRET not in repr(parsed)
    assert [line.text for line in parsed.lines] == ["yes"] * ("yes" in reaction)
    assert [line.answers for line in parsed.lines] == [None] * ("yes" in reaction)
    assert {line for line, _reason in told(text)} == {1, 3}


def test_whatever_stands_before_the_first_message_is_not_quoted():
    parsed = parse("\tPsst, the rest of a message\n14:05:00 From Lu Chen to Everyone:\n\tBins")
    assert SECRET not in repr(parsed)
    assert [warning.line for warning in parsed.warnings] == [1]


def test_who_names_no_recipient_where_others_do_is_left_out():
    text = "14:03:22 From Lu Chen to Everyone: Bins\n14:04:10 From  Ivo : Psst"
    parsed = parse(text)
    assert [line.text for line in parsed.lines] == ["Bins"]
    assert "do not say to whom" in told(text)[0][1]
    assert SECRET not in repr(parsed)


@pytest.mark.parametrize("seed", range(20))
def test_no_part_of_a_direct_message_gets_through(seed):
    chance = random.Random(seed)
    lines = []
    for number in range(60):
        name = chance.choice(["Ann", "Lib: Ann", "Ann to go", "From Ann", "Ann (she/her)"])
        direct = chance.random() < 0.5
        to = chance.choice(
            ["Ivo(Direct Message)", "Ivo (Privately)", "a: b (direct message)", "Ivo"]
        )
        word = "Psst" if direct else "Bins"
        text = chance.choice(
            [word, f"{word}: to Everyone: {word}", f'Replying to "{word}…"\n\n\t{word} {number}']
        )
        between = chance.choice([":\n\t", ": ", " : "])
        lines.append(
            f"14:03:{number:02} From {name} to {to if direct else 'Everyone'}{between}{text}"
        )
        if chance.random() < 0.3:
            lines.append(chance.choice(["", "\t", "  "]) + word)
    assert SECRET not in repr(parse("\n".join(lines)))


def test_reactions_are_counted_on_the_line_they_belong_to():
    text = CLOUD + "".join(
        f"01:02:{number:02}\tLu Chen:\t{reaction}\n"
        for number, reaction in enumerate(
            [
                'Reacted to "Red goes to the coast" with 👍',
                'Reacted to "Red goes…" with "👍🏽"',
                "Reacted to Red goes to... with 👍",
                'Reacted to "Red goes to the coast" with ❤️',
                'Reacted to "Red goes to the coast" with 🎉',
                'Removed a 🎉 reaction from "Red goes to the coast"',
                'Reacted to "Which bins are red? and…" with 😂',
            ],
            10,
        )
    )
    parsed = parse(text)
    assert [line.reactions for line in parsed.lines] == ["", "😂 1", "👍 3 ❤️ 1"]
    assert parsed.warnings == ()


def test_many_kinds_of_reactions_fit_the_line():
    signs = [chr(0x1F600 + number) for number in range(80)]
    text = CLOUD + "".join(
        f'01:03:00\tLu:\tReacted to "Red goes to the coast" with {sign}\n' for sign in signs
    )
    assert 100 < len(parse(text).lines[-1].reactions) <= 200
    assert [line for line, _reason in told(text)] == [4]


def test_a_message_that_speaks_of_reacting_is_no_reaction():
    text = CLOUD + "01:03:00\tLu:\tReacted to the news with joy\n"
    assert parse(text).lines[-1].text == "Reacted to the news with joy"


@pytest.mark.parametrize(
    "reply",
    [
        'Replying to "Which bins are r..."\n\n\tAll of them',
        'Replying to "Which bins are r…"\n\tAll of them',
        "Replying to “Which bins are red?”\n\t\n\tAll of them",
        'Replying to "Which bins are red?" All of them',
        'Replying to "Which bins are r…" All of them',
    ],
)
def test_a_reply_answers_the_last_line_that_begins_so(reply):
    bins = "14:03:{:02} From Ann to Everyone:\n\tWhich bins are red?\n"
    text = (
        bins.format(1) + bins.format(2) + f"14:04:00 From Lu to Everyone:\n\t{reply}\n"
        "14:05:00 From Ann to Everyone:\n\tWhich bins are red?\n"
    )
    parsed = parse(text)
    assert parsed.lines[2].text == "All of them"
    assert [line.answers for line in parsed.lines] == [None, None, 1, None]
    assert parsed.warnings == ()


def test_a_chat_over_midnight_keeps_growing():
    text = "\n".join(
        f"{time} From A to Everyone: a" for time in ("23:59:50", "00:00:10", "00:00:20")
    )
    assert [start for start, _name, _text in said(text)] == [86390, 86410, 86420]
    dated = "2024-03-06 22:00:00 From A to Everyone: a\n2024-03-07 22:30:00 From A to Everyone: b"
    assert [start for start, _name, _text in said(dated)] == [79200, 167400]


def test_what_cannot_be_read_is_named_by_line():
    text = (
        "14:03:22 From A to Everyone: a\n14:99:22 From A to Everyone: b\n"
        "14:03:02 From A to Everyone:\n"
    )
    assert [line for line, _reason in told(text)] == [2, 3, 3]
    backwards = "14:03:22 From A to Everyone: a\n14:03:02 From A to Everyone: b\n"
    assert len(parse(backwards).lines) == 2
    assert "timed before the one above: 1" in told(backwards)[0][1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1:20 From scan to shelf: how",
        "0:00 Welcome\n1:20 Bins",
        "Everyone: hello",
        "12:00:00 x",
    ],
)
def test_what_is_not_recognised(text):
    assert not recognises(text)
    if not text:
        assert parse(text) == Parsed()


def test_tabs_and_tags_pass_the_reading():
    text = "00:00:41\tAnn Lee:\tuse <p> or </li> tags\n"
    assert said(read_text(text.encode())) == [(41, "Ann Lee", "use <p> or </li> tags")]


@pytest.mark.parametrize(
    "unit",
    [
        "00:00:00\tA:\tb\n", "14:00:00 From ", " to ", " : ", ": ", '"', "… ", " ", "\t",
        "(privately) ",
        '14:00:00 From A to Everyone:\n\tReacted to "x" with 👍\n',
        '14:00:00 From A to Everyone:\n\tReplying to "x…"\n', '" with ', "\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "start", ["14:00:00 From A ", "00:00:00\t", '14:00:00 From A to Everyone:\n\tReacted to "']
)
def test_time_grows_with_the_text_and_not_faster(start, unit):
    text = start + unit * (30_000 // len(unit))
    assert takes_less(3, lambda: parse(text))
