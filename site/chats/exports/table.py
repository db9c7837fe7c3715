"""A chat's topics as a table (CSV, RFC 4180), for spreadsheets and for the way back."""

import csv
import io
from collections.abc import Sequence

from chats.exports.frame import Export, on_one_line, read_otherwise
from chats.importers import ImportedTopic
from chats.importers.table import parse
from core.tables import guarded

MEDIA_TYPE = "text/csv"


def topics(listed: Sequence[ImportedTopic]) -> Export:
    """Return a row for each topic: start in seconds (empty if none), stamp, topic, source.

    Cells that a spreadsheet would take for a formula are guarded. The text starts with a byte
    order mark, without which Excel takes it for another encoding.
    """
    flat, notes = on_one_line(listed)
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(["start", "stamp", "topic", "source"])
    for topic in flat:
        start = "" if topic.start is None else topic.start
        writer.writerow([start, topic.stamp, guarded(topic.title), topic.source])
    text = "\ufeff" + written.getvalue()
    notes += read_otherwise(flat, parse(text).topics)
    return Export(text, MEDIA_TYPE, ".topics.csv", tuple(notes))
