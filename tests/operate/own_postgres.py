"""A PostgreSQL of the test's own, with the settings that initdb writes, to be killed."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from operate.benchmarks.serving import free_port
from tests.operate.hosts import PATIENCE, Process, await_that

DATABASE = ROLE = "postgres"
OTHERS = ("postgres", "nobody")
"""As whom it runs where we are root: as that it refuses to."""


def find_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest where Debian keeps several."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: float(folder.parent.name), default=None)


def release_of(programs: Path) -> int:
    """Return which PostgreSQL they are of, as 15."""
    told = subprocess.run([programs / "pg_dump", "--version"], capture_output=True, text=True)
    return int(re.search(r"\d+", told.stdout)[0])


class OwnPostgres:
    def __init__(self, programs: Path, folder: Path, options: dict) -> None:
        """`folder` is one that its user, named in `options` of Popen, may read."""
        self.port = free_port()
        self.url = f"postgres://{ROLE}@127.0.0.1:{self.port}/{DATABASE}"
        self._programs = programs
        data = folder / "data"
        made = ["--username", ROLE, "--auth", "trust", "--encoding", "UTF8", "--no-locale"]
        self._run([programs / "initdb", "--pgdata", data, *made], **options)
        settings = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        command = [programs / "postgres", "-D", data, "-p", str(self.port), *settings]
        self._process = Process([*map(str, command)], folder / "log", **options)

    def await_answer(self) -> None:
        await_that(self._answers, "PostgreSQL answers")

    def fill(self, url: str) -> None:
        """Take over all that is in another database."""
        dumped = self._run([self._programs / "pg_dump", "--no-owner", "--dbname", url])
        into = ["--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1", "--dbname", self.url]
        self._run([self._programs / "psql", *into], input=dumped)

    def kill(self) -> None:
        """Kill all of it, before any of its processes learns of another's end."""
        started = self._started()
        self._process.kill()
        for pid in started:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def start_again(self) -> None:
        self._process.start_again()
        self.await_answer()

    def _answers(self) -> bool:
        if self._process.has_ended:
            # While one of its former processes is still there, a new one does not begin.
            self._process.start_again()
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.url, connect_timeout=1).close()
            return True
        return False

    def _started(self) -> list[int]:
        """Return the processes that its first one has started, each in a group of its own."""
        first = self._process.pid
        with suppress(OSError):
            told = Path(f"/proc/{first}/task/{first}/children").read_text()
            return [int(pid) for pid in told.split()]
        return []

    def _run(self, command: list[str | Path], **options: object) -> bytes:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, **options)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout


@contextmanager
def own_postgres(programs: Path) -> Iterator[OwnPostgres]:
    # Not in a folder of pytest's: into these its user may not look.
    made = tempfile.TemporaryDirectory(prefix="desk-to-desk-", ignore_cleanup_errors=True)
    with made as folder:
        server = OwnPostgres(programs, Path(folder), _as_whom(folder))
        try:
            server.await_answer()
            yield server
        finally:
            server.kill()


def _as_whom(folder: str) -> dict[str, object]:
    """Return what Popen is told of its user, to whom the folder is given."""
    if os.geteuid() != 0:
        return {"cwd": folder}
    there = {user.pw_name: user for user in pwd.getpwall()}
    user = next(there[name] for name in OTHERS if name in there)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"cwd": folder, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
