"""`make bench`: what pages cost is measured in the processes of a server, a small one here."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.http import HttpResponse

from home.models import HomePage
from operate.benchmarks import pages, processes
from operate.benchmarks.pages import Cost, Costs, Measure, Memory
from operate.benchmarks.reference.counting import HEADER, count_queries
from operate.benchmarks.reference.forgetting import forget_parts
from operate.benchmarks.serving import Served
from operate.benchmarks.visiting import Visitor
from operate.management.commands.bench import Command

pytestmark = pytest.mark.any_database

SERVER = """
import json, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

clients = set()

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 2**16

    def do_GET(self):
        is_rendered = "sessionid=none" in self.headers.get("Cookie", "")
        if self.path == "/form/stamp/":
            return self.answer(200, json.dumps({"stamp": "S", "token": "T"}), "csrftoken=T")
        if self.path == "/slow/" and is_rendered:
            until = time.thread_time() + 0.01
            while time.thread_time() < until:
                pass
        if self.path == "/once/":
            self.close_connection = True
        known = self.path in ("/bare/", "/empty/", "/frame/", "/slow/", "/once/")
        queries = (7 + ("X-Nothing-Kept" in self.headers)) if is_rendered else 0
        self.answer(200 if known else 404, "Here.", "sessionid=", queries)

    def do_POST(self):
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        client = self.headers["X-Forwarded-For"]
        is_proper = (sent["stamp"], sent["csrfmiddlewaretoken"]) == (["S"], ["T"])
        is_proper &= "csrftoken=T" in self.headers["Cookie"] and sent["name"] != ["{number}"]
        self.answer(303 if is_proper and client not in clients else 429, "", queries=9)
        clients.add(client)

    def answer(self, status, text, cookie="", queries=0):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("Set-Cookie", cookie)
        self.send_header("x-queries", str(queries))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE)
print(child.stdout.readline().decode(), flush=True)
time.sleep(60)
"""
CHILD = """
import time
kept = bytearray(range(256)) * (40 * 2**12)
while time.process_time() < 0.2:
    pass
print("ready", flush=True)
time.sleep(60)
"""


class SmallPlace:
    """What `serving.Place` is, for a server without a site."""

    def __init__(self, process: subprocess.Popen, **pages: str) -> None:
        self.port = int(process.stdout.readline())
        self._pid = process.pid
        self._pages = {
            "bare view": "/bare/",
            "empty, Wagtail": "/empty/",
            "empty, our frame": "/frame/",
            **pages,
        }

    def prepare(self, load: int) -> dict:
        form = {"address": "/form/", "fields": {"name": "Reader {number}"}}
        return {"pages": self._pages, "forms": {"sent": form}}

    @contextmanager
    def serve(self, workers: int = 1, *, counts_queries: bool = False) -> Iterator[Served]:
        yield Served(self._pid, 1.5, 1.2)

    @contextmanager
    def run(self, workers: int = 1) -> Iterator[Served]:
        yield Served(self._pid, 1.5, 1.2)


@pytest.fixture
def run() -> Iterator:
    started = []

    def start(*arguments: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", *arguments], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        for pid in reversed(processes.tree_of(process.pid)):
            subprocess.run(["kill", str(pid)], check=True)
        process.wait()
        process.stdout.close()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(pages, "TYPED_FOR", 0)
    monkeypatch.setattr(pages, "WORKER_ROUNDS", 0)


def test_a_process_is_measured_with_those_it_started(run):
    parent = run(PARENT, CHILD)
    assert "ready" in parent.stdout.readline()
    assert len(processes.tree_of(parent.pid)) == 2
    assert 200 <= processes.cpu_of(parent.pid) < 2000
    assert 40 <= processes.memory_of(parent.pid) < 100


def test_another_system_is_told_from_linux(monkeypatch, tmp_path):
    monkeypatch.setattr(processes, "PROC", Path(tmp_path))
    with pytest.raises(CommandError, match="/proc"):
        pages.measure(None, 5)


def test_pages_and_forms_are_measured(run):
    found = pages.measure(SmallPlace(run(SERVER), slow="/slow/"), requests=10)
    slow, sent = found.of("slow"), found.of("sent")
    assert 10 < slow.rendered.milliseconds < 50
    assert slow.anonymous.milliseconds < 5
    assert (slow.rendered.queries, slow.anonymous.queries) == (7, 0)
    assert slow.first.queries == 8
    assert slow.rendered.size == len("Here.")
    assert (sent.rendered.queries, sent.anonymous) == (9, None)
    assert found.memory.one_web > 5


def test_a_page_that_is_not_there_is_not_measured(run):
    with pytest.raises(CommandError, match="nowhere: the server answers 404"):
        pages.measure(SmallPlace(run(SERVER), nowhere="/nothing/here/"), requests=5)


def test_a_connection_that_was_closed_is_opened_anew(run):
    place = SmallPlace(run(SERVER))
    with Visitor(place.port) as visitor:
        assert [visitor.get("/once/").status for _ in range(3)] == [200] * 3


def test_queries_are_told(rf, db):
    def answer(request):
        HomePage.objects.get()
        HomePage.objects.count()
        return HttpResponse()

    assert count_queries(answer)(rf.get("/"))[HEADER] == "2"


def test_nothing_is_taken_from_parts_where_that_is_asked(rf):
    def answer(request):
        return HttpResponse(request.content_version)

    def asked(**headers: str) -> bytes:
        request = rf.get("/", headers=headers)
        request.content_version = "v7"
        return forget_parts(answer)(request).content

    assert (asked(), asked(**{"X-Nothing-Kept": "yes"})) == (b"v7", b"")


def test_costs_are_set_beside_an_empty_page():
    def costs(name: str, milliseconds: float, queries: int) -> Costs:
        rendered, first = Cost(milliseconds, queries, 2048), Cost(milliseconds * 2, 12, 2048)
        return Costs(name, rendered, first, Cost(0.75, 0, 1024))

    names = ["bare view", "empty, Wagtail", "empty, our frame", "archive"]
    of_pages = [costs(name, place + 1, place * 3) for place, name in enumerate(names)]
    sent = Costs("comment sent", Cost(9, 20, 0))
    out = StringIO()
    measure = Measure([*of_pages, sent], Memory(200, 290), [Served(1, 2.5, 2.0)])
    Command(stdout=out)._pages(measure)
    told = {line[:18].strip(): line[18:].split() for line in out.getvalue().splitlines()}
    assert told["archive"][:6] == ["4.00", "ms", "2.00", "1.33", "9", "+6"]
    assert told["archive"][6:10] == ["8.00", "ms", "1.33", "12"]
    assert told["archive"][10:] == ["0.75", "ms", "1.00", "0", "1.0", "KB"]
    assert told["comment sent"] == ["9.00", "ms", "4.50", "3.00", "20", "+17"]
    assert "one for the web 200 MiB" in out.getvalue()
    assert "2.5 s" in out.getvalue()
