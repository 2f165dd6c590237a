"""What one project or one caller does to the database holds up nobody else (rule D16, C9)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import pytest

from persistence.errors import Unavailable
from persistence.tables import session_states
from schema.server_limits import MAX_CALLS_AT_ONCE
from server.calls.all_answers import ANSWERS
from server.commits import committer as committer_module
from tests.server.conftest import Node, create_project, eventually
from tests.server.wire import Wire, marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]


@asynccontextmanager
async def foreign(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Another session, in a transaction that it rolls back."""
    connection = await asyncpg.connect(database_url, timeout=10)
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield connection
    finally:
        await transaction.rollback()
        await connection.close(timeout=10)


async def two_rooms(node: Node) -> tuple[Wire, str, Wire, str]:
    """Two musicians, each in a room of its own."""
    ann, ben = await node.musician("ann"), await node.musician("ben")
    hers, his = await create_project(ann), await create_project(ben)
    await ann.join(hers)
    await ben.join(his)
    return ann, hers, ben, his


@pytest.mark.parametrize(
    "lock",
    [
        "SELECT FROM studio_projects WHERE id = $1::uuid FOR UPDATE",
        "SELECT pg_advisory_xact_lock(lock_key(owner_id)) FROM studio_projects WHERE id = $1::uuid",
        "UPDATE studio_projects SET name = 'x' WHERE id = $1::uuid",
    ],
)
async def test_F12_D16_a_locked_project_waits_alone_and_its_room_is_told(
    node: Node, database_url: str, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    monkeypatch.setattr(committer_module, "TELL_SECONDS", 0.1)
    ann, hers, ben, his = await two_rooms(node)
    async with foreign(database_url) as session:
        await session.execute(lock, hers)
        delta_id = await ann.propose(hers, marker("marker_0"))
        for n in range(20):
            assert (await ben.edit(his, marker(f"marker_{n}")))["t"] == "ack"
        assert (await ann.until("degraded"))["degraded"] is True
        assert ben.heard("degraded") == ann.heard("ack") == []
        status, text = await node.http("/readyz")
        assert (status, text) == (200, "ready; projects that cannot be written to: 1\n")
        assert "prime_projects_held_up 1.0" in node.metrics.text()
        assert "prime_degraded 0.0" in node.metrics.text()
    assert (await ann.until("degraded"))["degraded"] is False
    ack = await ann.until("ack")
    assert (ack["id"], ack["seq"]) == (delta_id, 1)
    assert (await node.http("/readyz"))[1] == "ready\n"


@pytest.mark.usefixtures("quick_rounds")
async def test_D16_a_locked_project_keeps_no_other_from_its_checkpoint(
    node: Node, database_url: str
) -> None:
    ann, hers, ben, his = await two_rooms(node)
    await ann.edit(hers, marker("marker_0"))
    await ben.edit(his, marker("marker_0"))
    async with foreign(database_url) as session:
        await session.execute("SELECT FROM studio_projects WHERE id = $1::uuid FOR UPDATE", hers)
        for live in node.hub.rooms.values():
            live.checkpoints.begun_at = float("-inf")
        await node.server.write_behind.run_once()

        async def is_stored() -> bool:
            return node.hub.rooms[his].checkpoints.stored_seq == 1

        await eventually(is_stored)  # the node's own round may have begun it, and not be done
        assert node.hub.rooms[hers].checkpoints.stored_seq == 0


async def test_D16_what_waits_too_long_is_refused_and_the_same_id_is_good(
    node: Node, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer_module, "HOLD_SECONDS", 0.1)
    ann, hers, _, _ = await two_rooms(node)
    async with foreign(database_url) as session:
        await session.execute("SELECT FROM studio_projects WHERE id = $1::uuid FOR UPDATE", hers)
        ids = [await ann.propose(hers, marker(f"marker_{n}")) for n in range(3)]
        refusals = [await ann.until("error") for _ in ids]
    assert [(r["id"], r["code"]) for r in refusals] == [(i, "unavailable") for i in ids]
    assert all(r["details"]["retry_after_ms"] > 0 for r in refusals)
    for n, delta_id in enumerate(ids):
        assert (await ann.edit(hers, marker(f"marker_{n}"), id=delta_id))["seq"] == n + 1


async def test_D16_an_error_of_one_project_is_its_own(node: Node, database_url: str) -> None:
    """As of a damaged index: PostgreSQL says XX002 for whatever is stored in one project."""
    ann, hers, ben, his = await two_rooms(node)
    db = node.context.db
    await db.execute(
        f"""
        CREATE FUNCTION damaged() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.project_id = '{hers}' THEN
                RAISE EXCEPTION 'planted' USING ERRCODE = 'XX002';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    await db.execute(
        "CREATE TRIGGER damaged BEFORE INSERT ON project_deltas FOR EACH ROW"
        " EXECUTE FUNCTION damaged()"
    )
    delta_id = await ann.propose(hers, marker("marker_0"))
    for n in range(20):
        assert (await ben.edit(his, marker(f"marker_{n}")))["t"] == "ack"
    await db.execute("DROP TRIGGER damaged ON project_deltas")
    assert (await ann.until("ack"))["id"] == delta_id
    assert node.metrics.counted("append_failed")


async def test_P5_edits_go_on_while_every_other_lane_is_in_use(node: Node) -> None:
    ann, hers, _, _ = await two_rooms(node)
    context = node.context
    lanes = (context.db, context.reads, node.journal._rooms, node.journal._behind_lane)
    async with AsyncExitStack() as held:
        for lane in lanes:
            for _ in range(lane._pool.get_max_size()):  # type: ignore[attr-defined]
                await held.enter_async_context(lane.transaction())
        for n in range(10):
            assert (await ann.edit(hers, marker(f"marker_{n}")))["t"] == "ack"


async def test_C9_one_user_does_not_take_all_connections_for_calls(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, hers, ben, his = await two_rooms(node)
    running: list[str] = []
    most: list[int] = []
    go_on = asyncio.Event()

    async def slow(context: object, caller: Wire, params: object) -> object:
        running.append(caller.user)
        most.append(running.count(ann.user))
        await go_on.wait()
        running.remove(caller.user)
        return {}

    monkeypatch.setitem(ANSWERS, "projects.get", slow)
    others = [ann, await node.again(ann), await node.again(ann)]
    asked = [
        asyncio.ensure_future(wire.call("projects.get", project=hers))
        for wire in others
        for _ in "1234"
    ]
    assert (await ben.call("history.list", project=his))["t"] == "reply"
    go_on.set()
    for each in asked:
        each.cancel()

    async def are_answered() -> bool:
        return len(most) == 12 and not running

    await eventually(are_answered)
    assert max(most) == MAX_CALLS_AT_ONCE


async def test_P6_presence_rows_that_could_not_be_written_are_written_later(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, hers, _, _ = await two_rooms(node)
    db = node.context.db
    await ann.send({"t": "presence", "project": hers, "cursor": {"time": 7.0, "y": 0.5}})
    await ann.ping()

    async def unavailable(*_: object) -> None:
        raise Unavailable("planted")

    with monkeypatch.context() as plant:
        plant.setattr(session_states, "upsert_many", unavailable)
        with pytest.raises(Unavailable):
            await node.server.write_behind.run_once()
    await node.server.write_behind.run_once()
    stored = "SELECT count(*) FROM session_states WHERE cursor IS NOT NULL AND project_id = $1"
    assert await db.fetchval(stored, hers) == 1
