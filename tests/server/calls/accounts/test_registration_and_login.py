"""One person, one account: however an address and a password are spelt."""

import asyncio
import time

import bcrypt
import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from persistence.pool import Database
from persistence.tables import auth_credentials
from schema.close_codes import CLOSE_CODES
from schema.limits import MAX_FREE_GUESSES
from server.accounts.access_tokens import AccessTokens
from server.accounts.hashing.hashing_queue import HashingQueue
from tests.server.conftest import SECRET, Node, create_project
from tests.server.wire import Message, Wire, marker

pytestmark = pytest.mark.postgres

SPELLINGS = ("Ann@B\u00fccher.example", "ann@bu\u0308cher.example", "ann@xn--bcher-kva.EXAMPLE")
AS_ON_A_MAC, AS_ELSEWHERE = "gru\u0308ne\u00a0Wiese", "gr\u00fcne Wiese"


async def register(wire: Wire, email: str, password: str, name: str = "ann") -> Message:
    return await wire.call("auth.register", email=email, username=name, password=password)


async def log_in(node: Node, email: str, password: str) -> Message:
    guest = await node.guest()
    return await guest.call("auth.login", email=email, password=password)


async def test_A6_one_address_is_one_account_however_it_is_spelt(node: Node) -> None:
    guest = await node.guest()
    made = await register(guest, SPELLINGS[0], "correct horse")
    ben = await node.musician("ben")
    project = await create_project(ben)
    for email in SPELLINGS:
        again = await register(await node.guest(), email, "other horse", "other")
        assert (again["code"], again["details"]) == ("taken", {"field": "email"})
        there = await log_in(node, email, "correct horse")
        assert there["result"]["user"] == made["result"]["user"]
        granted = await ben.result("members.grant", project=project, email=email, role="editor")
        assert granted["user"]["username"] == "ann"


async def test_A6_what_is_no_address_makes_no_account(node: Node) -> None:
    for email in ("an\u200bn@example.org", "ann@a_b.org", "ann..b@example.org"):
        refused = await register(await node.guest(), email, "correct horse")
        assert (refused["code"], refused["details"]) == ("validation", {"field": "email"})
        assert (await log_in(node, email, "correct horse"))["code"] == "auth_failed"


async def test_A4_tries_are_counted_together_however_the_address_is_spelt(node: Node) -> None:
    await register(await node.guest(), SPELLINGS[0], "correct horse")
    tries = [SPELLINGS[number % 3] for number in range(MAX_FREE_GUESSES + 1)]
    codes = [(await log_in(node, email, "wrong horse"))["code"] for email in tries]
    assert codes == ["auth_failed"] * MAX_FREE_GUESSES + ["rate_limited"]


@pytest.mark.parametrize(
    ("made", "typed"), [(AS_ON_A_MAC, AS_ELSEWHERE), (AS_ELSEWHERE, AS_ON_A_MAC)]
)
async def test_A7_a_password_is_one_however_it_is_typed(node: Node, made: str, typed: str) -> None:
    await register(await node.guest(), "ann@example.org", made)
    for password in (made, typed):
        assert (await log_in(node, "ann@example.org", password))["t"] == "reply"
    for wrong in ("grune Wiese", "gr\u00fcneWiese", typed.upper()):
        assert (await log_in(node, "ann@example.org", wrong))["code"] == "auth_failed"


async def test_A7_who_has_a_password_from_before_logs_in_as_ever_and_then_however_it_is_typed(
    node: Node, database: Database
) -> None:
    made = await register(await node.guest(), "ann@example.org", AS_ELSEWHERE)
    user = made["result"]["user"]["id"]
    passwords = HashingQueue()
    as_typed = await passwords.hash(AS_ON_A_MAC, "here")
    passwords.close()
    await auth_credentials.set_password(database, user, as_typed)
    assert (await log_in(node, "ann@example.org", AS_ELSEWHERE))["code"] == "auth_failed"
    assert (await log_in(node, "ann@example.org", AS_ON_A_MAC))["t"] == "reply"
    assert await auth_credentials.password_of(database, user) != as_typed
    for password in (AS_ELSEWHERE, AS_ON_A_MAC):
        assert (await log_in(node, "ann@example.org", password))["t"] == "reply"


async def test_A7_a_new_password_is_counted_as_it_is_hashed(node: Node) -> None:
    refused = await register(await node.guest(), "ann@example.org", "u\u0308" * 4)
    assert (refused["code"], refused["details"]) == ("validation", {"field": "password"})


async def test_A2_a_refresh_whose_answer_was_lost_is_asked_for_again(node: Node) -> None:
    ann = await node.musician("ann")
    first = ann.tokens["refresh_token"]
    cut_off = await node.guest()
    lost = {"t": "call", "id": "lost", "method": "auth.refresh", "params": {"refresh_token": first}}
    await cut_off.send(lost)
    cut_off.socket.transport.abort()
    for _ in range(3):  # for as long as what it brings was not used
        guest = await node.guest()
        second = await guest.result("auth.refresh", refresh_token=first)
    third = await (await node.guest()).result("auth.refresh", refresh_token=second["refresh_token"])
    assert third["refresh_token"] not in (first, second["refresh_token"])


