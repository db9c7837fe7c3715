"""How long the main pages take."""

from dataclasses import dataclass

from django.core.management import CommandError
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from taggit.models import Tag

from chats.models import ChatArchivePage, ChatPage
from home.models import HomePage
from operate.benchmarks.times import Times, summed_up, took

WARM_UP = 3


@dataclass(frozen=True)
class Measure:
    times: Times
    """From the request to the last byte, without network or server."""
    queries: int
    size: int
    """Bytes."""


def measure(address: str, requests: int) -> Measure:
    """Ask for a page `requests` times after a warm-up. Raises CommandError unless it is there."""
    client = Client(SERVER_NAME="localhost")
    for _ in range(WARM_UP):
        response = client.get(address)
    if response.status_code != 200:
        raise CommandError(f"{address} answers {response.status_code}.")
    times = summed_up(took(lambda: client.get(address)) for _ in range(requests))
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return Measure(times, len(captured), len(response.content))


def main_pages() -> dict[str, str]:
    """Return the addresses of what is measured: a chat with many topics, a tag used often."""
    chats = ChatPage.objects.published().annotate(topic_count=Count("topics"))
    tags = Tag.objects.annotate(uses=Count("tagged_topics"))
    return {
        "home": HomePage.objects.get().url,
        "archive": ChatArchivePage.objects.get().url,
        "chat": chats.order_by("-topic_count").first().url,
        "tag": f"/tags/{tags.order_by('-uses').first().slug}/",
    }
