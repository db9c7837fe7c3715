import json
import logging
import sys

import pytest

from core.logs import DiscreetFormatter, DiscreetJSONFormatter

SECRETS = [
    "ines@ill.example.org",
    "Ines.Oyelaran+ill@sub.ill.example.org",
    "ines%40ill.example.org",
    "192.0.2.77",
    "2001:db8:0:1:1:1:1:1",
    "2001:db8::ff00:42:8329",
    "eyJzdWJzY3JpYmVyIjo3fQ:1xUvUO:mzZaJs-Bc6W9GCiSDYKBNDGRisDeKWQGAesJJB3JSdY",
    "JQh6b1v0e9uXo2mVYk3nJ4dR",
    "5d41402abc4b2a76b9719d911017c592",
]


def record(message: str, *arguments, fault: bool = False) -> logging.LogRecord:
    exc_info = sys.exc_info() if fault else None
    return logging.LogRecord("chats", logging.ERROR, "file.py", 1, message, arguments, exc_info)


@pytest.mark.parametrize("formatter", [DiscreetFormatter(), DiscreetJSONFormatter()])
@pytest.mark.parametrize("secret", SECRETS)
def test_addresses_and_tokens_stay_out(formatter, secret):
    line = formatter.format(record("Not Found: /updates/%s/", secret))
    assert secret not in line
    assert "Not Found: /updates/[" in line


@pytest.mark.parametrize("formatter", [DiscreetFormatter(), DiscreetJSONFormatter()])
def test_a_traceback_is_masked(formatter):
    try:
        raise ValueError("no mail to ines@ill.example.org")
    except ValueError:
        line = formatter.format(record("It failed", fault=True))
    assert "no mail to [email]" in line
    assert "test_a_traceback_is_masked" in line


@pytest.mark.parametrize(
    "text",
    [
        "Not Found: /chats/2025-05-07-renewals-recalls-and-notes-to-the-lender/",
        "at 11:28 and 1:02:03 on 2025-05-07",
        "/static/css/site.bafc35ee8b7f.css took 1.25 s",
        "process_exception_by_middleware in django/core/handlers/base.py",
    ],
)
def test_what_helps_the_operator_stays(text):
    assert DiscreetFormatter().format(record(text)) == text


def test_json_has_a_line_per_record():
    said = json.loads(DiscreetJSONFormatter().format(record("Two\nlines, %s", "“quoted”")))
    assert said["message"] == "Two\nlines, “quoted”"
    assert said["level"] == "ERROR"
    assert said["time"].endswith("+00:00")
