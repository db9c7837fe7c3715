"""Work in a process that ends with it: the memory that it took is given back."""

import ctypes
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Answer = TypeVar("Answer")
PR_SET_PDEATHSIG = 1


def apart(act: Callable[..., Answer], *given: object) -> Answer:
    """Return what a function of a module returns, called in a fork of this process.

    Raises what it raises, and BrokenProcessPool where that process is killed. Whoever lets it ask
    the database closes the connections here before: two processes must not speak through one.
    """
    context, ends = get_context("fork"), (os.getpid(),)
    with ProcessPoolExecutor(1, context, initializer=_end_with, initargs=ends) as elsewhere:
        return elsewhere.submit(act, *given).result()


def _end_with(parent: int) -> None:
    """Ask the system, if it is Linux, to end this process when its parent is gone."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
