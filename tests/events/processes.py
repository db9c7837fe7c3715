"""Doing something in many processes at once, in a database that all of them write to."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from django.db import connection

WORK = """
import contextlib, json, os, sys, traceback
import django
django.setup()
from django.db import connection, connections
from django.urls import reverse
from events import mails, registration
from outbox.messages import render
from events.models import EventPage, Registration, Seats

event_pk, kind, deeds = int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])

def count_then_insert(pk):
    taken = Registration.objects.confirmed().filter(event_id=pk).count()
    return taken < Seats.objects.get(event_id=pk).capacity

def act(deed, what):
    event = EventPage.objects.get(pk=event_pk)
    if deed in ("cancel", "promote"):
        what = Registration.objects.get(pk=what)
    os.read(may_begin, 1)
    match deed:
        case "register":
            person = registration.Person(f"P {what}", f"p{what}@example.org")
            return registration.register(event, [person])[0].registration.state
        case "cancel":
            return str(registration.cancel(what))
        case "promote":
            return str(registration.promote(what))
        case "capacity":
            return str(registration.change_capacity(event, what))

# As in a server that has been at work: modules are imported, templates read.
reverse("registrations:links")
for message in mails.MESSAGES:
    render(message, message.example())
if kind == "unguarded":
    registration.claim_seat = count_then_insert
    if connection.vendor == "sqlite":
        # Its lock at BEGIN is a guard too: without, each reads before another has written.
        registration.transaction.atomic = lambda **kwargs: contextlib.nullcontext()
connections.close_all()
may_begin, begin = os.pipe()
children = []
for deed, what in deeds:
    if child := os.fork():
        children.append(child)
        continue
    os.close(begin)
    try:
        said = act(deed, what)
    except BaseException:
        said = "fault: " + traceback.format_exc().replace("\\n", " | ")
    os.write(1, (said + "\\n").encode())
    os._exit(0)
os.close(begin)
for child in children:
    os.waitpid(child, 0)
"""


def do_at_once(event, deeds: Sequence[tuple[str, int]], kind: str = "guarded") -> Counter[str]:
    """Do each deed in a process of its own, all at once; return how many were told what.

    Deeds are register (a number for a new person), cancel and promote (a registration's key) and
    capacity (how many seats). Unguarded, seats are counted and then taken.
    """
    database = connection.settings_dict
    name = str(database["NAME"])
    if connection.vendor == "postgresql":
        url = f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{name}"
    else:
        url = f"sqlite:///{name}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "TEST_DATABASE_URL": url,
        "PYTHONPATH": str(Path(__file__).parents[2] / "site"),
    }
    command = [sys.executable, "-c", WORK, str(event.pk), kind, json.dumps(deeds)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return Counter(done.stdout.split("\n")[:-1])
