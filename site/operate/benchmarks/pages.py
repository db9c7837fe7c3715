"""What pages and forms cost the server that answers them, beside an empty page of Wagtail's."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from itertools import chain, count
from statistics import median

from django.conf import settings
from django.core.management import CommandError

from operate.benchmarks import processes
from operate.benchmarks.reference import counting, forgetting
from operate.benchmarks.reference.names import NUMBER
from operate.benchmarks.serving import Place, Served
from operate.benchmarks.visiting import Answer, Visitor

WARM_UP = 4
"""Requests, one for each thread of the server."""
ROUNDS = 5
TYPED_FOR = 1.1
"""Seconds from the stamp to the sending: a form that is sent sooner is held for it."""
WORKER_ROUNDS = 60
"""Seconds; it looks for what is due each second."""

FIRST_CLIENT = ip_address("10.0.0.0")


@dataclass(frozen=True)
class Cost:
    milliseconds: float
    """Of processor time, user and system, in all processes of the server; a median of rounds."""
    queries: int
    size: int
    """Bytes of the answer's body, as sent."""


@dataclass(frozen=True)
class Costs:
    name: str
    rendered: Cost
    """Asked with a session's cookie, so that nothing is taken from the store of pages."""
    first: Cost | None = None
    """Asked so, and no part of it kept, as after a publish; None of what is sent in."""
    anonymous: Cost | None = None
    """Asked without any; None of what is sent in."""


@dataclass(frozen=True)
class Memory:
    """MiB of all processes, worker and keepers too, as `make run` has them.

    What several of them share is counted once (PSS).
    """

    one_web: float
    two_webs: float


@dataclass(frozen=True)
class Measure:
    costs: list[Costs]
    memory: Memory
    starts: list[Served]

    def of(self, name: str) -> Costs:
        return next(one for one in self.costs if one.name == name)


@dataclass
class Asked:
    """Something that is asked in one way, and what became of it."""

    name: str
    ask: Callable[[], Answer]
    status: int = 200
    took: list[float] = field(default_factory=list)
    """Milliseconds of a request, in each round."""
    queries: int = 0
    size: int = 0

    @property
    def cost(self) -> Cost:
        return Cost(median(self.took), self.queries, self.size)

    def ask_well(self) -> Answer:
        """Raises CommandError for any other answer than is to come."""
        answer = self.ask()
        if answer.status != self.status:
            raise CommandError(f"{self.name}: the server answers {answer.status}.")
        return answer


@dataclass(frozen=True)
class Everything:
    """All that is asked of one server."""

    pages: list[tuple[Asked, Asked, Asked]]
    """Each with a session's cookie, with no part of it kept, and without any cookie."""
    forms: list[Asked]

    def __iter__(self) -> Iterator[Asked]:
        return chain(*self.pages, self.forms)

    @property
    def costs(self) -> list[Costs]:
        pages = [Costs(ways[0].name, *(asked.cost for asked in ways)) for ways in self.pages]
        return [*pages, *(Costs(form.name, form.cost) for form in self.forms)]


def measure(place: Place, requests: int, load: int = 0) -> Measure:
    """Prepare a site with so many more chats, and ask for each thing so many times."""
    processes.check_system()
    told = place.prepare(load)
    numbers = count(1)
    with place.serve() as served, _asking(place, told, numbers) as everything:
        _time(served, everything, requests)
    with place.serve(counts_queries=True), _asking(place, told, numbers) as again:
        _count(everything, again)
    one_web, one = _memory(place, told, numbers, workers=1)
    two_webs, two = _memory(place, told, numbers, workers=2)
    return Measure(everything.costs, Memory(one_web, two_webs), [one, two])


def _memory(place: Place, told: dict, numbers: Iterator[int], workers: int) -> tuple[float, Served]:
    """Return what the site takes once all was asked and the worker has made its rounds."""
    with place.run(workers) as whole:
        for _ in range(WARM_UP):
            # Other connections each time: it is by these that workers share what is asked.
            with _asking(place, told, numbers) as asking:
                _ask_each(asking)
        time.sleep(WORKER_ROUNDS)
        return processes.memory_of(whole.pid), whole


@contextmanager
def _asking(place: Place, told: dict, numbers: Iterator[int]) -> Iterator[Everything]:
    session = {settings.SESSION_COOKIE_NAME: "none"}
    with (
        Visitor(place.port, **session) as own,
        Visitor(place.port, {forgetting.HEADER: "yes"}, **session) as first,
        Visitor(place.port) as anonymous,
        Visitor(place.port) as sender,
    ):
        pages = [
            tuple(Asked(name, partial(one.get, address)) for one in (own, first, anonymous))
            for name, address in told["pages"].items()
        ]
        forms = [
            Asked(name, _sending(sender, form, numbers), status=303)
            for name, form in told["forms"].items()
        ]
        time.sleep(TYPED_FOR)
        yield Everything(pages, forms)


def _sending(sender: Visitor, form: dict, numbers: Iterator[int]) -> Callable[[], Answer]:
    """Begin to write, and return what sends it: each time as another reader, of another client."""
    stamp = sender.fetch_stamp(form["address"])

    def send() -> Answer:
        number = next(numbers)
        typed = {name: said.replace(NUMBER, str(number)) for name, said in form["fields"].items()}
        return sender.send(form["address"], typed | stamp, str(FIRST_CLIENT + number))

    return send


def _time(served: Served, everything: Everything, requests: int) -> None:
    """Ask for all in turn, in rounds: what else the machine does slows all of it alike."""
    each = max(1, requests // ROUNDS)
    for _ in range(ROUNDS):
        for asked in everything:
            for _ in range(WARM_UP):
                asked.ask_well()
            before = processes.cpu_of(served.pid)
            for _ in range(each):
                asked.ask_well()
            asked.took.append((processes.cpu_of(served.pid) - before) / each)


def _count(everything: Everything, again: Everything) -> None:
    """Note the queries of what was timed, as a server that counts them tells."""
    for asked, counted in zip(everything, again, strict=True):
        for _ in range(WARM_UP):
            answer = counted.ask_well()
        asked.queries, asked.size = int(answer.headers[counting.HEADER]), len(answer.body)


def _ask_each(everything: Everything) -> None:
    """Ask for all as readers do: none of them can have nothing kept."""
    for own, _first, anonymous in everything.pages:
        own.ask_well()
        anonymous.ask_well()
    for form in everything.forms:
        form.ask_well()
