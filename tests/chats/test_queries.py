"""No page asks the database more as the archive grows tenfold."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chats.models import ChatPage, TopicTag


def count_queries(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.fixture
def paths(archive):
    def biggest():
        tag = TopicTag.objects.order_by("pk").first().tag.slug
        chat = ChatPage.objects.newest_first().filter(topics__isnull=False).first()
        host = ChatPage.objects.exclude(chat_hosts=None).first().hosts[0].slug
        return [
            "/",
            "/chats/",
            f"/chats/?q=book&host={host}&tag={tag}",
            "/tags/",
            f"/tags/{tag}/",
            chat.url,
        ]

    return biggest


def test_query_counts_do_not_grow_with_the_archive(client, paths):
    call_command("generate_load", chats=6, topics=4)
    few = [count_queries(client, path) for path in paths()]
    ChatPage.objects.all().delete()
    call_command("generate_load", chats=60, topics=40)
    many = [count_queries(client, path) for path in paths()]
    assert many == few
    assert max(many) <= 20
