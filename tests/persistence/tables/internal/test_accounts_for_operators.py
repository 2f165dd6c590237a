"""What an operator sees of all accounts, and of one."""

import pytest

from persistence.pool import Database
from persistence.tables import auth_credentials, auth_sessions, users
from persistence.tables.internal import accounts_for_operators
from persistence.tables.users import UserRow

pytestmark = pytest.mark.postgres


async def make(database: Database, name: str) -> UserRow:
    return await users.create(database, email=f"{name}@example.com", username=name, name=name)


async def test_all_accounts_come_page_by_page_once_each(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts_for_operators, "ACCOUNTS_AT_ONCE", 2)
    assert not await accounts_for_operators.is_anyone(database)
    made = [await make(database, f"user{n}") for n in range(5)]
    found: list[str] = []
    while page := await accounts_for_operators.accounts(
        database, found[-1] if found else accounts_for_operators.FIRST
    ):
        assert len(page) <= 2
        found.extend(each.id for each in page)
    assert sorted(found) == sorted(row.id for row in made)
    assert await accounts_for_operators.is_anyone(database)


async def test_an_account_is_found_by_whatever_names_it(database: Database) -> None:
    ann = await make(database, "ann")
    for named in (ann.id, ann.id.upper(), "ann", "ANN", "Ann@Example.com"):
        assert await accounts_for_operators.find(database, named) == ann
    for named in ("", "bob", "bob@example.com", "00000000-0000-0000-0000-000000000000", "'; --"):
        assert await accounts_for_operators.find(database, named) is None


async def test_an_account_is_found_by_the_beginning_of_its_id(database: Database) -> None:
    ann = await make(database, "ann")
    for beginning in (ann.id[:8], ann.id[:9], ann.id[:20], ann.id):
        assert await accounts_for_operators.find_by_beginning(database, beginning) == (ann, [])
    for other in (ann.id[:7], f"{ann.id[:7]}-", "zzzzzzzz", f"{ann.id}0", f"{ann.id[:8]}%"):
        assert await accounts_for_operators.find_by_beginning(database, other) == (None, [])
    named = await make(database, ann.id[:8])
    assert await accounts_for_operators.find_by_beginning(database, ann.id[:8]) == (named, [])


async def test_of_several_accounts_none_is_meant(database: Database) -> None:
    ann, ben = await make(database, "ann"), await make(database, "ben")
    alike = ann.id[:-1] + ("0" if ann.id[-1] != "0" else "1")
    await database.execute("UPDATE prime_users SET id = $2 WHERE id = $1", ben.id, alike)
    none, several = await accounts_for_operators.find_by_beginning(database, ann.id[:8])
    assert none is None
    assert {each.name for each in several} == {"ann", "ben"}


async def test_of_an_account_what_goes_on_is_shown(database: Database) -> None:
    ann = await make(database, "ann")
    empty = await accounts_for_operators.account(database, ann.id)
    assert empty is not None
    assert (empty.has_password, empty.logins, empty.is_operator) == (False, 0, False)
    await auth_credentials.create_password(database, ann.id, "a hash")
    ended, kept = [await auth_sessions.create(database, ann.id, each, 60) for each in "ab"]
    await auth_sessions.revoke(database, ended.id, "for a test")
    account = await accounts_for_operators.account(database, ann.id)
    assert account is not None
    assert (account.has_password, account.logins) == (True, 1)
    assert [login.id for login in await accounts_for_operators.logins(database, ann.id)] == [
        kept.id
    ]
    assert await accounts_for_operators.memberships(database, ann.id) == []


async def test_an_operator_is_made_once(database: Database) -> None:
    ann = await make(database, "ann")
    done = [
        await accounts_for_operators.set_operator(database, ann.id, state)
        for state in (True, True, False)
    ]
    assert done == [True, False, True]
