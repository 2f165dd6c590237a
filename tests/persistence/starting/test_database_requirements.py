"""What a database must be before anything is done there, and each way in which it is not."""

import asyncio
from typing import Any

import asyncpg
import pytest

from persistence.errors import PersistenceError, Unavailable, Unfit
from persistence.lanes import Lanes, LaneSizes
from persistence.migrate import bring_up_to_date, make_ready
from persistence.pool import Database
from persistence.sqlstates import IGNORED
from persistence.starting.database_requirements import check_durability, check_facts, connected
from tests.databases import execute, other_database
from tests.debian_servers import pgbouncer
from tests.three_roles import ThreeRoles

pytestmark = pytest.mark.postgres

FIT = {
    "version": 150_000, "encoding": "UTF8", "is_read_only": False, "has_schema": True,
    "me": "prime", "database": "prime",
}  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "kind", "why"),
    [
        ({"version": 130_012}, Unfit, "older than PostgreSQL 14"),
        ({"encoding": "LATIN1"}, Unfit, "encoded in LATIN1.*createdb -E UTF8 -T template0"),
        ({"encoding": "SQL_ASCII"}, Unfit, "encoded in SQL_ASCII"),
        ({"has_schema": False}, Unfit, "GRANT USAGE ON SCHEMA public"),
        ({"is_read_only": True}, Unavailable, "can only be read"),
    ],
)
def test_each_thing_that_speaks_against_it_is_told(
    fact: dict[str, Any], kind: type[PersistenceError], why: str
) -> None:
    check_facts(FIT)
    with pytest.raises(kind, match=why) as refused:
        check_facts(FIT | fact)
    assert type(refused.value) is kind


async def told(what: Any) -> str:
    with pytest.raises(PersistenceError) as refused:
        await what
    assert "\n" not in refused.value.in_full
    return refused.value.in_full


async def looked_at(address: str) -> None:
    async with connected(address):
        pass


async def test_a_database_in_another_encoding_is_refused(debian: ThreeRoles) -> None:
    admin = other_database(debian.admin, "postgres")
    make = "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
    await execute(admin, make)
    assert "encoded in LATIN1" in await told(bring_up_to_date(other_database(admin, "latin")))


async def test_a_standby_is_waited_for_and_not_served_from(debian: ThreeRoles) -> None:
    owner = debian.names[0]
    await execute(debian.admin, f"ALTER ROLE {owner} SET default_transaction_read_only = on")
    try:
        with pytest.raises(Unavailable) as unfit:
            await looked_at(debian.owner)
        assert "target_session_attrs=read-write" in unfit.value.in_full
    finally:
        await execute(debian.admin, f"ALTER ROLE {owner} RESET default_transaction_read_only")


@pytest.mark.parametrize(
    ("limit", "undone", "words"),
    [
        ("ALTER ROLE {app} CONNECTION LIMIT 0", "ALTER ROLE {app} CONNECTION LIMIT -1", "for role"),
        (
            "ALTER DATABASE {database} CONNECTION LIMIT 0",
            "ALTER DATABASE {database} CONNECTION LIMIT -1",
            "for database",
        ),
    ],
)
async def test_no_connection_left_is_not_no_answer(
    debian: ThreeRoles, limit: str, undone: str, words: str
) -> None:
    database = debian.database
    await execute(debian.admin, limit.format(app=debian.names[1], database=database))
    said = await told(looked_at(debian.app))
    await execute(debian.admin, undone.format(app=debian.names[1], database=database))
    assert said.startswith("the database has no connection left: too many connections")
    assert words in said
    assert "CONNECTION LIMIT" in said


async def test_a_full_server_is_told_as_full(debian: ThreeRoles) -> None:
    held = [await asyncpg.connect(debian.owner) for _ in range(17)]
    try:
        said = await told(looked_at(debian.app))
    finally:
        await asyncio.gather(*(connection.close() for connection in held))
    assert said.startswith("the database has no connection left: ")
    assert "max_connections" in said


