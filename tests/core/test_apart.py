"""Work in a process that ends with it."""

import os
import signal
from concurrent.futures.process import BrokenProcessPool

import pytest

from core.apart import apart


def fail() -> None:
    raise ValueError("no disk")


def end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_it_is_done_elsewhere_and_told_here():
    assert apart(os.getpid) != os.getpid()
    assert apart(max, 1, 2) == 2
    with pytest.raises(ValueError, match="no disk"):
        apart(fail)
    with pytest.raises(BrokenProcessPool):
        apart(end)
