"""What of our own is gone after a journal has lost its newest entries (a restored backup)."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping

from prime_client.delivery.outcomes import OUTCOMES_KEPT
from prime_client.events import Event, Position, Rewound
from prime_client.failures import CallFailed, ConnectionOver
from prime_client.schema.calls import Call

ENTRIES_A_PAGE = 200
MAX_PAGES = 25
"""More of a member's own deltas than are remembered (`OUTCOMES_KEPT`)."""


class AcknowledgedDeltas:
    """Remembers what was acknowledged, and finds what of it a new epoch does not have."""

    def __init__(self, project: str, call: Call, tell: Callable[[Event], None]) -> None:
        self._project = project
        self._call = call
        self._tell = tell
        self._acknowledged: OrderedDict[str, int] = OrderedDict()  # of this epoch: id -> seq
        self._came_from: Position | None = None  # where the copy was when the connection came
        self._comparing: asyncio.Task[None] | None = None  # for what is gone in a new epoch

    def acknowledged(self, delta_id: str, seq: int) -> None:
        """One of ours is on disk."""
        self._acknowledged[delta_id] = seq
        if len(self._acknowledged) > OUTCOMES_KEPT:
            self._acknowledged.popitem(last=False)

    def joins(self, position: Position | None) -> None:
        """We ask to come in, with a copy of this position."""
        self._came_from = position or self._came_from

    def came_back(self, now: Position | None, member: str) -> None:
        """We are in, as `member`: if the epoch is another one, look for what is gone of ours."""
        before = self._came_from
        if before is None or now is None or before.epoch == now.epoch:
            return
        acknowledged, self._acknowledged = self._acknowledged, OrderedDict()
        self._comparing = asyncio.create_task(
            self._compare_with_journal(before, now, member, acknowledged),
            name=f"prime rewound {self._project}",
        )

    def end(self) -> None:
        """Look no further."""
        if self._comparing is not None:
            self._comparing.cancel()

    async def _compare_with_journal(
        self, before: Position, now: Position, member: str, acknowledged: Mapping[str, int]
    ) -> None:
        lost_ids, is_exact = await lost_deltas(
            self._call, self._project, member, acknowledged, now.seq
        )
        self._tell(Rewound(before, now, lost_ids, is_exact))


async def lost_deltas(
    call: Call, project: str, member: str, acknowledged: Mapping[str, int], head: int
) -> tuple[tuple[str, ...], bool]:
    """Which of these deltas (id -> seq) are gone, and whether the history could be asked.

    Where it could not, those are named whose seq is past the head, and there may be more.
    """
    if not acknowledged:
        return (), True
    try:
        journal_ids = await _ids_since(call, project, member, min(acknowledged.values()))
    except (CallFailed, ConnectionOver):
        return tuple(one for one, seq in acknowledged.items() if seq > head), False
    return tuple(delta_id for delta_id in acknowledged if delta_id not in journal_ids), True


async def _ids_since(call: Call, project: str, member: str, oldest: int) -> set[str]:
    ids: set[str] = set()
    before = None
    for _ in range(MAX_PAGES):
        params = {"project": project, "member": member, "limit": ENTRIES_A_PAGE}
        page = await call("history.list", **params, **({"before": before} if before else {}))
        ids.update(entry["id"] for entry in page["entries"])
        before = page["next"]
        if before is None or before <= oldest:
            break
    return ids
