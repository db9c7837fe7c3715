"""Run the web server with the worker beside it: serve.py WEB COMMAND -- WORKER COMMAND.

A worker that ends is started again. SIGINT, SIGTERM or SIGHUP ends both, and so does the end of
the server, which leaves the worker little time: readers wait for whoever starts both again. This
then ends as the server did. A second signal leaves the worker no time.
"""

import ctypes
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

# Seconds.
LOOK_EVERY = 0.1
AT_ONCE = 1
ASK_AGAIN = 2
PAUSE = 5
PATIENCE = 30
LITTLE_PATIENCE = 3

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Process(Protocol):
    """What is asked here of a subprocess.Popen, and of what stands in for it."""

    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


def serve(start_web: Callable[[], Process], start_worker: Callable[[], Process]) -> int:
    """Return what the server returned, as a shell would tell it.

    The server stays in this process group: a debugger in it has the terminal. The worker must not:
    it would hear Ctrl-C twice, once from the terminal and once from here.
    """
    orders = Orders()
    web = start_web()
    worker = Kept(start_worker)
    asks_at = math.inf
    while web.poll() is None:
        if orders.take():
            worker.terminate()
            asks_at = time.monotonic()
        if time.monotonic() >= asks_at:
            # Until it ends: granian loses a SIGTERM beside the SIGHUP of a terminal that closes.
            web.terminate()
            asks_at += ASK_AGAIN
        worker.look()
        time.sleep(LOOK_EVERY)
    worker.end(orders, PATIENCE if asks_at < math.inf else LITTLE_PATIENCE)
    return web.returncode if web.returncode >= 0 else 128 - web.returncode


class Orders:
    """Signals to end. Those within a second are one: make passes on what all have heard."""

    def __init__(self) -> None:
        self._heard_at = -math.inf
        self._waits = False
        for number in ENDING:
            # What the caller ignores stays ignored, as SIGHUP under nohup.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._hear)

    def take(self) -> bool:
        """Tell whether one came since this was last asked."""
        waits, self._waits = self._waits, False
        return waits

    def _hear(self, number: int, frame: object) -> None:
        if time.monotonic() - self._heard_at > AT_ONCE:
            self._waits = True
            self._heard_at = time.monotonic()


class Kept:
    """A process that is started again when it ends, until terminated."""

    def __init__(self, start: Callable[[], Process]) -> None:
        self._start = start
        self._process = start()
        self._starts_at: float | None = None
        self._leaving = False

    def look(self) -> None:
        if self._leaving or self._process.poll() is None:
            return
        if self._starts_at is None:
            sys.stderr.write(
                f"The worker ended ({self._process.returncode}). It starts again in {PAUSE} s.\n"
            )
            self._starts_at = time.monotonic() + PAUSE
        elif time.monotonic() >= self._starts_at:
            self._process = self._start()
            self._starts_at = None

    def terminate(self) -> None:
        self._leaving = True
        self._process.terminate()

    def end(self, orders: Orders, patience: float) -> None:
        """Terminate it unless that is done, and return when it has ended: after `patience` seconds
        it is killed."""
        if not self._leaving:
            self.terminate()
        killed_at = time.monotonic() + patience
        while self._process.poll() is None:
            if orders.take():
                self.terminate()
            if time.monotonic() >= killed_at:
                self._process.kill()
            time.sleep(LOOK_EVERY)


def run(command: list[str], **options) -> subprocess.Popen:
    """Start a command that ends when this process does."""
    return subprocess.Popen(  # noqa: S603
        command, preexec_fn=partial(end_with, os.getpid()), **options
    )


def end_with(parent: int) -> None:
    """Ask the system, if it is Linux, for SIGTERM when the parent is gone, killed or not."""
    if hasattr(LIBC, "prctl"):
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)


def serve_commands(web: list[str], worker: list[str]) -> int:
    """Return what the server's command returned."""
    return serve(partial(run, web), partial(run, worker, process_group=0))


if __name__ == "__main__":
    border = sys.argv.index("--")
    sys.exit(serve_commands(sys.argv[1:border], sys.argv[border + 1 :]))
