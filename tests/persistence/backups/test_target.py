import pytest

from persistence.backups import target
from persistence.errors import Refused
from tests.databases import execute, other_database

pytestmark = pytest.mark.postgres


async def test_only_an_empty_database_will_do(database_url: str, empty_database_url: str) -> None:
    with pytest.raises(Refused, match=r"is not empty .* nothing was done: restore into a new one"):
        await target.prepare(database_url, [])
    assert (await target.prepare(empty_database_url, ["prime_caller"])).major >= 14
    await execute(empty_database_url, "CREATE FUNCTION one() RETURNS int LANGUAGE sql RETURN 1")
    with pytest.raises(Refused, match="is not empty"):
        await target.prepare(empty_database_url, [])


async def test_what_an_extension_has_brought_is_no_content(empty_database_url: str) -> None:
    await execute(empty_database_url, "CREATE EXTENSION pg_trgm")
    await target.prepare(empty_database_url, [])


async def test_roles_that_are_missing_are_told_with_their_statement(
    empty_database_url: str,
) -> None:
    with pytest.raises(Refused, match='let an administrator run CREATE ROLE "readers"'):
        await target.prepare(empty_database_url, ["readers"])


async def test_a_database_beside_is_made_and_dropped(postgres_dsn: str) -> None:
    await target.create(postgres_dsn, "prime_rehearsal_test")
    beside = other_database(postgres_dsn, "prime_rehearsal_test")
    await target.prepare(beside, [])
    await target.drop(postgres_dsn, "prime_rehearsal_test")
    await target.drop(postgres_dsn, "prime_rehearsal_test")
    with pytest.raises(Refused):
        await target.prepare(beside, [])
    with pytest.raises(ValueError, match="no name of ours"):
        await target.drop(postgres_dsn, 'x"; DROP')
