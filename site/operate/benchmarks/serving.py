"""A site in a folder of its own, served as `make run` serves: granian, production, a worker."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError

from operate.benchmarks import processes
from operate.benchmarks.visiting import Visitor

SETTINGS = "config.settings.benchmark"
NOT_THEIRS = ("AKISMET_KEY", "ALLOWED_HOSTS", "BEHIND_PROXY", "BOUNCE_MAILBOX", "CACHE_URL")
NOT_THEIRS += ("DATABASE_URL", "DEBUG", "EMAIL_URL", "MEDIA_S3_BUCKET", "SEARCH_ENGINE")
NOT_THEIRS += ("SECRET_KEY", "SUBMISSIONS_MAILBOX")
"""Of the environment here: the site has its own database, and asks and mails nobody."""
THREADS = 4
LOOK_EVERY = 0.01
PATIENCE = 60
"""Seconds within which a server answers, or ends."""


@dataclass(frozen=True)
class Place:
    """Where the site lies, and the port it is served on."""

    folder: Path
    port: int

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py, and return what it writes. Raises CommandError."""
        done = subprocess.run(  # noqa: S603
            self.command(*arguments), env=self.environment(), capture_output=True, text=True
        )
        if done.returncode:
            raise CommandError(f"manage.py {' '.join(arguments)} failed:\n{done.stderr}")
        return done.stdout

    def prepare(self, load: int = 0) -> dict:
        """Make the site, with so many made-up chats, and return what is asked of it."""
        subprocess.run([sys.executable, "-m", "config.secret"], env=self.environment(), check=True)
        return json.loads(self.manage("prepare_benchmark", "--load", str(load)))

    @contextmanager
    def serve(self, workers: int = 1, *, counts_queries: bool = False) -> Iterator["Served"]:
        """Serve it, and give how that began once the first page is answered."""
        environment = self.environment(COUNT_QUERIES="yes" if counts_queries else "no")
        with self._started(self.web_command(workers), environment) as served:
            yield served

    @contextmanager
    def run(self, workers: int = 1) -> Iterator["Served"]:
        """Serve it with its worker, as `make run` does."""
        script = str(settings.ROOT / "scripts" / "serve_site.py")
        command = [sys.executable, script, "--port", str(self.port), "--workers", str(workers)]
        with self._started(command, self.environment()) as served:
            yield served

    @contextmanager
    def _started(self, command: list[str], environment: dict[str, str]) -> Iterator["Served"]:
        start = time.perf_counter()
        with _running(command, environment) as process:
            while not self._answers():
                if process.poll() is not None or time.perf_counter() > start + PATIENCE:
                    raise CommandError("The server does not answer.")
                time.sleep(LOOK_EVERY)
            seconds = time.perf_counter() - start
            yield Served(process.pid, seconds, processes.cpu_of(process.pid) / 1000)

    def web_command(self, workers: int) -> list[str]:
        """Return what serves it, as the Makefile has it."""
        options = f"--interface wsgi --host 127.0.0.1 --port {self.port} --workers {workers}"
        options += f" --blocking-threads {THREADS} --no-ws --workers-kill-timeout 3"
        granian = Path(sys.executable).with_name("granian")
        return [str(granian), *options.split(), "--log-level", "error", "config.wsgi:application"]

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(settings.ROOT / "manage.py"), *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if name not in NOT_THEIRS}
        return {
            **ours,
            "DATA_DIR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "ENV_FILE": os.devnull,
            "LOG_LEVEL": "ERROR",
            "PYTHONPATH": str(settings.ROOT / "site"),
            "SITE_URL": f"http://localhost:{self.port}",
            # What is sent says who sends it: one reader could not send so much.
            "TRUSTED_PROXIES": "127.0.0.1",
            **more,
        }

    def _answers(self) -> bool:
        with suppress(ConnectionError), Visitor(self.port) as visitor:
            return visitor.get("/").status == 200
        return False


@dataclass(frozen=True)
class Served:
    pid: int
    """Of the server, whose workers are its children."""
    seconds: float
    """From its start to the first page answered."""
    computed: float
    """Of these, what it computed; more than all where it did so on several processors."""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def _running(command: Sequence[str], environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(command, env=environment)  # noqa: S603
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
