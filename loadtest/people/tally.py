"""What all musicians of a run together have seen: their acks, refusals, and times."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from prime_client.events import Acknowledged, Refused


@dataclass(slots=True)
class Tally:
    """What all musicians together have seen."""

    acked: dict[str, int] = field(default_factory=dict)
    contradictions: int = 0
    refused: list[Refused] = field(default_factory=list)
    drop_reasons: Counter[str] = field(default_factory=Counter)
    ack_ms: list[float] = field(default_factory=list)
    cursor_ms: list[float] = field(default_factory=list)
    acked_in_second: Counter[int] = field(default_factory=Counter)
    something_changed: asyncio.Event = field(default_factory=asyncio.Event)

    def note_ack(self, event: Acknowledged) -> None:
        """Two acks of one delta must say the same (rule D3)."""
        if self.acked.setdefault(event.delta_id, event.seq) != event.seq:
            self.contradictions += 1
        self.drop_reasons.update(reason for _, reason in event.dropped)
        self.acked_in_second[int(time.perf_counter())] += 1
