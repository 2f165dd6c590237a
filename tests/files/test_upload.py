"""A song cut into deltas that the server takes."""

import json

from files.upload import MAX_BYTES, MAX_OPS, cut_into_deltas


def test_batches_keep_order_and_bounds() -> None:
    ops = [{"op": "set", "col": "x", "id": str(i), "props": {}} for i in range(2_500)]
    cut = list(cut_into_deltas(ops))
    assert [len(batch) for batch in cut] == [MAX_OPS, MAX_OPS, 500]
    assert [op for batch in cut for op in batch] == ops
    assert list(cut_into_deltas([])) == []


def test_large_ops_go_into_smaller_batches() -> None:
    ops = [{"op": "set", "col": "x", "id": str(i), "props": {"a": "é" * 100_000}} for i in range(7)]
    for batch in cut_into_deltas(ops):
        assert len(json.dumps(batch, separators=(",", ":")).encode()) <= MAX_BYTES + 2
