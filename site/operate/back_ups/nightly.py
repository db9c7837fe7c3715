"""The worker's part: a back-up each night, in a process of its own, so that mail need not wait."""

import os
import subprocess
import sys
from functools import partial

from django.conf import settings
from django.utils import timezone

from operate.back_ups import BackUpFault
from operate.back_ups.state import last
from operate.leases import DAY, period_start

COMMAND = [sys.executable, settings.ROOT / "manage.py", "back_up", "--verbosity=0"]
LOOK_AFTER = 1
"""Seconds."""
NICER = 10

_process: subprocess.Popen | None = None


def make_nightly() -> bool:
    """Begin a back-up if this night has none, or see whether it is ready.

    Returns whether it is still being made. Raises BackUpFault with what kept it from that.
    """
    global _process
    if _process is None:
        if not _is_due():
            return False
        _process = subprocess.Popen(  # noqa: S603
            COMMAND, stderr=subprocess.PIPE, text=True, preexec_fn=partial(os.nice, NICER)
        )
    try:
        _said, problem = _process.communicate(timeout=LOOK_AFTER)
    except subprocess.TimeoutExpired:
        return True
    ended, _process = _process.returncode, None
    if ended:
        last_line = problem.strip().splitlines()[-1:] or [f"It ended with {ended}."]
        raise BackUpFault(last_line[0])
    return False


def _is_due() -> bool:
    newest = last()
    return newest is None or newest[0] <= period_start(DAY, timezone.now())
