"""How long things take, in milliseconds."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Times:
    median: float
    p95: float

    def __str__(self) -> str:
        return f"{self.median:6.1f} ms{self.p95:6.1f} ms"


def timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    start = time.perf_counter()
    answer = work()
    return (time.perf_counter() - start) * 1000, answer


def took(work: Callable[[], object]) -> float:
    return timed(work)[0]


def summed_up(times: Iterable[float]) -> Times:
    """Return median and 95th percentile of two times or more."""
    times = list(times)
    return Times(
        statistics.median(times), statistics.quantiles(times, n=20, method="inclusive")[-1]
    )
