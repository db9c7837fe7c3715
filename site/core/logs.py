"""Log lines that name no reader: email and network addresses and tokens are masked."""

import json
import logging
import re
from datetime import UTC, datetime

MASKS = [
    (re.compile(r"[\w.+'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*"), "[email]"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "[address]"),
    (re.compile(r"(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])", re.I), "[address]"),
    # Signed values and random keys mix digits with letters of both cases; digests are long hex.
    (
        re.compile(r"(?=[\w:-]*\d)(?=[\w:-]*[A-Z])(?=[\w:-]*[a-z])[\w:-]{20,}", re.ASCII),
        "[token]",
    ),
    (re.compile(r"\b[0-9a-f]{32,}\b"), "[token]"),
]


def mask(text: str) -> str:
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return text


class DiscreetFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class DiscreetJSONFormatter(logging.Formatter):
    """A JSON object per record, for a collector of logs. Times are UTC (ISO 8601)."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC)
        said = {
            "time": time.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": mask(record.getMessage()),
        }
        if record.exc_info:
            said["traceback"] = mask(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)
