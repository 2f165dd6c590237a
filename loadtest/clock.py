"""The clock by which load tests stamp and measure: one for all of their processes."""

import time


def now_ms() -> float:
    """Milliseconds, as `time.perf_counter` has them: the same in all processes of a machine."""
    return time.perf_counter() * 1_000
