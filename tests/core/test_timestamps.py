import pytest

from core.timestamps import format_duration, format_stamp, parse_stamp


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:00", 0),
        ("0:24", 24),
        ("2:15", 135),
        ("02:15", 135),
        ("11:28", 688),
        (" 11:28 ", 688),
        ("59:59", 3599),
        ("60:00", 3600),
        ("90:05", 5405),
        ("999:59", 59999),
        ("1:00:00", 3600),
        ("1:02:03", 3723),
        ("01:02:03", 3723),
        ("12:00:00", 43200),
    ],
)
def test_parse_stamp(text, seconds):
    assert parse_stamp(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "11", ":28", "11:", "11:60", "11:2", "1:60:00", "1:2:3:4", "-1:00", "1:00.5", "a:bc",
     "١:٠٠", "1 : 00", "1000:00", "100:00:00", "1:02:03 pm"],
)  # fmt: skip
def test_what_is_no_stamp(text):
    with pytest.raises(ValueError, match="not a time in a recording"):
        parse_stamp(text)


@pytest.mark.parametrize(
    ("seconds", "stamp", "duration"),
    [
        (0, "0:00", "PT0S"),
        (9, "0:09", "PT9S"),
        (60, "1:00", "PT1M"),
        (688, "11:28", "PT11M28S"),
        (3599, "59:59", "PT59M59S"),
        (3600, "1:00:00", "PT1H"),
        (3723, "1:02:03", "PT1H2M3S"),
        (36000, "10:00:00", "PT10H"),
    ],
)
def test_format(seconds, stamp, duration):
    assert format_stamp(seconds) == stamp
    assert format_duration(seconds) == duration


@pytest.mark.parametrize("seconds", [0, 1, 59, 60, 61, 3599, 3600, 3661, 86399])
def test_a_written_stamp_reads_back(seconds):
    assert parse_stamp(format_stamp(seconds)) == seconds
