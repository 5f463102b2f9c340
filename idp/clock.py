"""Clock: owns what time it is. Injected everywhere, so that tests move time instead of sleeping."""

import time
from typing import Protocol


class Clock(Protocol):
    """Seconds since 1970, UTC."""

    def __call__(self) -> float: ...


def system() -> float:
    """The machine's clock."""
    return time.time()
