"""Python's collector of cycles, kept from holding the event loop up.

A full collection looks at every container there is: 80 ms beside one project of 50,000 entities.
Nearly all memory is freed without it, by reference counts; what it is for can wait.
"""

import gc
import time

import structlog

IDLE_SECONDS = 60.0
"""Between two full collections while nobody is in a room."""

BUSY_SECONDS = 3_600.0
"""The longest time without one, however busy."""

YOUNG, MIDDLE = 700, 1
"""Objects made before the young are looked at; and how often that is done before the middle-aged
are too. At Python's 10 that takes 3 to 7 ms beside many deltas a second, so it is done sooner."""

NEVER = 1_000_000_000

log = structlog.get_logger()


class Garbage:
    """One for the process. Young objects are collected as ever: a millisecond at most."""

    def __init__(self) -> None:
        self._collected_at = time.monotonic()
        """When the last full collection began, in seconds of the monotonic clock."""
        self._before = gc.get_threshold()
        """Python's own thresholds, or whose process it is."""

    def take_over(self) -> None:
        """What exists by now stays for good; from here on full collections are ours to time."""
        self._before = gc.get_threshold()
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        gc.collect()
        gc.freeze()

    def give_back(self) -> None:
        """As it was: for a process that goes on without us, as a test's does."""
        gc.set_threshold(*self._before)
        gc.unfreeze()

    def collect_if_due(self, is_idle: bool) -> None:
        """To be called about once a second."""
        now = time.monotonic()
        if now - self._collected_at < (IDLE_SECONDS if is_idle else BUSY_SECONDS):
            return
        self._collected_at = now
        collected = gc.collect()
        seconds_taken = round((time.monotonic() - now) * 1_000, 1)
        log.info("collected cycles", objects=collected, took_ms=seconds_taken)