async def test_A2_two_windows_that_refresh_at_once_stay_and_a_thief_ends_both(
    node: Node, database: Database
) -> None:
    ann = await node.musician("ann")
    token = ann.tokens["refresh_token"]
    windows = [await node.again(ann, device) for device in ("one", "two")]
    for _ in range(3):
        asked = [window.result("auth.refresh", refresh_token=token) for window in windows]
        tokens = {answer["refresh_token"] for answer in await asyncio.gather(*asked)}
        assert len(tokens) == 1
        before, token = token, tokens.pop()
    stolen, thief = before, await node.guest()
    again = await thief.result("auth.refresh", refresh_token=stolen)
    assert again["refresh_token"] == token  # nobody can tell yet: it was not used
    await windows[0].result("auth.refresh", refresh_token=token)
    await database.execute("UPDATE auth_sessions SET rotated_at = rotated_at - interval '11 s'")
    assert (await thief.call("auth.refresh", refresh_token=stolen))["code"] == "auth_failed"
    for window in windows:
        await window.closed(4501)


async def test_A8_a_token_of_a_clock_far_ahead_is_refreshed_and_then_good(node: Node) -> None:
    ann = await node.musician("ann")
    keys = node.context.tokens.keys
    ahead = AccessTokens(keys, SECRET, 900, lambda: time.time() + 3_600)
    access = node.context.tokens.read_access(ann.tokens["access_token"])
    wire = await node.connect()
    token = ahead.access(access.user, access.auth_session).text
    await wire.send({"t": "hello", "versions": [1], "device": "laptop", "token": token})
    assert (await wire.expect("error"))["code"] == "token_expired"
    await wire.closed(4003)
    guest = await node.guest()
    again = await guest.result("auth.refresh", refresh_token=ann.tokens["refresh_token"])
    await (await node.connect()).hello(again["access_token"])


def test_A9_the_final_closes_are_those_that_only_someone_can_mend() -> None:
    final = {code.name for code in CLOSE_CODES if not code.reconnect}
    assert final == {
        "replaced",
        "session_revoked",
        "bad_messages",
        "unsupported_version",
        "auth_failed",
    }


async def test_H5_a_login_of_another_over_a_connection_changes_nothing_for_it(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    bens = await register(ann, "ben@example.org", "correct horse", "ben")
    assert bens["result"]["user"]["username"] == "ben"
    made = await ann.edit(project, marker("marker_1"))
    assert made["t"] == "ack"
    assert [p["id"] for p in (await ann.result("projects.list"))["projects"]] == [project]
    ben = await node.connect()
    welcome = await ben.hello(bens["result"]["access_token"])
    assert welcome["user"]["username"] == "ben"


IMPORTED = (
    bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode(),
    PasswordHasher(1, 64, 1, type=Type.I).hash("correct horse"),
    (
        "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,"
        "sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw=="
        "$C0sHCg9ek77hsg==$"
        "zKVTMvnWVw5BBOZNUdnsalx4c4c7y/w7IS5p6Ut2+CfEFFlz37J9huyQfov4iizN8dbjvEJlM5tQaJP84+hfTw=="
    ),
)
"""Of "correct horse", but the last, of "mytestpassword"."""


@pytest.mark.parametrize("imported", IMPORTED, ids=range(len(IMPORTED)))
async def test_A21_an_imported_hash_is_verified_and_hashed_anew_at_login(
    node: Node, database: Database, imported: str
) -> None:
    made = await register(await node.guest(), "ann@example.org", "violet anvil")
    user = made["result"]["user"]["id"]
    await auth_credentials.set_password(database, user, imported)
    assert (await log_in(node, "ann@example.org", "violet anvil"))["code"] == "auth_failed"
    assert await auth_credentials.password_of(database, user) == imported
    password = "mytestpassword" if "fbscrypt" in imported else "correct horse"
    for _ in range(2):
        assert (await log_in(node, "ann@example.org", password))["t"] == "reply"
        known = str(await auth_credentials.password_of(database, user))
        assert known.startswith("$argon2id$")


async def test_A21_a_hash_of_other_costs_is_made_anew_at_login_and_no_other(
    node: Node, database: Database
) -> None:
    made = await register(await node.guest(), "ann@example.org", "correct horse")
    user = made["result"]["user"]["id"]
    before = await auth_credentials.password_of(database, user)
    await log_in(node, "ann@example.org", "correct horse")
    assert await auth_credentials.password_of(database, user) == before
    await auth_credentials.set_password(
        database, user, PasswordHasher(3, 128, 1).hash("correct horse")
    )
    assert (await log_in(node, "ann@example.org", "correct horse"))["t"] == "reply"
    after = str(await auth_credentials.password_of(database, user))
    assert extract_parameters(after) == extract_parameters(str(before))


async def test_A22_a_password_that_is_guessed_first_makes_no_account(node: Node) -> None:
    for password in ("Password1", "ann@example.org", "ANN@EXAMPLE.ORG"):
        refused = await register(await node.guest(), "ann@example.org", password)
        assert (refused["code"], refused["details"]) == ("validation", {"field": "password"})
    assert (await register(await node.guest(), "ann@example.org", "correct horse"))["t"] == "reply"
