"""Hosts that serve the database of a test as production does: processes that can be killed."""

import gzip
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

from operate.benchmarks.serving import Place, free_port
from operate.benchmarks.visiting import Answer, Visitor

SITE = "localhost"
"""By what readers call the site, whichever host it is that answers."""
SECRET = "the secret of a site of the tests, which all of its hosts have in common"
PATIENCE = 60
"""Seconds within which something that is awaited has happened."""


class Process:
    """A program in a group of its own, which is killed as a whole."""

    def __init__(self, command: list[str], log: Path, **options: object) -> None:
        """`options` are those of Popen."""
        self._command, self._log, self._options = command, log, options
        self.start_again()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def start_again(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, start_new_session=True, **self._options
            )


@dataclass(frozen=True)
class Host(Place):
    """A machine as far as the site can tell, with what its environment says beside Place's."""

    says: Mapping[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        ours = {
            "BACK_UP_NIGHTLY": "no",
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "SECRET_KEY": SECRET,
            "SITE_URL": f"http://{SITE}",
            "WEEKLY_LETTER_TO": "none",
        }
        return super().environment(**ours, **self.says, **more)

    def web(self) -> AbstractContextManager[Process]:
        return self._running(self.web_command(workers=1), "web")

    def worker(self) -> AbstractContextManager[Process]:
        return self._running(self.command("worker"), "worker")

    def await_answer(self) -> None:
        await_that(self._answers, f"the web process at port {self.port} answers")

    def _answers(self) -> bool:
        with suppress(OSError), Reader(self) as reader:
            return bool(reader.get("/healthz"))
        return False

    @contextmanager
    def _running(self, command: list[str], name: str) -> Iterator[Process]:
        log = self.folder / f"{name}.log"
        process = Process(command, log, env=self.environment())
        try:
            yield process
        finally:
            process.kill()


class Reader(Visitor):
    """A browser that a balancer leads to one of the hosts; it names none of them."""

    def __init__(self, host: Host, **cookies: str) -> None:
        super().__init__(host.port, **cookies)

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self._cookies)

    def read(self, address: str) -> str:
        """Return a page. Fails where there is none."""
        answer = self.get(address)
        assert answer.status == 200, answer
        body = answer.body
        is_packed = answer.headers["Content-Encoding"] == "gzip"
        return (gzip.decompress(body) if is_packed else body).decode()

    def post(self, address: str, body: str | bytes, kind: str) -> Answer:
        return self._ask("POST", address, body, {"Content-Type": kind})

    def _respond(self, method: str, address: str, body: str | bytes | None, headers: dict):
        return super()._respond(method, address, body, {"Host": SITE, **headers})


def make_host(folder: Path, **says: str) -> Host:
    folder.mkdir()
    return Host(folder, free_port(), says)


def database_url() -> str:
    """Return where the test's database lies, for another process."""
    said = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{said['NAME']}"
    return (
        f"postgres://{said['USER']}:{said['PASSWORD']}@{said['HOST']}:{said['PORT']}/{said['NAME']}"
    )


def await_that(is_so: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait until something is so, and fail where it does not come to that."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"In {seconds} s it has not come to this: {what}."
        time.sleep(0.05)
