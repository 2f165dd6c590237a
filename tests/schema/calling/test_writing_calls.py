"""Every call is known to write, or to read."""

from collections import Counter

from schema.calling.writing_calls import (
    GOES_ON_IN_MAINTENANCE,
    HELD_IN_MAINTENANCE,
    READS,
    TOLD_ONCE,
    WRITES,
)
from schema.calls import METHODS
from schema.operating.operator_calls import OPERATING


def test_every_call_writes_or_reads() -> None:
    called = {method for method in METHODS if not method.startswith(("auth.", "watch."))}
    assert {method for method in called if not method.endswith(".watch")} <= {
        *READS,
        *WRITES,
        *TOLD_ONCE,
        *OPERATING,
    }
    assert not READS & WRITES.keys()


def test_R53_every_call_waits_or_it_is_said_why_it_goes_on() -> None:
    said = Counter[str](HELD_IN_MAINTENANCE)
    for methods in GOES_ON_IN_MAINTENANCE.values():
        said.update(methods)
    assert said == Counter[str](METHODS.keys())
