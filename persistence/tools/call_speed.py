"""What PostgreSQL takes of the statements of calls with no server before it.

Run as `python -m persistence.tools.call_speed`, with the calls as JSON on stdin: `[{"kind": ...,
"method": ..., "calls": [[user, params], ...]}, ...]`. The statements of each call are made once, by
the functions that the server calls, and for the login that the user has: they look at it, and hold
it where they write, as those of the server do. Then plain asyncpg runs them for some time, over
connections of its own.
"""

import argparse
import asyncio
import json
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf
from typing import Any, Self

import asyncpg
import uvloop

from persistence.caller_role import ROLE
from persistence.errors import NotFound, PersistenceError
from persistence.holding_login import HoldingLogin
from persistence.pool import Executor
from persistence.recall import observing, suggesting
from persistence.rows import reading, writing
from persistence.rows.as_login import AsLogin
from persistence.rows.row_lanes import RowLanes
from persistence.sqlstates import own_errors
from schema import limits
from schema.recall.calls import SuggestRecall
from schema.recall.categories import half_life_of
from schema.recall.contexts import Circumstances, contexts_of, levels_of
from schema.tables.all_tables import TABLES
from schema.tables.description import Table

TOKEN = "00000000-0000-4000-8000-00000000beef"
"""In arguments: an id that is new each time."""

VERSION = 987_654_321
"""In arguments: the version of the row, which is one more each time."""

BY_CALLS = {table.calls: table for table in TABLES.values()}

OWNER, CALLER = "owner", "caller"

LOGIN = """
SELECT id FROM auth_sessions WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()
ORDER BY created_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Statement:
    """One, as it was asked for: over which connection, by which method of asyncpg's."""

    lane: str
    method: str
    text: str
    args: tuple[Any, ...]


class Recorder:
    """An `Executor` that passes on and writes down. A transaction is BEGIN and COMMIT."""

    def __init__(self, connection: Any, lane: str, told: list[Statement], version: int) -> None:
        self._connection = connection
        self._lane = lane
        self._statements = told
        self._version = version
        """What stands for `VERSION` while it is recorded."""

    async def fetch(self, query: str, *args: object) -> Any:
        return await self._run("fetch", query, args)

    async def fetchrow(self, query: str, *args: object) -> Any:
        return await self._run("fetchrow", query, args)

    async def fetchval(self, query: str, *args: object) -> Any:
        return await self._run("fetchval", query, args)

    async def execute(self, query: str, *args: object) -> Any:
        return await self._run("execute", query, args)

    @asynccontextmanager
    async def transaction(self, first: str = "") -> AsyncIterator[Self]:
        await self.execute(f"BEGIN; {first}")
        yield self
        await self.execute("COMMIT")

    def when_committed(self, then: Callable[[], None]) -> None:
        then()

    async def _run(self, method: str, query: str, args: tuple[Any, ...]) -> Any:
        self._statements.append(Statement(self._lane, method, query, args))
        return await getattr(self._connection, method)(query, *filled(args, self._version))


def filled(args: Sequence[Any], version: int) -> list[Any]:
    """The arguments of one call."""
    return [_filled(arg, version) for arg in args]


def _filled(arg: Any, version: int) -> Any:
    if isinstance(arg, str):
        return arg.replace(TOKEN, str(uuid.uuid4())) if TOKEN in arg else arg
    if isinstance(arg, list):
        return [_filled(item, version) for item in arg]
    return version if arg == VERSION and isinstance(arg, int) else arg


@dataclass(slots=True)
class Recorded:
    """The statements of one call, and the version of the row that it changes."""

    statements: list[Statement]
    version: int


@dataclass(frozen=True, slots=True)
class Connections:
    """Those of one worker: as the caller's role, and as the owner."""

    by_lane: dict[str, Any]

    @classmethod
    async def open(cls, dsn: str) -> Self:
        """Raises `PersistenceError`."""
        with own_errors():
            as_owner = await _connect(dsn, {})
            return cls({OWNER: as_owner, CALLER: await _connect(dsn, {"role": ROLE})})

    async def run(self, recorded: Recorded) -> None:
        """All statements of the call, in their order."""
        for statement in recorded.statements:
            run = getattr(self.by_lane[statement.lane], statement.method)
            await run(statement.text, *filled(statement.args, recorded.version))
        recorded.version += 1

    async def close(self) -> None:
        """Both."""
        for connection in self.by_lane.values():
            await connection.close(timeout=10)


async def _connect(dsn: str, settings: dict[str, str]) -> Any:
    connection = await asyncpg.connect(dsn, timeout=10, server_settings={**settings, "jit": "off"})
    await connection.set_type_codec(
        "uuid", schema="pg_catalog", encoder=str, decoder=str, format="text"
    )
    return connection


