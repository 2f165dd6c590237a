"""A database as a node would find it, and nothing of it changed."""

from collections.abc import Iterator

import pytest

from persistence.pool import Database
from persistence.starting import database_status
from server.commands.checks.database_checks import database_findings
from server.commands.checks.finding import FindingState
from server.node_secrets import node_secrets
from server.settings.reading import read_settings
from tests.databases import execute
from tests.three_roles import ThreeRoles, three_roles

pytestmark = pytest.mark.postgres

ALL = ["database", "connections", "clock", "schema", "rights", "secret"]


@pytest.fixture(scope="module")
def parted(postgres_dsn: str, template_name: str) -> Iterator[ThreeRoles]:
    server = postgres_dsn.replace("//prime@", "//postgres@")
    with three_roles(server, template=template_name) as made:
        yield made


async def look(url: str, **variables: str) -> dict[str, tuple[FindingState, str]]:
    found = await database_findings(read_settings({}, {"DATABASE_URL": url, **variables}))
    assert [each.name for each in found] == ALL
    return {each.name: (each.state, each.text) for each in found}


async def test_one_that_is_right(database_url: str, database: Database) -> None:
    await database.execute("DELETE FROM server_secrets")
    found = await look(database_url)
    assert {state for state, _ in found.values()} == {FindingState.OK}
    assert "no node has served" in found["secret"][1]
    assert await database.fetchval("SELECT count(*) FROM server_secrets") == 0


async def test_one_that_nobody_has_migrated_is_left_so(empty_database_url: str) -> None:
    found = await look(empty_database_url)
    assert [found[name][0] for name in ALL] == ["ok", "ok", "ok", "failed", "failed", "ok"]
    assert "run ./run migrate" in found["schema"][1]
    database = await Database.open(empty_database_url, max_size=1)
    try:
        assert await database_status.applied(database) == []
    finally:
        await database.close()


async def test_one_that_does_not_answer_is_told_once() -> None:
    found = await look("postgresql://me:hunter22@127.0.0.1:1/x")
    assert [found[name][0] for name in ALL] == ["failed", *["not looked at"] * 5]
    assert "hunter22" not in repr(found)


async def test_another_secret_fails_and_nothing_else(database_url: str, database: Database) -> None:
    await database.execute("DELETE FROM server_secrets")
    await node_secrets(b"one secret of tests, 32 bytes long", database)
    right = await look(database_url, PRIME_SECRET="one secret of tests, 32 bytes long")
    assert right["secret"][0] == "ok"
    changing = await look(
        database_url,
        PRIME_SECRET="another one of tests, as long as it",
        PRIME_SECRET_BEFORE="one secret of tests, 32 bytes long",
    )
    assert changing["secret"][0] == "ok"
    for other in ({"PRIME_SECRET": "another one of tests, as long as it"}, {}):
        found = await look(database_url, **other)
        assert [name for name in ALL if found[name][0] != "ok"] == ["secret"]
        assert "PRIME_SECRET is not the one" in found["secret"][1]


async def test_a_schema_that_lacks_something_is_named(database_url: str) -> None:
    await execute(database_url, "UPDATE prime_migrations SET number = number + 9000, name = 'x'"
                  " WHERE number = (SELECT max(number) FROM prime_migrations)")  # fmt: skip
    try:
        found = await look(database_url)
        assert found["schema"][0] == "failed"
        assert "lacks" in found["schema"][1]
        assert "./run migrate" in found["schema"][1]
    finally:
        await execute(database_url, "DELETE FROM prime_migrations WHERE number > 9000")


async def test_rights_are_those_of_who_serves(parted: ThreeRoles) -> None:
    found = await look(parted.app, PRIME_CALLER_DATABASE_URL=parted.caller)
    assert {state for state, _ in found.values()} == {FindingState.OK}
    assert found["database"][1].endswith(f", as {parted.names[1]}; durable")
    owners = await look(parted.owner)
    assert f", as {parted.names[0]} (the tables' owner, who has every" in owners["database"][1]
    await execute(parted.admin, f"REVOKE INSERT ON project_deltas FROM {parted.names[1]}")
    found = await look(parted.app, PRIME_CALLER_DATABASE_URL=parted.caller)
    assert [name for name in ALL if found[name][0] != "ok"] == ["rights"]
    assert "1 grant" in found["rights"][1]
    assert "./run migrate" in found["rights"][1]


@pytest.mark.parametrize(
    ("ahead", "state", "says"),
    [
        (1.0, "ok", "the database server's"),
        (20.0, "warning", "20 s ahead of"),
        (-90.0, "failed", "90 s behind the database server's; set both by NTP"),
    ],
)
async def test_a_clock_that_is_wrong_is_told_with_what_sets_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch, ahead: float, state: str, says: str
) -> None:
    async def clock_ahead(_: Database) -> float:
        return ahead

    monkeypatch.setattr(database_status, "clock_ahead", clock_ahead)
    found = (await look(database_url))["clock"]
    assert found[0] == state
    assert says in found[1]
