"""`make run` and `make dev` start two processes by scripts/serve.py, and no end leaves one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]

SERVE = """
import sys
from scripts import serve
serve.ASK_AGAIN, serve.PAUSE, serve.PATIENCE, serve.LITTLE_PATIENCE = 0.3, 0.2, 2, 0.3
border = sys.argv.index("--")
sys.exit(serve.serve_commands(sys.argv[1:border], sys.argv[border + 1:]))
"""

CHILD = """
import os, pathlib, signal, sys, time
name, folder, seconds_to_leave = sys.argv[1], pathlib.Path(sys.argv[2]), float(sys.argv[3])
leaves_at = float("inf")

def write(line):
    with open(folder / f"{name}.log", "a") as log:
        print(line, file=log)

def hear(number, frame):
    global leaves_at
    write("told")
    if (folder / f"{name}.deaf").exists():
        (folder / f"{name}.deaf").unlink()
    else:
        leaves_at = time.monotonic() + seconds_to_leave

signal.signal(signal.SIGTERM, hear)
write(os.getpid())
while time.monotonic() < leaves_at:
    time.sleep(0.02)
write("left")
sys.exit(7)
"""


class Pair:
    """A launcher with two children that write their pid, and what befell them, to a file."""

    def __init__(self, folder: Path, seconds_to_leave: float = 0, before: tuple = ()) -> None:
        self.folder = folder
        web, worker = (
            [sys.executable, "-c", CHILD, name, str(folder), str(seconds)]
            for name, seconds in {"web": 0, "worker": seconds_to_leave}.items()
        )
        self.process = subprocess.Popen(
            [*before, sys.executable, "-c", SERVE, *web, "--", *worker],
            cwd=settings.ROOT,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=heed_signals,
        )
        self.pids = [self.pid_of("web"), self.pid_of("worker")]

    def log(self, name: str) -> list[str]:
        path = self.folder / f"{name}.log"
        return path.read_text().splitlines() if path.exists() else []

    def pid_of(self, name: str, start: int = 0) -> int:
        """Wait until it has started that often, and return its pid."""
        wait_until(lambda: len(self._pids(name)) > start)
        return self._pids(name)[start]

    def _pids(self, name: str) -> list[int]:
        return [int(line) for line in self.log(name) if line.isdigit()]

    def end(self) -> None:
        for pid in [*self._pids("web"), *self._pids("worker")]:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.kill()
        self.process.communicate()


def heed_signals() -> None:
    """Undo what the tests may have been started with, as `&` and nohup do."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def wait_until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., Pair]]:
    pairs = []

    def start_one(**options) -> Pair:
        pairs.append(Pair(tmp_path, **options))
        return pairs[-1]

    yield start_one
    for pair in pairs:
        pair.end()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_both(start, number):
    pair = start()
    pair.process.send_signal(number)
    assert pair.process.wait(timeout=10) == 7
    for name in ("web", "worker"):
        assert pair.log(name)[1:] == ["told", "left"]


def test_under_nohup_it_outlasts_its_terminal(start):
    pair = start(before=("nohup",))
    pair.process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert pair.process.poll() is None
    assert pair.log("worker")[1:] == []


def test_signals_that_come_together_are_one(start):
    """Ctrl-C in a terminal, or make that passes on what its group has heard."""
    pair = start(seconds_to_leave=0.5)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        pair.process.send_signal(number)
        time.sleep(0.05)
    pair.process.wait(timeout=10)
    assert pair.log("worker")[1:] == ["told", "left"]


def test_ctrl_c_in_a_terminal_reaches_the_worker_through_the_launcher_alone(start):
    pair = start()
    assert os.getpgid(pair.pids[0]) == pair.process.pid
    assert os.getpgid(pair.pids[1]) == pair.pids[1]


def test_a_server_that_does_not_listen_is_told_again(start):
    pair = start()
    (pair.folder / "web.deaf").touch()
    pair.process.terminate()
    assert pair.process.wait(timeout=10) == 7
    assert pair.log("web")[1:] == ["told", "told", "left"]


def test_a_worker_that_ends_is_started_again_and_it_is_said(start):
    pair = start()
    os.kill(pair.pids[1], signal.SIGKILL)
    second = pair.pid_of("worker", 1)
    assert second != pair.pids[1]
    pair.process.terminate()
    _, said = pair.process.communicate(timeout=10)
    assert said == "The worker ended (-9). It starts again in 0.2 s.\n"
    assert not is_alive(second)


def test_the_end_of_the_server_ends_all(start):
    pair = start()
    os.kill(pair.pids[0], signal.SIGKILL)
    assert pair.process.wait(timeout=10) == 128 + signal.SIGKILL
    assert pair.log("worker")[1:] == ["told", "left"]


def test_the_end_of_the_server_leaves_the_worker_little_time(start):
    """Who starts both again waits for this, and readers with it."""
    pair = start(seconds_to_leave=1)
    os.kill(pair.pids[0], signal.SIGKILL)
    assert pair.process.wait(timeout=10) == 128 + signal.SIGKILL
    assert pair.log("worker")[1:] == ["told"]


def test_who_ends_both_leaves_the_worker_its_time(start):
    pair = start(seconds_to_leave=1)
    pair.process.terminate()
    assert pair.process.wait(timeout=10) == 7
    assert pair.log("worker")[1:] == ["told", "left"]


def test_a_worker_that_does_not_end_is_killed(start):
    pair = start(seconds_to_leave=60)
    pair.process.terminate()
    assert pair.process.wait(timeout=10) == 7
    assert not is_alive(pair.pids[1])
    assert pair.log("worker")[1:] == ["told"]


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells of a parent's end")
def test_a_launcher_that_is_killed_leaves_none(start):
    pair = start()
    pair.process.kill()
    for name in ("web", "worker"):
        wait_until(lambda name=name: pair.log(name)[1:] == ["told", "left"])
