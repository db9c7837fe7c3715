"""What the worker does once a night, in a process that ends with it."""

from datetime import timedelta

import pytest

from core.due import DueWork, due_work
from operate import worker


@pytest.mark.django_db
def test_only_what_is_done_once_a_night_for_all_is_done_apart(monkeypatch):
    done = []
    monkeypatch.setattr(worker, "apart", lambda act: done.append("apart") or act())
    # The test's own stays open.
    monkeypatch.setattr(worker.connections, "close_all", lambda: done.append("closed"))
    night, hour = timedelta(days=1), timedelta(hours=1)
    offered = [
        DueWork("nightly", lambda: done.append("nightly"), every=night, once_for_all=True),
        DueWork("hourly", lambda: done.append("hourly"), every=hour, once_for_all=True),
        DueWork("own", lambda: done.append("own"), every=night),
    ]
    worker.Worker(offered, nights_apart=True).run_once()
    assert sorted(done) == ["apart", "closed", "hourly", "nightly", "own"]
    at = done.index("nightly")
    assert done[at - 2 : at] == ["closed", "apart"]
    done.clear()
    worker.Worker(offered).run_once()
    assert "apart" not in done


def test_all_that_is_done_at_night_can_be():
    """A process is told of a function by its name: it takes none made on the way."""
    nightly = [one for one in due_work if one.once_for_all and one.every >= worker.A_NIGHT]
    assert nightly
    assert [one.name for one in nightly if "<" in one.act.__qualname__] == []
