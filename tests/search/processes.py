"""Other processes of the site, made by forking: they work on the test's database, and can die."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import ExitStack

from django.db import connection, connections

FILE_OPERATIONS = {
    "close", "fchmod", "flock", "flush", "fsync", "link", "mkdir", "open", "remove", "rename",
    "replace", "rmdir", "truncate", "unlink", "utime", "write",
}  # fmt: skip
DIED = -signal.SIGKILL


def start(act: Callable[[], object]) -> int:
    """Do something in a process of its own and return its id. What it raises goes to stderr.

    The test must have committed what that process is to see: see `transactional_db`.
    """
    # Two processes must not speak over one connection.
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        act()
        status = 0
    except BaseException:
        # Not by sys.stderr: pytest may keep that in the memory of this process.
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(status)


def end(pid: int) -> int:
    """Wait for a process; return its status, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def run(act: Callable[[], object]) -> int:
    return end(start(act))


def kill(pid: int) -> int:
    os.kill(pid, signal.SIGKILL)
    return end(pid)


class Steps:
    """Counts what a process does, and kills it where told.

    Of files: every opening, write, rename and so on. Of the database: every statement.
    """

    def __init__(self, of_files: bool = True, last: int | None = None) -> None:
        self.of_files = of_files
        self.last = last
        self.done = 0
        self._patches = ExitStack()

    def __enter__(self) -> "Steps":
        if self.of_files:
            sys.setprofile(self._called)
            self._patches.callback(sys.setprofile, None)
        else:
            self._patches.enter_context(connection.execute_wrapper(self._executed))
        return self

    def __exit__(self, *exception) -> None:
        self._patches.close()

    def _called(self, frame: object, event: str, function: object) -> None:
        if event == "c_call" and getattr(function, "__name__", "") in FILE_OPERATIONS:
            self._take()

    def _executed(self, execute: Callable, *arguments) -> object:
        self._take()
        return execute(*arguments)

    def _take(self) -> None:
        if self.done == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        self.done += 1


def steps_of(act: Callable[[], object], of_files: bool = True) -> int:
    """Do something here and return how many steps it took."""
    with Steps(of_files) as steps:
        act()
    return steps.done


def die_in(act: Callable[[], object], step: int, of_files: bool = True) -> None:
    """Do something in another process, killed before that step of it; it may end before."""

    def go() -> None:
        with Steps(of_files, last=step):
            act()

    assert run(go) in {DIED, 0}


def points(steps: int, most: int) -> list[int]:
    """Return some of the steps, evenly spread, the first and the last among them."""
    if steps <= most:
        return list(range(steps))
    return sorted({round(step * (steps - 1) / (most - 1)) for step in range(most)})
