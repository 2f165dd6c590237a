"""Queries on `node_questions`: what one node asks all others, and what they answer."""

import json
from typing import Any

from persistence import sqlstates
from persistence.errors import BadValue
from persistence.pool import Executor

ASK = """
INSERT INTO node_questions (asks, params) VALUES ($1, $2::jsonb) RETURNING id
"""

# A question that nobody waits for any more is gone, and wants no answer.
ANSWER = """
INSERT INTO node_answers (question_id, node, answer)
SELECT id, $2, $3::jsonb FROM node_questions WHERE id = $1
ON CONFLICT DO NOTHING
"""

ANSWERS = """
SELECT node, answer FROM node_answers WHERE question_id = $1
"""

ANSWERED = """
SELECT node FROM node_answers WHERE question_id = $1
"""

DONE = """
DELETE FROM node_questions WHERE id = $1 OR asked_at < now() - interval '1 minute'
"""


async def ask(db: Executor, question_kind: str, params: dict[str, Any]) -> str:
    """Put it to all nodes; its id."""
    question_id: str = await db.fetchval(ASK, question_kind, json.dumps(params))
    return question_id


async def answer(db: Executor, question: str, node: str, answer_value: Any) -> None:
    """What this node says to it; the first answer counts, and none where nobody waits any more."""
    try:
        await db.execute(ANSWER, question, node, json.dumps(answer_value))
    except BadValue as error:
        if error.sqlstate != sqlstates.NO_SUCH_ROW:
            raise  # else the question went away between its look-up and the insert


async def answered(db: Executor, question: str) -> set[str]:
    """Which nodes have."""
    return {row["node"] for row in await db.fetch(ANSWERED, question)}


async def answers(db: Executor, question: str) -> dict[str, Any]:
    """Node -> what it said."""
    rows = await db.fetch(ANSWERS, question)
    return {row["node"]: json.loads(row["answer"]) for row in rows}


async def done(db: Executor, question: str) -> None:
    """Nobody waits for it any more; nor for those that were left behind."""
    await db.execute(DONE, question)
