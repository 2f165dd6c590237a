"""What operators have told all nodes, as each reads it."""

import pytest

from persistence.pool import Database
from persistence.tables.operating import node_questions, nodes, operator_orders
from persistence.tables.operating.nodes import Figures

pytestmark = pytest.mark.postgres

PROJECT = "INSERT INTO studio_projects (owner_id, name) VALUES ($1, 'Song') RETURNING id"
USER = "INSERT INTO prime_users (email, username) VALUES ('a@b.example', 'ann') RETURNING id"


async def test_a_node_is_told_all_in_one_row(database: Database) -> None:
    nothing = await operator_orders.read(database, "near")
    assert (nothing.message, nothing.closed, nothing.is_drained) == (None, {}, False)
    project = await database.fetchval(PROJECT, await database.fetchval(USER))
    await nodes.seen(database, "near", "host", "127.0.0.1:1", 1, "1.0", Figures(0, 0, 0, 0.0))
    async with database.transaction() as tx:
        assert await operator_orders.set_maintenance(tx, "Back at nine.") is None
        assert await operator_orders.close_room(tx, project, "It grows.", None)
        assert await nodes.set_drained(tx, "near", is_drained=True) is False
    number = await node_questions.ask(database, "rooms", {"limit": 1})
    told = await operator_orders.read(database, "near")
    assert (told.message, told.closed) == ("Back at nine.", {project: "It grows."})
    assert (told.is_drained, told.drain_words) == (True, 1)
    [question] = told.questions
    assert (question.id, question.asks, question.params) == (number, "rooms", {"limit": 1})


async def test_maintenance_is_one_and_says_what_was_before(database: Database) -> None:
    async with database.transaction() as tx:
        await operator_orders.set_maintenance(tx, "One.")
        before = await operator_orders.set_maintenance(tx, "Two.")
        assert before is not None
        assert before.message == "One."
        now = await operator_orders.maintenance(tx)
        assert now is not None
        assert (now.message, now.began_at) == ("Two.", before.began_at)
        await operator_orders.set_maintenance(tx, None)
        assert await operator_orders.set_maintenance(tx, None) is None


async def test_a_room_opens_when_its_time_is_over(database: Database) -> None:
    project = await database.fetchval(PROJECT, await database.fetchval(USER))
    assert not await operator_orders.close_room(
        database, "00000000-0000-4000-8000-000000000000", "x", None
    )
    assert await operator_orders.close_room(database, project, "It grows.", 60_000)
    [closed] = await operator_orders.closed_rooms(
        database, "00000000-0000-0000-0000-000000000000", 10
    )
    assert (closed.project, closed.name, closed.reason) == (project, "Song", "It grows.")
    assert closed.until is not None
    assert closed.until > closed.closed_at
    await database.execute("UPDATE closed_rooms SET until = now() - interval '1 second'")
    assert await operator_orders.closed_room(database, project) is None
    assert (await operator_orders.read(database, "near")).closed == {}
    assert not await operator_orders.open_room(database, project)
    assert await operator_orders.close_room(database, project, "Again.", None)
    assert await operator_orders.open_room(database, project)
    await operator_orders.forget_opened(database)
