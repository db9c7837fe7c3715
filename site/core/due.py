"""Work in the background: each part offers its own, and `manage.py worker` does what is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Model, QuerySet

from core.offers import Offers


@dataclass(frozen=True)
class DueWork:
    """A piece of work that looks at the state and does what is due.

    `act` is killed at any point, called again, and called by several workers at once: it must be
    safe then. It does a part of the work, of seconds rather than minutes, and returns True where
    there is more: others have their turn in between. What it raises is logged, it is called again
    a little later, and health names it.
    """

    name: str
    """Unique, without personal data: health and logs show it."""
    act: Callable[[], bool | None]
    every: timedelta
    """How often to look."""
    once_for_all: bool = False
    """One worker alone does it, and not again before `every` has passed since, restarts included.

    Whole days are counted in nights: due at 3:00 by the site's clock, or as soon as a worker runs
    after that.
    """
    at_start: bool = False
    """Each worker also does it when it starts, done lately or not."""


due_work: Offers[DueWork] = Offers()


def on_each(rows: QuerySet, act: Callable[[Model], None], most: int) -> bool:
    """Do something about rows that are due, each in a transaction. Returns whether there are more.

    What is done must take a row out of `rows`: of two workers the second finds it gone. A row that
    fails keeps none after it from its turn. Raises ExceptionGroup, once all were tried, with what
    kept some of them; what the database itself does not do, at once.
    """
    some = list(rows.order_by("pk").values_list("pk", flat=True)[:most])
    faults: list[Exception] = []
    for pk in some:
        try:
            with transaction.atomic():
                if row := rows.select_for_update(of=("self",)).filter(pk=pk).first():
                    act(row)
        except (OperationalError, InterfaceError):
            raise
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise ExceptionGroup(f"{len(faults)} of {rows.model._meta.label}", faults)
    return len(some) == most
