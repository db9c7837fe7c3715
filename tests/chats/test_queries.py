"""No page asks the database more as the archive grows tenfold."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chats.models import ChatPage
from search.entries import sweep
from search.following import rebuild

LIMITS = {"index": 30, "table": 38}


def count_queries(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.fixture
def paths(archive):
    def biggest():
        chat = ChatPage.objects.newest_first().filter(topics__tagged_items__isnull=False).first()
        topic = chat.topics.exclude(tagged_items=None).first()
        tag, host = topic.tags.first().slug, chat.hosts[0].slug
        word = topic.title.split()[-1].strip("?")
        return [
            "/",
            "/chats/",
            f"/chats/?host={host}&tag={tag}&state=complete",
            f"/chats/?q={word}",
            f"/chats/?q={word}&host={host}&tag={tag}&state=complete",
            f"/chats/search.json?q={word}",
            "/chats/suggestions.json?q=boo",
            "/chats/suggestions/?q=boo",
            "/tags/",
            f"/tags/{tag}/",
            "/search/",
            f"/search/?q={word}",
            f"/search/?q={word}&kind=topic&host={host}&tag={tag}",
            f"/search.json?q={word}",
            chat.url,
        ]

    return biggest


@pytest.mark.any_database
@pytest.mark.parametrize("engine", ["table", "index"])
def test_query_counts_do_not_grow_with_the_archive(client, paths, engine):
    def fill(**size):
        call_command("generate_load", **size)
        sweep()
        if engine == "index":
            rebuild()

    fill(chats=6, topics=4)
    few = [count_queries(client, path) for path in paths()]
    ChatPage.objects.all().delete()
    fill(chats=40, topics=20)
    many = [count_queries(client, path) for path in paths()]
    assert many == few
    assert max(many) <= LIMITS[engine]
