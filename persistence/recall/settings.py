"""What a user wants remembered, a row for each category; who writes in a category locks its row."""

from dataclasses import dataclass
from typing import Any

from persistence.caller_role import CALLER
from persistence.errors import PersistenceError
from persistence.pool import Executor
from persistence.tables.internal import counting
from schema.limits import MAX_RECALL_CATEGORIES

LOCK = """
SELECT remembers, half_life_days, heats FROM recall_settings
WHERE user_id = $1 AND category = $2 FOR NO KEY UPDATE
"""

# One that another has made meanwhile is locked by the same statement: before the next one it may
# have been forgotten again.
ADD = """
INSERT INTO recall_settings AS s (user_id, category, half_life_days)
SELECT $1::uuid, $2, $3
WHERE (SELECT count(*) FROM recall_settings WHERE user_id = $1::uuid AND category <> $2) < $4
ON CONFLICT (user_id, category) DO UPDATE SET category = s.category
RETURNING remembers, half_life_days, heats
"""

# What each key weighs now stays what it is; from here on it fades by the new half-life.
RESCALE = """
UPDATE recall_heat SET heat = heat + extract(epoch FROM now())::float8
    / 86400 * (1 / $4::float8 - 1 / $3::float8)
WHERE user_id = $1 AND category = $2 AND context <> 'now'
"""

SET_HALF_LIFE = """
UPDATE recall_settings SET half_life_days = $3 WHERE user_id = $1 AND category = $2
"""

SET_REMEMBERS = """
UPDATE recall_settings SET remembers = $3 WHERE user_id = $1 AND category = $2
"""

LIST = f"""
SELECT category, remembers, half_life_days FROM recall_settings
WHERE user_id = $1 AND {CALLER} ORDER BY category
"""


class NoRoom(PersistenceError):
    """The user has as many of these as there may be; nothing was counted."""


@dataclass(frozen=True, slots=True)
class CategorySettings:
    """How a category is kept. `heats`: about so many rows of contexts of keys."""

    remembers: bool
    half_life_days: float
    heats: int


@dataclass(frozen=True, slots=True)
class RecallSettingRow:
    """Of one category."""

    category: str
    remembers: bool
    half_life_days: float


async def lock_category(
    transaction: Executor, user: str, category: str, half_life_days: float
) -> CategorySettings:
    """Until the transaction ends nobody else writes in it; heats are by this half-life then.

    Raises `NoRoom`.
    """
    row = await transaction.fetchrow(LOCK, user, category)
    if row is None:
        await counting.hold(transaction, "recall categories", user)
        most = MAX_RECALL_CATEGORIES
        row = await transaction.fetchrow(ADD, user, category, half_life_days, most)
    if row is None:
        text = "forget one (one that is switched off: switch it on first)"
        raise NoRoom(f"there may be {MAX_RECALL_CATEGORIES} categories; {text}")
    if row["half_life_days"] != half_life_days:
        before = row["half_life_days"]
        await transaction.execute(RESCALE, user, category, before, half_life_days)
        await transaction.execute(SET_HALF_LIFE, user, category, half_life_days)
    return CategorySettings(row["remembers"], half_life_days, row["heats"])


async def set_remembers(
    db: Executor, user: str, category: str, half_life_days: float, remembers: bool
) -> None:
    """From now on uses in the category are counted, or are not. Raises `NoRoom`."""
    async with db.transaction() as transaction:
        await lock_category(transaction, user, category, half_life_days)
        await transaction.execute(SET_REMEMBERS, user, category, remembers)


async def settings_of(db: Executor, user: str) -> list[RecallSettingRow]:
    """Of all categories in which something was counted or set, by name."""
    return [_setting(row) for row in await db.fetch(LIST, user)]


def _setting(row: Any) -> RecallSettingRow:
    return RecallSettingRow(row["category"], row["remembers"], row["half_life_days"])
