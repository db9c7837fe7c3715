"""Work in a process that ends with it."""

import os
import signal
from concurrent.futures.process import BrokenProcessPool
from datetime import timedelta

import pytest

from core.due import DueWork, due_work
from operate import worker
from operate.apart import apart


def fail() -> None:
    raise ValueError("no disk")


def end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_it_is_done_elsewhere_and_told_here():
    assert apart(os.getpid) != os.getpid()
    with pytest.raises(ValueError, match="no disk"):
        apart(fail)
    with pytest.raises(BrokenProcessPool):
        apart(end)


@pytest.mark.django_db
def test_only_what_is_done_once_a_night_for_all(monkeypatch):
    done = []
    monkeypatch.setattr(worker, "apart", lambda act: done.append("apart") or act())
    night, hour = timedelta(days=1), timedelta(hours=1)
    offered = [
        DueWork("nightly", lambda: done.append("nightly"), every=night, once_for_all=True),
        DueWork("hourly", lambda: done.append("hourly"), every=hour, once_for_all=True),
        DueWork("own", lambda: done.append("own"), every=night),
    ]
    worker.Worker(offered, nights_apart=True).run_once()
    assert sorted(done) == ["apart", "hourly", "nightly", "own"]
    assert done.index("nightly") == done.index("apart") + 1
    done.clear()
    worker.Worker(offered).run_once()
    assert "apart" not in done


def test_all_that_is_done_at_night_can_be():
    """A process is told of a function by its name: it takes none made on the way."""
    nightly = [one for one in due_work if one.once_for_all and one.every >= worker.A_NIGHT]
    assert nightly
    assert [one.name for one in nightly if "<" in one.act.__qualname__] == []
