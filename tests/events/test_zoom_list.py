"""Zoom's lists in all the shapes people bring them, and who in them is who of those registered."""

import time
from types import SimpleNamespace

import pytest

from core.text import folded
from events.models import Registration
from events.zoom_list import LARGEST, Participant, decode, match, read
from outbox.addresses import key_of

MEETING = """\
Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants,
812 3456 7890,Community chat,03/04/2026 01:55:00 PM,03/04/2026 03:02:11 PM,office@example.org,68,5,

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent
Office (Desk to Desk),office@example.org,03/04/2026 01:55:00 PM,03/04/2026 03:02:11 PM,68,No,
Ana Lee,ana@example.org,03/04/2026 02:00:05 PM,03/04/2026 02:30:05 PM,30,No,Y
Ana Lee,ana@example.org,03/04/2026 02:32:00 PM,03/04/2026 02:50:00 PM,18,No,Y
"Lund, Bo",,03/04/2026 02:03:00 PM,03/04/2026 03:00:00 PM,57,Yes,Y
"""
UNIQUE = """\
Name (Original Name),User Email,Total Duration (Minutes),Guest
Ana Lee,ana@example.org,48,No
Bo Lund,,57,Yes
"""
NEWER = """\
Topic,ID,Host name,Host email,Duration (minutes),Start time,End time,Participants
Community chat,812 3456 7890,Office,office@example.org,68,03/04/2026 01:55:00 PM,03/04/2026 03:02:11 PM,3

Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,Recording disclaimer response,In waiting room
Ana Lee,ana@example.org,03/04/2026 01:58:00 PM,03/04/2026 02:00:00 PM,2,No,,Yes
Ana Lee,ana@example.org,03/04/2026 02:00:00 PM,03/04/2026 02:48:00 PM,48,No,OK,No
Bo Lund,,03/04/2026 02:03:00 PM,03/04/2026 03:00:00 PM,57,Yes,OK,No
"""  # noqa: E501
BESIDE = """\
Topic,ID,Host name,Host email,Duration (minutes),Start time,Name (original name),Email,Join time,Leave time,Duration (minutes),Guest
Chat,812,Office,office@example.org,68,03/04/2026,Ana Lee,ana@example.org,03/04/2026 02:00:00 PM,03/04/2026 02:48:00 PM,48,No
Chat,812,Office,office@example.org,68,03/04/2026,Bo Lund,,03/04/2026 02:03:00 PM,03/04/2026 03:00:00 PM,57,Yes
"""  # noqa: E501
WEBINAR = """\
Attendee Report,
Report Generated:,"Mar 05, 2026 9:12 AM"
Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Registered,# Cancelled,Unique Viewers,Total Users,Max Concurrent Views
Community chat,812-3456-7890,"Mar 04, 2026 1:55 PM",68,5,0,2,4,3
Host Details,
Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest,Country/Region Name
Yes,Office,office@example.org,"Mar 04, 2026 13:55:00","Mar 04, 2026 15:02:11",68,No,United States
Panelist Details,
Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest,Country/Region Name
Yes,Nell Cho,nell@example.org,"Mar 04, 2026 13:57:00","Mar 04, 2026 15:02:11",66,No,United States
Attendee Details,
Attended,User Name (Original Name),First Name,Last Name,Email,Registration Time,Approval Status,Join Time,Leave Time,Time in Session (minutes),Is Guest,Country/Region Name
Yes,Ana,Ana,Lee,ana@example.org,"Mar 01, 2026 10:00:00",approved,"Mar 04, 2026 14:00:05","Mar 04, 2026 14:48:05",48,No,United States
No,Cy Oak,Cy,Oak,cy@example.org,"Mar 01, 2026 10:00:00",approved,--,--,--,--,
Yes,Bo Lund,Bo,Lund,bo@example.com,"Mar 01, 2026 10:00:00",approved,"Mar 04, 2026 14:03:00","Mar 04, 2026 15:00:00",57,Yes,Norway
Other Attended,
User Name,Join Time,Leave Time,Time in Session (minutes),Country/Region Name
14135550142,"Mar 04, 2026 14:05:00","Mar 04, 2026 14:10:00",5,United States
"""  # noqa: E501
SPANISH = (
    "Nombre (nombre original),Correo electrónico,Hora de entrada,Hora de salida,"
    "Duración (minutos),Invitado\n"
    "Ana Lee,ana@example.org,04/03/2026 14:00:00,04/03/2026 14:48:00,48,No\n"
    "Bo Lund,,14/03/2026 14:03:00,14/03/2026 15:00:00,57,Sí\n"
)


