import pytest

from chats.importers import ImportedTopic, Parsed
from chats.importers.topic_line import parse, recognises


@pytest.mark.parametrize(
    "text",
    [
        "Topics and timestamps: 0:15 Sign-in; 1:20 Bins (red; blue)",
        "timestamps & topics:\u00a00:15\u00a0Sign-in;\n 1:20 Bins (red; blue)",
        "0:15 Sign-in; 1:20 Bins (red; blue)",
    ],
)
def test_a_line_of_topics(text):
    assert recognises(text)
    assert parse(text) == Parsed(
        topics=(ImportedTopic(15, "Sign-in"), ImportedTopic(80, "Bins (red; blue)"))
    )


def test_source_and_topics_without_a_time():
    parsed = parse("\n\nTopics: (from text chat) Bins; Maps")
    assert parsed.topics == (
        ImportedTopic(None, "Bins", "text chat"),
        ImportedTopic(None, "Maps"),
    )


def test_what_is_no_topic_is_told_by_line():
    parsed = parse("\n(hosted by Ivo Maric) Bring tea! Topics: 1:20 Bins; 2:75 Maps")
    assert [topic.title for topic in parsed.topics] == ["Bins", "Maps"]
    reasons = [warning.reason for warning in parsed.warnings]
    assert [warning.line for warning in parsed.warnings] == [2, 2, 2]
    assert "no time “2:75”" in reasons[0]
    assert "“Bring tea!” is no topic" in reasons[1] or "Bring tea" in reasons[1]
    assert "Only the topics" in reasons[2]


@pytest.mark.parametrize("text", ["", " \n", "Bins; lids", "1:20 Bins", "1:20 a\n2:20 b; 3:20 c"])
def test_what_is_not_recognised(text):
    assert not recognises(text)
