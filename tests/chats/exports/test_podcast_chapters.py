import json

from chats.exports.podcast_chapters import MEDIA_TYPE, chapters
from chats.importers import ImportedTopic

TOPICS = [
    ImportedTopic(80, 'Bins "red" </script>'),
    ImportedTopic(None, "untimed"),
    ImportedTopic(0, "Welcome"),
    ImportedTopic(80, "naïve", "text chat"),
]


def test_the_file():
    export = chapters(TOPICS, ["https://a.example/1", "x", "", "https://a.example/2"])
    assert json.loads(export.text) == {
        "version": "1.2.0",
        "chapters": [
            {"startTime": 0, "title": "Welcome"},
            {"startTime": 80, "title": 'Bins "red" </script>', "url": "https://a.example/1"},
            {"startTime": 80, "title": "(from text chat) naïve", "url": "https://a.example/2"},
        ],
    }
    assert export.media_type == MEDIA_TYPE == "application/json+chapters"
    assert len(export.notes) == 2


def test_without_addresses():
    assert "url" not in chapters(TOPICS).text
