"""Migration 0017: accounts of before get the one form of their address, and none is lost."""

import pytest

from persistence import migrate
from persistence.errors import Taken
from persistence.migrate import known_migrations
from persistence.pool import Database
from persistence.tables import users

pytestmark = pytest.mark.postgres

FORM = "ann@xn--bcher-kva.example"


async def migrated(url: str, *emails: str) -> tuple[Database, list[str]]:
    """A database that had these accounts before, in this order, and their ids."""
    await migrate.migrate(url, [m for m in known_migrations() if m.number < 17])
    db = await Database.open(url, max_size=2)
    made = [
        await db.fetchval(
            "INSERT INTO prime_users (email, username, created_at)"
            " VALUES ($1, $2, now() + $3 * interval '1 second') RETURNING id",
            email,
            f"user{number}",
            number,
        )
        for number, email in enumerate(emails)
    ]
    await migrate.migrate(url)
    return db, made


async def found(db: Database, email: str) -> str | None:
    user = await users.by_email(db, email)
    return None if user is None else user.id


async def addresses(db: Database) -> list[str]:
    rows = await db.fetch("SELECT address FROM prime_users ORDER BY username")
    return [row["address"] for row in rows]


async def test_A6_accounts_of_before_get_the_one_form(empty_database_url: str) -> None:
    before = (
        "Ann@Example.org",
        "ann@B\u00dcCHER.example",
        "\u00dcn@example.org.",
        "b\u200b@a_b.org",
    )
    db, ids = await migrated(empty_database_url, *before)
    try:
        assert await addresses(db) == [
            "ann@example.org",
            FORM,
            "\u00fcn@example.org",
            "b\u200b@a_b.org",  # none by these rules, and found as ever
        ]
        for email, user in zip(before, ids, strict=True):
            assert await found(db, email) == user
            assert await found(db, email.swapcase()) == user
        assert await found(db, FORM) == ids[1]
        rows = await db.fetch("SELECT email, version FROM prime_users ORDER BY username")
        assert [row["email"] for row in rows] == list(before)
        assert rows[0]["version"] == 1
    finally:
        await db.close()


@pytest.mark.parametrize("first", [0, 1, 2])
async def test_A6_of_accounts_of_one_address_each_is_found_by_its_own_spelling(
    empty_database_url: str, first: int
) -> None:
    spellings = ["ann@b\u00fccher.example", "ann@bu\u0308cher.example", FORM]
    order = spellings[first:] + spellings[:first]
    db, ids = await migrated(empty_database_url, *order)
    try:
        for email, user in zip(order, ids, strict=True):
            assert await found(db, email) == user
            assert await found(db, email.upper()) == user
            with pytest.raises(Taken) as taken:
                await users.create(db, email=email, username="other", name="")
            assert taken.value.field == "email"
        assert sorted(await addresses(db)) == sorted({FORM, *spellings})
        # Even where the account whose form it is has gone: a new one would hide the old ones,
        # also once nodes of before, and with them their index, are no more.
        await db.execute("DROP INDEX prime_users_email_key")
        await db.execute("DELETE FROM prime_users WHERE address = $1", FORM)
        with pytest.raises(Taken):
            await users.create(db, email=spellings[0], username="other", name="")
    finally:
        await db.close()


async def test_A6_a_node_of_before_may_go_on_making_accounts(database: Database) -> None:
    insert = "INSERT INTO prime_users (email, username) VALUES ('Ann@Example.org', 'ann')"
    await database.execute(insert)
    assert await addresses(database) == ["ann@example.org"]
    with pytest.raises(Taken):
        await users.create(database, email="ANN@example.org", username="other", name="")