def minutes_by_name(text: str) -> dict[str, int | None]:
    return {one.name: one.minutes for one in read(text).participants}


def seat(name: str, email: str = "", pk: int = 0) -> Registration:
    return Registration(
        pk=pk or abs(hash((name, email))),
        name=name,
        email=email,
        folded_name=folded(name),
        email_key=key_of(email),
    )


def an_event(*hosts: str) -> SimpleNamespace:
    return SimpleNamespace(hosts=[SimpleNamespace(name=name) for name in hosts])


def matched(seats: list[Registration], text: str, *hosts: str):
    found, left = match(seats, read(text).participants, an_event(*hosts))
    told = {one.registration.name: (one.minutes, one.by_address) for one in found}
    return told, [one.name for one in left.guests], [one.name for one in left.hosts]


def listed(*rows: str) -> str:
    return "\n".join(["Name (Original Name),User Email,Duration (Minutes)", *rows])


@pytest.mark.parametrize("text", [MEETING, UNIQUE, NEWER, BESIDE, WEBINAR, SPANISH])
def test_every_shape_tells_the_same_two_people(text):
    seats = [seat("Ana Lee", "ana@example.org"), seat("Bo Lund", "bo@example.org")]
    told, _guests, _hosts = matched(seats, text)
    assert told == {"Ana Lee": (48, True), "Bo Lund": (57, False)}
    assert not read(text).problems


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: ("sep=,\n" + text).encode(),
        lambda text: ("\n\n" + text + "\n\n").encode(),
    ],
)
def test_however_it_was_saved(change):
    text = UNIQUE.replace("Bo Lund", "Bo Lündström")
    assert minutes_by_name(decode(change(text))) == {"Ana Lee": 48, "Bo Lündström": 57}


@pytest.mark.parametrize(
    ("join", "leave"),
    [
        ("03/04/2026 02:00:05 PM", "03/04/2026 02:48:05 PM"),
        ("3/4/26 14:00", "3/4/26 14:48"),
        ("04.03.2026 14:00", "04.03.2026 14:48"),
        ("2026-03-04 14:00:05", "2026-03-04 14:48:05"),
        ("2026-03-04T14:00:05Z", "2026-03-04T14:48:05Z"),
        ('"Mar 04, 2026 14:00:05"', '"Mar 04, 2026 14:48:05"'),
        ('"Mar 4, 2026 11:40 AM"', '"Mar 4, 2026 12:28 PM"'),
        ("14:00:00", "14:48:00"),
        ("31/03/2026 23:30", "01/04/2026 00:18"),
    ],
)
def test_without_a_duration_the_times_tell_it(join, leave):
    text = f"Name (Original Name),Join Time,Leave Time\nAna Lee,{join},{leave}\n"
    assert minutes_by_name(text) == {"Ana Lee": 48}


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [("57", 57), ("57.5", 57), ("1:02:10", 63), ("--", None), ("", None), ("9" * 400, None),
     ("-4", None), ("999999", 7 * 24 * 60), ("57 min", 57)],
)  # fmt: skip
def test_a_duration_is_read_or_left_open(cell, minutes):
    assert minutes_by_name(listed(f"Ana Lee,,{cell}")) == {"Ana Lee": minutes}


