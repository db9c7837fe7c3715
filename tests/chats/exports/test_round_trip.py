import datetime
import random

import pytest

from chats.exports import Export, guide_list, podcast_chapters, table, webvtt, youtube
from chats.importers import ImportedChat, ImportedTopic, detect, read_text
from tests.chats.exports.corpus import TITLES, around

DAY = datetime.date(2022, 3, 2)
FORMATS = {
    "webvtt_chapters": lambda topics: webvtt.chapters(topics, 5000),
    "podcast_chapters": podcast_chapters.chapters,
    "youtube": youtube.description,
    "guide_list": lambda topics: guide_list.entry(ImportedChat(DAY, topics=tuple(topics))),
    "table": table.topics,
}
EXACT = {
    "webvtt_chapters": {"a\nb", "(from text chat) twice"},
    "podcast_chapters": {"a\nb", "(from text chat) twice"},
    "table": {"a\nb"},
}


def read_back(export: Export, name: str) -> list[ImportedTopic]:
    text = read_text(export.text.encode())
    dialect = detect(text)
    assert dialect.name == name
    parsed = dialect.parse(text)
    return [topic for chat in parsed.chats for topic in chat.topics] or list(parsed.topics)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("source", ["recording", "text chat"])
@pytest.mark.parametrize("title", TITLES)
def test_an_export_reads_back_as_it_was_or_says_otherwise(name, source, title):
    topics = around(title, source)
    export = FORMATS[name](topics)
    try:
        same = read_back(export, name) == topics
    except AssertionError:
        same = False
    assert same == (not export.notes), export.notes
    if name in EXACT and title not in EXACT[name]:
        assert export.notes == ()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("seed", range(10))
def test_any_mix_reads_back_or_says_otherwise(name, seed):
    chance = random.Random(seed)
    for _ in range(6):
        topics = [
            ImportedTopic(
                chance.choice([None, 0, 0, 5, chance.randint(0, 9000)]),
                chance.choice(TITLES),
                chance.choice(["recording", "text chat"]),
            )
            for _ in range(chance.randint(2, 6))
        ]
        if chance.random() < 0.5:
            topics = [topic for topic in topics if topic.start is not None] or topics
            topics.sort(key=lambda topic: topic.start or 0)
        export = FORMATS[name](topics)
        if not export.notes:
            assert read_back(export, name) == topics


@pytest.mark.parametrize("name", FORMATS)
def test_no_topics_at_all(name):
    export = FORMATS[name]([])
    assert export.suffix.startswith(".")
    assert "/" in export.media_type


@pytest.mark.parametrize("name", ["webvtt_chapters", "podcast_chapters", "youtube"])
def test_topics_without_a_time_are_left_out_and_said(name):
    topics = [*around("Bins"), ImportedTopic(None, "Some time or other")]
    export = FORMATS[name](topics)
    assert "Some time" not in export.text
    (note,) = export.notes
    assert note == "Topics without a time are left out: “Some time or other”."
    assert read_back(export, name) == topics[:-1]


@pytest.mark.parametrize("name", ["guide_list", "table"])
def test_topics_without_a_time_are_given_where_there_is_room_for_them(name):
    topics = [ImportedTopic(None, "Some time"), ImportedTopic(None, "Or other", "text chat")]
    export = FORMATS[name](topics)
    assert export.notes == ()
    assert read_back(export, name) == topics


@pytest.mark.parametrize("name", ["webvtt_chapters", "podcast_chapters", "youtube"])
def test_topics_are_put_in_order_and_that_is_said(name):
    topics = around("Bins")
    export = FORMATS[name](topics[::-1])
    assert export.notes == ("The topics were put in the order of their times.",)
    assert read_back(export, name) == topics


@pytest.mark.parametrize("name", FORMATS)
def test_topics_of_the_same_second(name):
    topics = [*around("Bins"), ImportedTopic(4600, "And more"), ImportedTopic(4601, "Bye")]
    export = FORMATS[name](topics)
    assert read_back(export, name) == topics
    assert [note[:21] for note in export.notes] == ["YouTube shows no chap"] * (name == "youtube")
