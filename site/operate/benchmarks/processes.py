"""What a process, with all that it has started, uses of the machine. Linux tells it."""

import re
import time
from pathlib import Path

from django.core.management import CommandError

PROC = Path("/proc")
PSS = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


def check_system() -> None:
    """Raise CommandError where the system does not tell."""
    if not (PROC / "self/smaps_rollup").exists():
        raise CommandError("What a server uses is read from /proc, as Linux has it: not here.")


def tree_of(pid: int) -> list[int]:
    """Return a process and its descendants."""
    started = (PROC / str(pid) / "task").glob("*/children")
    children = [int(child) for told in started for child in told.read_text().split()]
    return [pid, *(below for child in children for below in tree_of(child))]


def cpu_of(pid: int) -> float:
    """Return the milliseconds that a tree of processes has computed, user and system."""
    return sum(time.clock_gettime(_clock_of(one)) for one in tree_of(pid)) * 1000


def memory_of(pid: int) -> float:
    """Return the memory of a tree in MiB: its own, and its share of what others use too (PSS)."""
    told = ((PROC / str(one) / "smaps_rollup").read_text() for one in tree_of(pid))
    return sum(int(PSS.search(text)[1]) for text in told) / 1024


def _clock_of(pid: int) -> int:
    """Return the clock of a process's time, as clock_getcpuclockid(3) does.

    It is exact, where /proc/PID/stat counts in hundredths of a second.
    """
    return (~pid << 3) | 2