def test_times_that_overlap_count_once():
    text = """\
Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)
Ana Lee,ana@example.org,03/04/2026 02:00:00 PM,03/04/2026 03:00:00 PM,60
Ana (phone),ana@example.org,03/04/2026 02:30:00 PM,03/04/2026 02:50:00 PM,20
Ana (phone),ana@example.org,03/04/2026 02:55:00 PM,03/04/2026 03:10:00 PM,15
"""
    told, guests, _hosts = matched([seat("Ana Lee", "ana@example.org")], text.replace(
        "Ana (phone)", "iPhone"))  # fmt: skip
    assert told == {"Ana Lee": (70, True)}
    assert not guests


def test_minutes_are_added_up_where_no_times_are_told():
    assert minutes_by_name(listed("Ana Lee,,30", "ana lee,,12")) == {"Ana Lee": 42}


def test_rows_of_the_waiting_room_and_of_who_did_not_attend_are_nobodys_minutes():
    assert [one.minutes for one in read(NEWER).participants] == [48, 57]
    assert "Cy Oak" not in minutes_by_name(WEBINAR)


def test_hosts_panelists_and_the_account_are_set_aside():
    seats = [seat("Ana Lee", "ana@example.org")]
    _told, guests, hosts = matched(seats, WEBINAR)
    assert hosts == ["Office", "Nell Cho"]
    assert guests == ["Bo Lund", "14135550142"]
    _told, guests, hosts = matched(seats, MEETING, "Bo Lund")
    assert hosts == ["Office (Desk to Desk)", "Lund, Bo"]
    assert not guests


def test_a_host_who_is_registered_was_there():
    told, _guests, hosts = matched([seat("Nell Cho", "nell@example.org")], WEBINAR)
    assert told == {"Nell Cho": (66, True)}
    assert hosts == ["Office"]


@pytest.mark.parametrize(
    "name",
    ["Ana Lee", "ANA LEE", "Ána Lée", "Ana Lee (she/her)", "Ana Lee # Harbour Town Library",
     "Ana Lee - Harbour Town", "Ana Lee | HTL", '"Ana Lee, Harbour Town Library"', '"Lee, Ana"',
     "Ana L (Ana Lee)", "iPhone (Ana Lee)", "Ana Lee (they/them) - HTL", "Ana Lee @ HTL"],
)  # fmt: skip
def test_a_name_is_known_with_what_people_add_to_it(name):
    told, guests, _hosts = matched([seat("Ana Lee")], listed(f"{name},,30"))
    assert told == {"Ana Lee": (30, False)}
    assert not guests


@pytest.mark.parametrize("name", ["iPhone", "Bo's iPad", "14135550142", "+1 413-555-0142",
                                  "1413***0142", "Galaxy S21", "Zoom user", "she/her"])  # fmt: skip
def test_devices_and_numbers_are_nobodys_name(name):
    [one] = read(listed(f"{name},,30")).participants
    assert one.is_nameless
    assert one.name == name


def test_a_name_that_two_have_is_left_over():
    seats = [seat("Ana Lee", "a@example.org"), seat("Ana Lee", "b@example.org")]
    told, guests, _hosts = matched(seats, listed("Ana Lee,,30"))
    assert not told
    assert guests == ["Ana Lee"]


def test_one_name_at_two_strange_addresses_is_left_over():
    rows = ["Ana Lee,x@example.com,30", "Ana Lee,y@example.com,20"]
    told, guests, _hosts = matched([seat("Ana Lee", "ana@example.org")], listed(*rows))
    assert not told
    assert guests == ["Ana Lee", "Ana Lee"]


def test_people_who_share_an_address_are_told_by_name():
    seats = [seat(name, "desk@example.org") for name in ("Ana Lee", "Bo Lund", "Cy Oak")]
    rows = ["Bo Lund,desk@example.org,30", "ana lee,DESK@example.org,20", "PC,desk@example.org,9"]
    told, guests, _hosts = matched(seats, listed(*rows))
    assert told == {"Ana Lee": (20, True), "Bo Lund": (30, True)}
    assert guests == ["PC"]


