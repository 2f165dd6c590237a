"""Every call is known to write, or to read."""

from schema.calling.writes import READS, TOLD_ONCE, WRITES
from schema.calls import METHODS
from schema.operating.calls import OPERATING


def test_every_call_writes_or_reads() -> None:
    called = {method for method in METHODS if not method.startswith(("auth.", "watch."))}
    assert {method for method in called if not method.endswith(".watch")} <= {
        *READS,
        *WRITES,
        *TOLD_ONCE,
        *OPERATING,
    }
    assert not READS & WRITES.keys()
