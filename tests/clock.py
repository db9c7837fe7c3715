"""How long things take by the clock, on a machine that has other work too."""

import time
from collections.abc import Callable


def takes_less(seconds: float, act: Callable[[], object]) -> bool:
    """Say whether it takes less, once in three times: what else goes on slows down single ones."""
    for _time in range(3):
        begun = time.perf_counter()
        act()
        if time.perf_counter() - begun < seconds:
            return True
    return False