def test_a_colleague_at_the_address_of_one_registered_is_somebody_else():
    rows = ["Ana Lee,desk@example.org,30", "Bo Lund,desk@example.org,20"]
    told, guests, _hosts = matched([seat("Ana Lee", "desk@example.org")], listed(*rows))
    assert told == {"Ana Lee": (30, True)}
    assert guests == ["Bo Lund"]


def test_who_came_back_without_their_account_is_one_person():
    rows = ["Ana Lee,ana@example.org,30", "Ana Lee,,20"]
    told, guests, _hosts = matched([seat("Ana Lee", "ana@example.org")], listed(*rows))
    assert told == {"Ana Lee": (50, True)}
    assert not guests


@pytest.mark.parametrize("text", ["", "\n\n", "Dear all,\nsee you", ",,,\n;;;", "\ufeff", "PK\x03"])
def test_what_is_no_list_is_said_to_be_none(text):
    said = read(text)
    assert not said.participants
    assert "No list of participants was found" in said.problems[0]


def test_what_could_not_be_read_is_said():
    said = read(listed("Ana Lee,,30", ",,12", "***,--,9"))
    assert [one.name for one in said.participants] == ["Ana Lee"]
    assert said.problems == ["2 lines have neither a name nor an address and were left out."]
    assert read(listed()).problems == ["The list names nobody."]


def test_a_quote_that_is_not_closed_swallows_nobody():
    rows = ['Ana "Annie Lee,ana@example.org,30', *(f"P{n} Q,p{n}@example.org,9" for n in range(40))]
    assert len(read(listed(*rows)).participants) == 41


def test_an_answer_of_several_lines_is_one_row():
    text = 'User Name,Email,Why,Duration\nAna Lee,ana@example.org,"To learn,\nand to ask",30\n'
    assert minutes_by_name(text) == {"Ana Lee": 30}


A_FIFTH = LARGEST // 5
"""Of the longest text that is read; time is linear in it."""
HOSTILE = {
    "one line": "a" * A_FIFTH,
    "commas": "," * A_FIFTH,
    "quotes": '"' * A_FIFTH,
    "half quotes": 'a"\n' * (A_FIFTH // 3),
    "line ends": "\n" * A_FIFTH,
    "headers": "Name,Email\n" * (A_FIFTH // 11),
    "strangers": listed() + "\nAb Cd,,9" * (A_FIFTH // 9),
    "marks": listed() + "\na" + "\u0301" * 100_000 + ",,9",
    "brackets": listed() + "\n" + "(" * 100_000 + ",,9",
    "digits": listed() + "\nAna Lee,," + "9" * 100_000,
    "nul": "\0" * A_FIFTH,
    "surrogates": listed() + "\n\ud800 Ana,,9",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_seconds_at_most_and_raises_nothing(name):
    began = time.process_time()
    found = read(HOSTILE[name])
    match([seat("Ana Lee", "ana@example.org")], found.participants, an_event())
    assert time.process_time() - began < 4


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"\xff\xfe\x00", b"\x00" * 999, bytes(range(256)) * 9]
)
def test_bytes_of_any_kind_are_decoded(data):
    assert isinstance(decode(data), str)


def test_time_grows_with_the_length_alone():
    def seconds(count: int) -> float:
        rows = (f"Person {n} (she/her) - Library,p{n}@example.org,9" for n in range(count))
        text = listed(*rows)
        began = time.process_time()
        read(text)
        return time.process_time() - began

    seconds(500)
    assert seconds(8000) < 16 * max(seconds(1000), 0.02)


def test_text_beyond_the_limit_is_said_to_be_unread():
    assert read(UNIQUE + "x" * LARGEST).problems == [
        "The text is larger than 2 MB: its end was not read."
    ]


def test_a_participant_needs_no_more_than_a_name():
    assert Participant("Ana Lee").minutes is None