async def record(connections: Connections, method: str, user: str, params: Any) -> Recorded:
    """What the server would ask PostgreSQL for this call; it is done once, too."""
    statements: list[Statement] = []
    version = params.get("version", 0)
    as_owner, callers = (
        Recorder(connections.by_lane[lane], lane, statements, version) for lane in (OWNER, CALLER)
    )
    login = await connections.by_lane[OWNER].fetchval(LOGIN, user)
    if login is None:
        raise NotFound(f"the user {user} is not logged in: no call can be made as this one")
    as_caller = AsLogin(callers, login)
    prefix, verb = method.split(".")
    if prefix == "recall":
        holding = HoldingLogin(as_owner, user, login, alone=False)
        await RECALL[verb]({OWNER: holding, CALLER: as_caller}, user, params)
    else:
        access = RowLanes(callers=as_caller, searches=as_owner)
        await VERBS[verb](access, BY_CALLS[prefix], user, dict(params))
    return Recorded(statements, version + 1)


async def _get(access: RowLanes, table: Table, user: str, params: Any) -> None:
    await reading.get(access, table, user, params[table.param])


async def _list(access: RowLanes, table: Table, user: str, params: Any) -> None:
    await reading.list_(access, table, user, **params)


async def _count(access: RowLanes, table: Table, user: str, params: Any) -> None:
    await reading.count(access, table, user, **params)


async def _create(access: RowLanes, table: Table, user: str, params: Any) -> None:
    bound = "" if table.most is None else f"MAX_{table.most.limit.upper()}"
    await writing.create(access, table, user, params, most=getattr(limits, bound, inf))


async def _update(access: RowLanes, table: Table, user: str, params: Any) -> None:
    del params["version"]
    row = params.pop(table.param)
    await writing.update(access, table, user, row, VERSION, params)


async def _observe(lanes: Mapping[str, Executor], user: str, params: Any) -> None:
    category = params["category"]
    uses = [
        observing.RecallUseRow(
            id=use["id"],
            key=use["key"],
            at=None,
            weight=1.0,
            contexts=contexts_of(Circumstances(**use.get("context", {}))),
            is_taken=False,
            data=None,
        )
        for use in params["uses"]
    ]
    await observing.observe(lanes[OWNER], user, category, half_life_of(category), uses)


async def _suggest(lanes: Mapping[str, Executor], user: str, params: Any) -> None:
    category = params["category"]
    levels, half_life = levels_of(Circumstances()), half_life_of(category)
    limit = params.get("limit", SuggestRecall(category).limit)
    await suggesting.ranked(lanes[CALLER], user, category, levels, half_life, limit)


VERBS: dict[str, Callable[[RowLanes, Table, str, Any], Awaitable[None]]] = {
    "get": _get,
    "list": _list,
    "count": _count,
    "create": _create,
    "update": _update,
}

RECALL: dict[str, Callable[[Mapping[str, Executor], str, Any], Awaitable[None]]] = {
    "observe": _observe,
    "suggest": _suggest,
}


async def measure(
    dsn: str, kinds: Sequence[dict[str, Any]], workers: int, seconds: float
) -> list[dict[str, Any]]:
    """Each kind for so many seconds: `kind`, `per_s`, `us` of a core that each call takes here.

    Raises `PersistenceError`.
    """
    connections = [await Connections.open(dsn) for _ in range(workers)]
    try:
        with own_errors():
            return [await _measure(kind, connections, seconds) for kind in kinds]
    finally:
        for connection in connections:
            await connection.close()


async def _measure(
    kind: dict[str, Any], connections: Sequence[Connections], seconds: float
) -> dict[str, Any]:
    recorded = [
        await record(connections[0], kind["method"], user, params) for user, params in kind["calls"]
    ]
    busy_connections = connections[: len(recorded)]
    until = time.perf_counter() + seconds

    async def work(number: int, connection: Connections) -> int:
        call_count = 0
        own_statements = recorded[number :: len(busy_connections)]
        while time.perf_counter() < until:
            await connection.run(own_statements[call_count % len(own_statements)])
            call_count += 1
        return call_count

    began_at, cpu = time.perf_counter(), time.process_time()
    counts = await asyncio.gather(
        *(work(n, connection) for n, connection in enumerate(busy_connections))
    )
    seconds_passed, cpu_taken = time.perf_counter() - began_at, time.process_time() - cpu
    call_count = sum(counts)
    return {
        "kind": kind["kind"],
        "per_s": round(call_count / seconds_passed, 1),
        "us": round(cpu_taken / max(call_count, 1) * 1e6, 1),
    }


def main() -> int:
    """Exit 0 when measured, 1 when the database does not answer or refuses."""
    parser = argparse.ArgumentParser(
        prog="python -m persistence.tools.call_speed", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--database-url", required=True, help="postgresql://...")
    parser.add_argument("--workers", type=int, default=4, help="who ask at once (4)")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each kind (2)")
    arguments = parser.parse_args()
    kinds = json.load(sys.stdin)
    try:
        rows = uvloop.run(
            measure(arguments.database_url, kinds, arguments.workers, arguments.seconds)
        )
    except PersistenceError as error:
        print(f"call_speed: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps({"results": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
