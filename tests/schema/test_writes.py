"""Every call is known to write, or to read."""

from schema.calls import METHODS
from schema.writes import READS, WRITES


def test_every_call_writes_or_reads() -> None:
    known = {*READS, *WRITES}
    assert {method for method in METHODS if not method.startswith("auth.")} == known
    assert not READS & WRITES.keys()
