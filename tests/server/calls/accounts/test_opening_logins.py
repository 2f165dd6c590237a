"""Logins that are opened while logins are ended, or what they are opened with is changed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from persistence.pool import Database
from persistence.tables import auth_credentials, auth_sessions, users
from persistence.tables.logging_in import login_challenges, provider_identities, second_factors
from server.accounts.providers.proven_identity import ProvenIdentity
from server.calls.accounts import (
    provider_login_flow,
    refreshing_tokens,
    registration_and_login,
    second_factor,
)
from server.calls.accounts.ending_logins import end_logins, tell_ended
from server.router.logins.connected_logins import end_revoked
from tests.server.accounts.authenticator import App, stand_still
from tests.server.conftest import Node, create_project

pytestmark = pytest.mark.postgres

WORDS = {"email": "ann@example.org", "password": "correct horse"}
CONFIRM = "UPDATE second_factors SET confirmed_at = now() WHERE user_id = $1"


async def set_password(node: Node, user: str) -> None:
    """As a reset does it: a new password, and no login goes on."""
    async with node.context.db.transaction() as tx:
        await auth_sessions.hold_user(tx, user)
        await auth_credentials.put_password(tx, user, "another hash")
        ended = await end_logins(node.context, tx, user, reason="password changed")
    tell_ended(node.context, ended)


def before(
    patch: pytest.MonkeyPatch, module: Any, name: str, meanwhile: Callable[[], Awaitable[Any]]
) -> None:
    """When the module is about to do this, the other is done and committed first, once."""
    true = getattr(module, name)

    async def later(*args: Any, **more: Any) -> Any:
        patch.setattr(module, name, true)
        await meanwhile()
        return await true(*args, **more)

    patch.setattr(module, name, later)


async def live(db: Database, user: str) -> int:
    text = "SELECT count(*) FROM auth_sessions WHERE user_id = $1 AND revoked_at IS NULL"
    return int(await db.fetchval(text, user))


async def test_A51_a_login_by_the_old_password_is_refused_once_there_is_a_new_one(
    node: Node, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, thief = await node.musician("ann"), await node.guest(device="thief")
    before(monkeypatch, registration_and_login, "open_login", lambda: set_password(node, ann.user))
    assert (await thief.call("auth.login", **WORDS))["code"] == "auth_failed"
    await ann.closed(4501)
    assert await live(database, ann.user) == 0


async def test_A51_who_ends_logins_waits_for_one_that_is_being_opened(
    node: Node, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, other = await node.musician("ann"), await node.guest(device="other")
    ending: list[asyncio.Task[None]] = []

    async def meanwhile() -> None:
        ending.append(asyncio.create_task(set_password(node, ann.user)))
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        async with asyncio.timeout(20):
            while not await database.fetchval(waits):  # noqa: ASYNC110 - of another connection
                await asyncio.sleep(0)

    before(monkeypatch, auth_sessions, "create", meanwhile)
    await other.call("auth.login", **WORDS)
    await ending[0]
    assert await live(database, ann.user) == 0
    await other.closed(4501)


async def test_A51_a_factor_that_is_confirmed_meanwhile_is_asked_for(
    node: Node, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, thief = await node.musician("ann"), await node.guest(device="thief")
    await ann.result("auth.totp_begin")
    confirm = lambda: database.execute(CONFIRM, ann.user)  # noqa: E731
    before(monkeypatch, registration_and_login, "open_login", confirm)
    answer = await thief.call("auth.login", **WORDS)
    assert answer["code"] == "second_factor_required"
    assert await database.fetchval("SELECT count(*) FROM login_challenges") == 1
    assert await live(database, ann.user) == 1


async def test_A51_an_identity_that_is_unlinked_meanwhile_opens_nothing(
    node: Node, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, thief = await node.musician("ann"), await node.guest(device="thief")
    proven = ProvenIdentity("https://id.example.org", "ann", "ann@example.org")
    linked = await provider_identities.link(
        database, ann.user, "id", proven.issuer, proven.subject, proven.email
    )
    assert linked

    async def finish(*_: Any) -> tuple[str, ProvenIdentity]:
        return "id", proven

    monkeypatch.setattr(provider_login_flow, "finish", finish)
    unlink = lambda: provider_identities.unlink(database, ann.user, linked.id)  # noqa: E731
    before(monkeypatch, users, "by_id", unlink)
    given = {"flow": "x" * 43, "state": "y" * 43, "code": "z"}
    assert (await thief.call("auth.provider_finish", **given))["code"] == "auth_failed"
    assert await live(database, ann.user) == 1


async def test_A51_a_device_is_not_let_in_once_the_login_that_approved_it_is_ended(
    node: Node, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, plug = await node.musician("ann"), await node.guest(device="plug")
    codes = await plug.result("auth.device_begin")
    for step in ("look", "approve"):
        await ann.result(f"auth.device_{step}", user_code=codes["user_code"])
    ending: list[asyncio.Task[None]] = []

    async def meanwhile() -> None:
        ending.append(asyncio.create_task(set_password(node, ann.user)))
        await asyncio.sleep(0)

    before(monkeypatch, auth_sessions, "create", meanwhile)
    await plug.call("auth.device_poll", device_code=codes["device_code"])
    await ending[0]
    assert await live(database, ann.user) == 0
    await plug.closed(4501)


async def test_A51_a_challenge_that_is_ended_meanwhile_opens_nothing(
    node: Node, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    in_force = node.context.in_force
    asking = in_force.settings
    in_force.settings = replace(asking, second_factor_required=False)
    ann, thief = await node.musician("ann"), await node.guest(device="thief")
    in_force.settings = replace(asking, second_factor_required=True)
    challenge = (await thief.call("auth.login", **WORDS))["details"]["challenge"]
    secret = (await thief.result("auth.totp_begin", challenge=challenge))["secret"]
    before(monkeypatch, second_factor, "count_try", lambda: set_password(node, ann.user))
    code = App(secret).code()
    answer = await thief.call("auth.totp_confirm", challenge=challenge, code=code)
    assert answer["code"] == "auth_failed"
    assert not await second_factors.is_confirmed(database, ann.user)
    assert await live(database, ann.user) == 0


async def test_A50_a_password_that_was_changed_meanwhile_is_not_changed_back(
    node: Node, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The login goes on; what was shown is the password no more."""
    ann = await node.musician("ann")
    put = lambda: auth_credentials.put_password(database, ann.user, "another hash")  # noqa: E731
    before(monkeypatch, auth_credentials, "change_password", put)
    given = {"password": WORDS["password"], "new_password": "violet anvil"}
    assert (await ann.call("auth.change_password", **given))["code"] == "auth_failed"
    assert await auth_credentials.password_of(database, ann.user) == "another hash"


