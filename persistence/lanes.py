"""Connections of their own for each kind of work: none waits until another gives one back."""

import asyncio
import os
import socket
from dataclasses import dataclass, fields

from persistence.caller_rights import check_rights
from persistence.caller_role import ROLE, check_lane, check_owner, check_same
from persistence.pool import NODE_NAME, Database
from persistence.starting.database_requirements import look_at
from persistence.starting.serving_rights import check_own

LOCK_SECONDS = {"appends": 0.025, "behind": 1.0}
"""How long a statement waits for a lock; others usually have it for a millisecond or two."""

STATEMENT_SECONDS = {
    "appends": 5.0,
    "rooms": 10.0,
    "behind": 30.0,
    "calls": 5.0,
    "reads": 10.0,
    "callers": 2.0,
    "searches": 2.0,
}
"""What a statement gets, by lane: a large state is written in seconds, and so is history read."""


CALLERS = "callers"
"""The lane of the second wall."""

SLOW = ("reads",)
"""Lanes that step back on a machine that they share. Not `behind`: it locks rows of projects."""


@dataclass(frozen=True, slots=True)
class LaneSizes:
    """How many connections each lane opens, at most."""

    appends: int = 3
    """Deltas: one for all that go together, the others for projects that go alone."""
    rooms: int = 3
    """What rooms read: states to open with, entries they missed; and rows that have changed."""
    behind: int = 3
    """What is written behind: states, session states, compaction."""
    calls: int = 4
    """Calls, logins and joins."""
    reads: int = 3
    """What calls read of history and snapshots."""
    callers: int = 4
    """Rows that users ask for, as the role `prime_caller`."""
    searches: int = 2
    """Ids that users search for; the rows are read over `callers`."""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(getattr(self, field.name) for field in fields(self))


class Lanes:
    """All connections of a node; each lane is a `Database`."""

    def __init__(self, by_name: dict[str, Database]) -> None:
        self.by_name = by_name
        self.appends = by_name["appends"]
        self.rooms = by_name["rooms"]
        self.behind = by_name["behind"]
        self.calls = by_name["calls"]
        self.reads = by_name["reads"]
        self.callers = by_name["callers"]
        self.searches = by_name["searches"]

    @classmethod
    async def open(cls, dsn: str, sizes: LaneSizes, callers_dsn: str | None = None) -> "Lanes":
        """Connect, or raise `Unavailable` or `Unfit`.

        `callers_dsn`: an address that logs in as `prime_caller`, where there is one. Without it the
        node's own address is used and takes that role: what runs there could take it off again.
        """
        by_name: dict[str, Database] = {}
        if callers_dsn:
            await look_at(callers_dsn, node_name(), "PRIME_CALLER_DATABASE_URL")
        try:
            for name in STATEMENT_SECONDS:
                if name == CALLERS and not callers_dsn:
                    await check_owner(by_name["calls"])
                by_name[name] = await open_lane(name, dsn, sizes, callers_dsn)
            await check_lane(by_name[CALLERS])
            await check_same(by_name["calls"], by_name[CALLERS])
            await check_rights(by_name["calls"])
            await check_own(by_name["calls"])
        except BaseException:
            await _close(by_name)
            raise
        return cls(by_name)

    async def close(self) -> None:
        """Wait briefly for queries under way, then close the connections."""
        await _close(self.by_name)


def node_name() -> str:
    """Which process of which machine it is, as its row in `server_nodes` says too."""
    return f"{NODE_NAME}{os.getpid()}@{socket.gethostname()[:30]}"


async def open_lane(
    name: str, dsn: str, sizes: LaneSizes, callers_dsn: str | None = None, at_once: int = 1
) -> Database:
    """One lane, with so many connections to begin with."""
    is_callers = name == CALLERS
    return await Database.open(
        callers_dsn if is_callers and callers_dsn else dsn,
        max_size=getattr(sizes, name),
        statement_timeout_seconds=STATEMENT_SECONDS[name],
        lock_timeout_seconds=LOCK_SECONDS.get(name),
        application_name=node_name(),
        steps_back=name in SLOW,
        role=ROLE if is_callers and not callers_dsn else None,
        at_once=at_once,
    )


async def _close(by_name: dict[str, Database]) -> None:
    await asyncio.gather(*(db.close() for db in by_name.values()))
