"""Uses that tests make up, and what is stored of them."""

import uuid
from collections.abc import Sequence
from typing import Any

from persistence.pool import Executor
from persistence.recall.observing import RecallUseRow, observe
from persistence.recall.suggesting import RankedKey, ranked
from schema.recall.contexts import Circumstances, contexts_of, levels_of

HALF_LIFE = 7.0


def use(key: str, at: float | None = None, weight: float = 1.0, **told: Any) -> RecallUseRow:
    """With an id of its own; `at` in ms since 1970."""
    taken = bool(told.pop("taken", False))
    data = told.pop("data", None)
    contexts = contexts_of(Circumstances(**told))
    return RecallUseRow(str(uuid.uuid4()), key, at, weight, contexts, taken, data)


async def observed(
    db: Executor, user: str, uses: Sequence[RecallUseRow], category: str = "plugin_choice"
) -> int:
    """How many were new."""
    return (await observe(db, user, category, HALF_LIFE, uses)).counted


async def heats_of(db: Executor, user: str, category: str = "plugin_choice") -> dict[str, Any]:
    """Context -> key -> heat."""
    rows = await db.fetch(
        "SELECT context, key, heat FROM recall_heat WHERE user_id = $1 AND category = $2",
        user,
        category,
    )
    found: dict[str, Any] = {}
    for row in rows:
        found.setdefault(row["context"], {})[row["key"]] = row["heat"]
    return found


async def rank(
    db: Executor, user: str, seconds: float | None = None, limit: int = 300, **told: Any
) -> list[RankedKey]:
    """The ranking for a question in this context."""
    levels = levels_of(Circumstances(**told))
    return await ranked(db, user, "plugin_choice", levels, HALF_LIFE, limit, seconds)