@pytest.mark.parametrize("by", ["refresh", "hello"])
async def test_A52_a_login_that_is_ended_on_its_way_to_a_connection_does_not_get_there(
    node: Node, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    ann = await node.musician("ann")

    async def end() -> None:
        await set_password(node, ann.user)

    if by == "hello":
        before(monkeypatch, users, "by_id", end)
        with pytest.raises(Exception, match="4501"):
            await node.again(ann, "thief")
        return
    thief = await node.guest(device="thief")
    rotate = refreshing_tokens._rotate

    async def rotated(*args: Any) -> Any:
        found = await rotate(*args)
        await end()
        return found

    monkeypatch.setattr(refreshing_tokens, "_rotate", rotated)
    await thief.call("auth.refresh", refresh_token=ann.tokens["refresh_token"])
    await thief.closed(4501)


async def test_A52_a_connected_login_that_nobody_told_of_is_found(
    node: Node, database: Database
) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    await create_project(ann)
    ended: list[tuple[str, str]] = []

    def end(login: str, said: str) -> None:
        ended.append((login, said))

    await end_revoked(database, node.server.connections.values(), end)
    assert ended == []
    [login] = [
        c.identity.auth_session
        for c in node.server.connections.values()
        if c.identity is not None and c.identity.user == ann.user
    ]
    await database.execute("DELETE FROM auth_sessions WHERE id = $1", login)
    await end_revoked(database, node.server.connections.values(), end)
    assert ended == [(login, "")]
    await ben.ping()


async def test_A51_challenges_go_with_the_logins(node: Node, database: Database) -> None:
    ann = await node.musician("ann")
    await login_challenges.create(database, b"x" * 32, ann.user, "password", "laptop", 60)
    await set_password(node, ann.user)
    assert await database.fetchval("SELECT count(*) FROM login_challenges") == 0
