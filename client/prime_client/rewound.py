"""What of our own is gone after a journal has lost its newest entries (a restored backup)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from prime_client.failures import CallFailed, ConnectionOver

ENTRIES_A_PAGE = 200
MAX_PAGES = 25
"""More of a member's own deltas than are remembered (`prime_client.room.OUTCOMES_KEPT`)."""

Call = Callable[..., Awaitable[Any]]


async def gone(
    call: Call, project: str, member: str, acknowledged: Mapping[str, int], head: int
) -> tuple[tuple[str, ...], bool]:
    """Which of these deltas (id -> seq) are gone, and whether the history could be asked.

    Where it could not, those are named whose seq is past the head, and there may be more.
    """
    if not acknowledged:
        return (), True
    try:
        there = await _ids_since(call, project, member, min(acknowledged.values()))
    except (CallFailed, ConnectionOver):
        return tuple(one for one, seq in acknowledged.items() if seq > head), False
    return tuple(one for one in acknowledged if one not in there), True


async def _ids_since(call: Call, project: str, member: str, oldest: int) -> set[str]:
    found: set[str] = set()
    before = None
    for _ in range(MAX_PAGES):
        asked = {"project": project, "member": member, "limit": ENTRIES_A_PAGE}
        page = await call("history.list", **asked, **({"before": before} if before else {}))
        found.update(entry["id"] for entry in page["entries"])
        before = page["next"]
        if before is None or before <= oldest:
            break
    return found
