"""What one node asks all, and what they answer."""

import asyncio

import pytest

from persistence.pool import Database
from persistence.tables.operating import node_questions, operator_orders
from tests.persistence.planted_rows import somebody_waits

pytestmark = pytest.mark.postgres


async def test_each_node_answers_a_question_once(database: Database) -> None:
    number = await node_questions.ask(database, "rooms", {"after": "x"})
    for node in ("near", "far"):
        assert [one.id for one in (await operator_orders.read(database, node)).questions] == [
            number
        ]
        await node_questions.answer(database, number, node, {"said": node})
        await node_questions.answer(database, number, node, {"said": "again"})
        assert (await operator_orders.read(database, node)).questions == []
    assert await node_questions.answered(database, number) == {"near", "far"}
    said = {"near": {"said": "near"}, "far": {"said": "far"}}
    assert await node_questions.answers(database, number) == said
    await node_questions.done(database, number)
    assert await node_questions.answers(database, number) == {}
    await node_questions.answer(database, number, "late", None)
    assert await node_questions.answered(database, number) == set()


async def test_an_answer_to_a_question_that_goes_away_meanwhile_is_none(
    database: Database,
) -> None:
    number = await node_questions.ask(database, "rooms", {})
    async with database.transaction() as tx:
        await node_questions.done(tx, number)  # seen by others only at its end
        answering = asyncio.create_task(node_questions.answer(database, number, "near", []))
        # Not by `tx`: in a transaction pg_stat_activity stays as it was at the first look.
        await somebody_waits(database)
    await answering
    assert await node_questions.answered(database, number) == set()


async def test_what_nobody_waits_for_is_not_answered_and_forgotten(database: Database) -> None:
    await node_questions.ask(database, "rooms", {})
    await database.execute("UPDATE node_questions SET asked_at = now() - interval '2 minutes'")
    assert (await operator_orders.read(database, "near")).questions == []
    await node_questions.done(database, "00000000-0000-4000-8000-000000000000")
    assert await database.fetchval("SELECT count(*) FROM node_questions") == 0
