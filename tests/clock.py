"""How long things take by the clock, on a machine that has other work too."""

import time
from collections.abc import Callable


def quickest_of_three(act: Callable[[], object]) -> float:
    """Return the seconds of the quickest time: what else goes on slows down single ones."""
    times = []
    for _time in range(3):
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
    return min(times)
