"""Serve the site with its worker beside it: serve_site.py [--host H] [--port P] [--workers N].

The code is loaded once, and the processes are forked from there: they share what none of them
writes to, and the second one costs no time to start.
"""

import argparse
import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context

from serve import ENDING, LIBC, end_with, serve

THREADS = 4
"""Of each web process. More would only wait for one another, and each takes memory."""
KILLED_AFTER = 3
"""Seconds that a web process has for the requests it is at."""

# Parameters of mallopt(3), from malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8


def main() -> int:
    options = _options()
    _keep_no_free_memory()
    _load()
    web = partial(Forked, partial(_answer, options))
    worker = partial(Forked, _work, in_own_group=True)
    return serve(web, worker)


class Forked(get_context("fork").Process):
    """A call in a process of its own, which ends when this one does; started when made."""

    def __init__(self, act: Callable[[], None], *, in_own_group: bool = False) -> None:
        super().__init__(target=_begin, args=(act, os.getpid(), in_own_group))
        self.start()

    @property
    def returncode(self) -> int | None:
        return self.exitcode

    def poll(self) -> int | None:
        return self.exitcode


def _begin(act: Callable[[], None], parent: int, in_own_group: bool) -> None:
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if in_own_group:
        os.setpgid(0, 0)
    end_with(parent)
    act()


def _load() -> None:
    """Load all that any of the processes needs, and leave no connection for them to share."""
    # Nothing of it is garbage: looking takes a fifth of the time.
    gc.disable()
    import granian  # noqa: F401
    from django.conf import settings
    from django.db import connections
    from django.urls import reverse

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
    if not any("postgresql" in one["ENGINE"] for one in settings.DATABASES.values()):
        # Eight megabytes, which the framework of Wagtail's admin API loads where it can.
        sys.modules["psycopg"] = None

    import config.wsgi  # noqa: F401

    # The views of all addresses are loaded with the first address that is asked for.
    reverse("wagtailadmin_home")
    connections.close_all()
    gc.enable()
    # A collector that looked through it all would write to it, in each process.
    gc.collect()
    gc.freeze()


def _answer(options: argparse.Namespace) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "config.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=THREADS,
        websockets=False,
        workers_kill_timeout=KILLED_AFTER,
        log_level=LogLevels.error,
    ).serve()


def _work() -> None:
    from django.core.management import call_command

    call_command("worker")


def _keep_no_free_memory() -> None:
    """Let glibc, where it is that, have one heap for all threads and give back what is free."""
    mallopt = getattr(LIBC, "mallopt", None)
    if mallopt:
        mallopt.argtypes = [ctypes.c_int, ctypes.c_int]
        mallopt(M_ARENA_MAX, 1)
        mallopt(M_TRIM_THRESHOLD, 128 * 1024)
        mallopt(M_MMAP_THRESHOLD, 128 * 1024)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve the site with its worker beside it.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1, help="web processes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
