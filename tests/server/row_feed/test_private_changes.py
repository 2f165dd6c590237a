"""What somebody writes into columns that nobody else sees is told to nobody else (rule V2)."""

from typing import Any

import pytest

from persistence import migrate
from persistence.migrate import known_migrations
from persistence.pool import Database
from persistence.tables.internal import change_log
from tests.databases import execute
from tests.server.conftest import Node
from tests.server.row_feed.test_watching import psql
from tests.server.row_feed.watching import Shown

__all__ = ["psql"]

pytestmark = [pytest.mark.postgres, pytest.mark.node]

MIGRATIONS_BEFORE = 51

PRIVATE = {
    "default_bpm": "99",
    "target_lufs": "-9",
    "preferences": """'{"theme": "dark"}'""",
    "devices": """'[{"name": "SP-404"}]'""",
    "email": "gen_random_uuid() || '@example.org'",
    "email_verified_at": "now()",
}
"""Columns of an account that its user alone sees, or nobody does, with another value."""

BEFORE = """
INSERT INTO prime_users (id, email, username)
VALUES ('10000000-0000-0000-0000-000000000001', 'ann@example.com', 'ann');
"""


async def saves_settings(psql: Any, user: str) -> None:
    """All of its private columns, one after the other."""
    for column, value in PRIVATE.items():
        await psql.execute(f"UPDATE prime_users SET {column} = {value} WHERE id = $1", user)


async def test_V2_of_private_settings_nobody_else_hears(node: Node, psql: Any) -> None:
    ann, ben, _ = await node.pair()
    people = await Shown(ann, "users", {}).begin()
    account = await Shown(ben, "account", {}).begin()
    for column, value in PRIVATE.items():
        await psql.execute(f"UPDATE prime_users SET {column} = {value} WHERE id = $1", ben.user)
        assert [change["change"] for change in await account.next()] == ["changed"], column
    assert account.rows == {ben.user: await ben.result("account.get")}
    await ben.result(
        "account.update", version=account.rows[ben.user]["version"], preferences={"a": 1}
    )
    await psql.execute("UPDATE prime_users SET name = 'Benjamin' WHERE id = $1", ben.user)
    assert await people.said() == [("changed", "Benjamin")]
    assert len(people.told) == 1, people.told


async def test_V2_one_moment_with_a_private_and_a_shown_change_is_told_once(
    node: Node, psql: Any
) -> None:
    ann, ben, _ = await node.pair()
    people = await Shown(ann, "users", {}).begin()
    async with psql.transaction():
        await saves_settings(psql, ann.user)
        await psql.execute("UPDATE prime_users SET name = 'Ben' WHERE id = $1", ben.user)
        await saves_settings(psql, ben.user)
    assert await people.said() == [("changed", "Ben")]


async def test_V8_a_watch_that_is_resumed_hears_nothing_of_private_settings(
    node: Node, psql: Any
) -> None:
    ann, ben, _ = await node.pair()
    people = await Shown(ann, "users", {}).begin()
    account = await Shown(ben, "account", {}).begin()
    for wire, shown in ((ann, people), (ben, account)):
        await wire.result("watch.end", watch=shown.watch)
    await saves_settings(psql, ben.user)
    await psql.execute("UPDATE prime_users SET name = 'Ann' WHERE id = $1", ann.user)
    began = await ann.result("users.watch", **{"from": people.position})
    assert (began["resumed"], began["left"]) == (True, [])
    assert [row["name"] for row in began["users"]] == ["Ann"]
    began = await ben.result("account.watch", **{"from": account.position})
    assert (began["resumed"], len(began["account"])) == (True, 1)


async def test_a_change_that_was_logged_before_the_migration_is_told_as_it_was(
    empty_database_url: str,
) -> None:
    await migrate.migrate(empty_database_url, known_migrations()[:MIGRATIONS_BEFORE])
    db = await Database.open(empty_database_url, max_size=1)
    place = await change_log.here(db)
    await db.close()
    await execute(empty_database_url, f"{BEFORE} UPDATE prime_users SET default_bpm = 99")
    await migrate.migrate(empty_database_url)
    db = await Database.open(empty_database_url, max_size=1)
    try:
        await db.execute("UPDATE prime_users SET default_bpm = 98")
        _, changes = await change_log.since(db, place, 100, {"prime_users"})
        assert changes is not None
        assert [change.private for change in changes] == [False, False, True]
    finally:
        await db.close()
