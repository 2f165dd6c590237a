"""The proof at the end of a demo: what was kept, and what was not."""

from io import StringIO
from typing import Any

from rich.console import Console, RenderableType

from loadtest.demo.proof import proof

LIBRARY = {
    "preset": "Reese",
    "presets_used": 4,
    "shared_with": 4,
    "pending_for": 4,
    "live_for": 4,
}
REPORT: dict[str, Any] = {
    "recall": {"uses": 40, "suggested": 9, "taken": 5},
    "lost_uses": 0,
    "library": LIBRARY,
    "musicians": 4,
    "deltas_acked": 321,
    "lost": 0,
    "converged": True,
    "refused": 0,
    "dropped_ops": 2,
    "kills": 3,
    "reconnects": 12,
    "resent": 5,
    "digest": "0123456789abcdef0123456789abcdef",
    "ack_ms": {"p50": 3.2, "p99": 9.9},
    "cursor_ms": {"p50": None, "p99": None},
    "hub_rss_mb": 61.2,
    "ready_s": 2.4,
}


def drawn(picture: RenderableType) -> str:
    console = Console(width=80, record=True, file=StringIO())
    console.print(picture)
    text = console.export_text()
    assert all(len(line.rstrip()) <= 80 for line in text.splitlines())
    return text


def test_the_proof_marks_what_was_kept_and_what_was_not() -> None:
    kept = drawn(proof(REPORT))
    assert "✗" not in kept
    assert "321 deltas acknowledged and seen, 0 of them lost" in kept
    assert "killed 3 x" in kept
    assert "40 uses told to Mixx Recall, 0 of them lost; 5 of 9 first suggestions taken" in kept
    broken = drawn(proof(REPORT | {"lost": 1, "converged": False, "kills": 0, "lost_uses": 1}))
    assert broken.count("✗") == 3
    unheard = drawn(proof(REPORT | {"library": LIBRARY | {"live_for": 3, "shared_with": 0}}))
    assert unheard.count("✗") == 2
