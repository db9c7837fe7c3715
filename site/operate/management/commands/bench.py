"""Measure how long the main pages take, over the demonstration, in a database of its own."""

import statistics
import time
from argparse import ArgumentTypeError
from dataclasses import dataclass

from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from taggit.models import Tag

from chats.models import ChatArchivePage, ChatPage
from home.models import HomePage

WARM_UP = 3


@dataclass(frozen=True)
class Measure:
    """Times in milliseconds, from the request to the last byte, without network or server."""

    median: float
    p95: float
    queries: int
    size: int


class Command(BaseCommand):
    help = (
        "Load the demonstration into an empty database and measure home, archive, a chat and a "
        "tag, one request at a time. `make bench` gives it a database of its own."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--requests", type=_some, default=50, help="of each page")

    def handle(self, *, requests: int, **options) -> None:
        if connection.introspection.table_names():
            raise CommandError("The database is not empty. Use `make bench`: it brings its own.")
        self.stdout.write("Loading the demonstration ...")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("demo", verbosity=0, stdout=self.stdout)
        self.stdout.write(f"{'':10}{'median':>9}{'p95':>9}{'queries':>9}{'size':>9}")
        for name, address in _pages().items():
            found = measure(address, requests)
            self.stdout.write(
                f"{name:10}{found.median:6.1f} ms{found.p95:6.1f} ms"
                f"{found.queries:9}{found.size / 1024:6.1f} KB"
            )


def measure(address: str, requests: int) -> Measure:
    """Ask for a page `requests` times after a warm-up. Raises CommandError unless it is there."""
    client = Client(SERVER_NAME="localhost")
    for _ in range(WARM_UP):
        response = client.get(address)
    if response.status_code != 200:
        raise CommandError(f"{address} answers {response.status_code}.")
    times = []
    for _ in range(requests):
        start = time.perf_counter()
        client.get(address)
        times.append((time.perf_counter() - start) * 1000)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    return Measure(statistics.median(times), p95, len(captured), len(response.content))


def _pages() -> dict[str, str]:
    chats = ChatPage.objects.published().annotate(topic_count=Count("topics"))
    tags = Tag.objects.annotate(uses=Count("tagged_topics"))
    return {
        "home": HomePage.objects.get().url,
        "archive": ChatArchivePage.objects.get().url,
        "chat": chats.order_by("-topic_count").first().url,
        "tag": f"/tags/{tags.order_by('-uses').first().slug}/",
    }


def _some(text: str) -> int:
    if (number := int(text)) < 2:
        raise ArgumentTypeError("at least 2")
    return number