async def test_other_ways_of_not_being_let_in(debian: ThreeRoles) -> None:
    elsewhere = other_database(debian.app, "nowhere")
    assert "createdb -E UTF8 -T template0 NAME" in await told(looked_at(elsewhere))
    assert "pg_hba.conf" in await told(looked_at(debian.of("nobody_knows")))
    await execute(
        debian.admin,
        f"REVOKE CONNECT ON DATABASE {debian.admin.rpartition('/')[2]} FROM {debian.names[1]}",
    )
    said = await told(looked_at(debian.app))
    assert "may not connect to this database" in said
    assert "GRANT CONNECT" in said
    await execute(
        debian.admin,
        f"GRANT CONNECT ON DATABASE {debian.admin.rpartition('/')[2]} TO {debian.names[1]}",
    )
    assert "speaks no TLS" in await told(looked_at(f"{debian.app}?sslmode=require"))


@pytest.mark.parametrize("mode", ["session", "transaction", "statement"])
async def test_each_mode_of_pgbouncer_is_known(debian: ThreeRoles, mode: str) -> None:
    port = int(debian.admin.partition("127.0.0.1:")[2].partition("/")[0])
    with pgbouncer(port, *debian.names, mode=mode, ignored=IGNORED) as its_port:

        def through(address: str) -> str:
            return address.replace(f":{port}/", f":{its_port}/")

        if mode == "session":
            assert await make_ready(through(debian.app)) == []
            assert (await bring_up_to_date(through(debian.owner))).applied == []
            sizes = LaneSizes(1, 1, 1, 1, 1, 1, 1)
            lanes = await Lanes.open(through(debian.app), sizes, through(debian.caller))
            await lanes.close()
            return
        alone = Lanes.open(debian.app, LaneSizes(1, 1, 1, 1, 1, 1, 1), through(debian.caller))
        said = await told(alone)
        assert "set pool_mode = session" in said
        assert "PRIME_CALLER_DATABASE_URL" in said or mode == "statement"
        for command in (make_ready(through(debian.app)), bring_up_to_date(through(debian.owner))):
            said = await told(command)
            assert "set pool_mode = session" in said


async def test_pgbouncer_as_it_comes_says_what_to_set(debian: ThreeRoles) -> None:
    port = int(debian.admin.partition("127.0.0.1:")[2].partition("/")[0])
    with pgbouncer(port, *debian.names) as its_port:
        address = debian.app.replace(f":{port}/", f":{its_port}/")
        with pytest.raises(Unfit) as refused:
            await Lanes.open(address, LaneSizes(1, 1, 1, 1, 1, 1, 1), debian.caller)
        assert f"ignore_startup_parameters = {IGNORED}" in refused.value.in_full
        said = await told(looked_at(address.replace(debian.names[1], "who")))
        assert "PgBouncer does not let this role in" in said


async def test_a_server_that_keeps_its_promises_is_accepted(database: Database) -> None:
    await check_durability(database)


@pytest.mark.parametrize(("value", "accepted"), [("off", False), ("local", True)])
async def test_asynchronous_commit_is_refused(
    database_url: str, value: str, accepted: bool
) -> None:
    name = database_url.split("/")[3].split("?")[0]
    db = await Database.open(database_url)
    await db.execute(f"ALTER DATABASE {name} SET synchronous_commit = {value}")
    await db.close()
    db = await Database.open(database_url)
    if accepted:
        await check_durability(db)
    else:
        with pytest.raises(Unfit, match="synchronous_commit is off"):
            await check_durability(db)
    await db.close()


class AnsweringWith:
    """An executor for what no server here can be made to say."""

    def __init__(self, **settings: str) -> None:
        sound = {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "server_version_num": "140000",
        }
        self.rows = [{"name": name, "setting": value} for name, value in (sound | settings).items()]

    async def fetch(self, query: str, *args: object) -> list[dict[str, str]]:
        return self.rows


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"fsync": "off"}, "fsync is off"),
        ({"full_page_writes": "off"}, "full_page_writes is off"),
        ({"server_version_num": "130012"}, "older than PostgreSQL 14"),
    ],
)
async def test_a_server_that_could_forget_is_refused(settings: dict[str, str], reason: str) -> None:
    await check_durability(AnsweringWith())  # type: ignore[arg-type]
    with pytest.raises(Unfit, match=reason):
        await check_durability(AnsweringWith(**settings))  # type: ignore[arg-type]
