"""A device without a browser is let in by someone who is logged in elsewhere (RFC 8628)."""

import asyncio
from typing import Any

import pytest

from persistence.pool import Database
from server.accounts.usage_limits import UsageLimits
from tests.server.conftest import Node, Nodes
from tests.server.wire import Message, Wire

pytestmark = pytest.mark.postgres

BACKDATE = "UPDATE device_logins SET polled_at = now() - interval '1 hour'"
TIME_IS_UP = "UPDATE device_logins SET expires_at = now() - interval '1 second'"


async def ask(node: Node, **params: Any) -> tuple[Wire, Message]:
    """A plug-in that has asked for codes."""
    plug_in = await node.guest(device="synth plug-in")
    return plug_in, await plug_in.result("auth.device_begin", **params)


async def poll(plug_in: Wire, codes: Message, **params: Any) -> Message:
    return await plug_in.call("auth.device_poll", device_code=codes["device_code"], **params)


async def approve(ann: Wire, codes: Message) -> None:
    await ann.result("auth.device_look", user_code=codes["user_code"])
    await ann.result("auth.device_approve", user_code=codes["user_code"])


async def test_A30_a_device_is_let_in_by_who_is_logged_in_elsewhere(
    node: Node, database: Database
) -> None:
    ann = await node.musician("ann")
    plug_in, codes = await ask(node, name="Studio PC")
    assert codes["verification_uri"].endswith("/account#device")
    assert codes["verification_uri_complete"] == f"{codes['verification_uri']}={codes['user_code']}"
    waiting = (await poll(plug_in, codes))["result"]
    assert (waiting["state"], waiting["tokens"]) == ("waiting", None)
    shown = await ann.result("auth.device_look", user_code=codes["user_code"].lower())
    assert (shown["device"], shown["name"]) == ("synth plug-in", "Studio PC")
    assert (shown["network"], shown["same_network"]) == ("127.0.0.0/24", True)
    await ann.result("auth.device_approve", user_code=codes["user_code"])
    await database.execute(BACKDATE)
    polled = (await poll(plug_in, codes))["result"]
    assert polled["state"] == "approved"
    assert polled["tokens"]["user"]["username"] == "ann"
    assert await plug_in.result("projects.list")  # the connection is the user's from now on
    assert (await poll(await node.guest(), codes))["code"] == "auth_failed"


async def test_A30_a_poll_that_waits_is_answered_when_it_is_decided_on_another_node(
    nodes: Nodes,
) -> None:
    here, there = await nodes.start(), await nodes.start()
    ann = await here.musician("ann")
    plug_in, codes = await ask(there)
    waiting = asyncio.create_task(poll(plug_in, codes, wait_ms=8_000))
    await approve(ann, codes)
    assert (await waiting)["result"]["state"] == "approved"


async def test_A30_who_polls_too_soon_is_told_to_slow_down_more_each_time(node: Node) -> None:
    plug_in, codes = await ask(node)
    states = [(await poll(plug_in, codes))["result"] for _ in range(3)]
    assert [state["state"] for state in states] == ["waiting", "slow_down", "slow_down"]
    assert [state["interval_ms"] for state in states] == [5_000, 10_000, 15_000]


async def test_A30_of_many_polls_at_once_one_gets_the_tokens(
    node: Node, database: Database
) -> None:
    ann = await node.musician("ann")
    _, codes = await ask(node)
    await approve(ann, codes)
    guests = [await node.guest() for _ in range(4)]
    answers = await asyncio.gather(*(poll(guest, codes) for guest in guests))
    assert sorted(answer["t"] for answer in answers) == ["error"] * 3 + ["reply"]
    assert {answer.get("code") for answer in answers} == {None, "auth_failed"}


async def test_A30_an_approval_is_worth_as_much_as_the_login_that_gave_it(
    node: Node, database: Database
) -> None:
    ann = await node.musician("ann")
    plug_in, codes = await ask(node)
    await approve(ann, codes)
    await ann.send({"t": "call", "id": "bye", "method": "auth.logout", "params": {}})
    await ann.closed(4501)
    assert (await poll(plug_in, codes))["code"] == "auth_failed"


async def test_A30_a_foreign_or_expired_device_code_is_answered_alike(
    node: Node, database: Database
) -> None:
    ann = await node.musician("ann")
    plug_in, codes = await ask(node)
    foreign = await poll(plug_in, {"device_code": "x" * 43})
    await database.execute(TIME_IS_UP)
    expired = await poll(plug_in, codes)
    assert (foreign["code"], foreign["message"]) == (expired["code"], expired["message"])
    assert foreign["code"] == "auth_failed"
    refused = await ann.call("auth.device_look", user_code=codes["user_code"])
    assert refused["code"] == "auth_failed"


async def test_A31_a_device_that_is_denied_hears_so(node: Node) -> None:
    ann = await node.musician("ann")
    plug_in, codes = await ask(node)
    waiting = asyncio.create_task(poll(plug_in, codes, wait_ms=8_000))
    await ann.result("auth.device_look", user_code=codes["user_code"])
    await ann.result("auth.device_deny", user_code=codes["user_code"])
    assert (await waiting)["result"]["state"] == "denied"
    late = await ann.call("auth.device_approve", user_code=codes["user_code"])
    assert late["code"] == "auth_failed"


async def test_A31_nobody_lets_in_what_another_has_looked_at(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    plug_in, codes = await ask(node)
    unseen = await ann.call("auth.device_approve", user_code=codes["user_code"])
    assert unseen["code"] == "auth_failed"
    await ben.result("auth.device_look", user_code=codes["user_code"])
    for method in ("auth.device_approve", "auth.device_deny"):
        assert (await ann.call(method, user_code=codes["user_code"]))["code"] == "auth_failed"
    assert (await poll(plug_in, codes))["result"]["state"] == "waiting"


async def test_A31_wrong_user_codes_have_a_rate_and_right_ones_cost_nothing(nodes: Nodes) -> None:
    node = await nodes.start(limits=UsageLimits(user_code_tries_per_hour=3))
    ann = await node.musician("ann")
    _, codes = await ask(node)
    for _ in range(5):
        await ann.result("auth.device_look", user_code=codes["user_code"])
    wrong = [await ann.call("auth.device_look", user_code="BBBB-BBBB") for _ in range(4)]
    assert [answer["code"] for answer in wrong] == ["auth_failed"] * 3 + ["rate_limited"]
    right = await ann.call("auth.device_approve", user_code=codes["user_code"])
    assert right["code"] == "rate_limited"


async def test_A30_codes_have_a_rate_for_each_address(nodes: Nodes) -> None:
    node = await nodes.start(limits=UsageLimits(device_codes_per_hour=2))
    plug_in = await node.guest()
    answers = [await plug_in.call("auth.device_begin") for _ in range(3)]
    assert [answer.get("code") for answer in answers] == [None, None, "rate_limited"]


async def test_A30_the_login_is_that_of_the_device(node: Node, database: Database) -> None:
    ann = await node.musician("ann")
    plug_in, codes = await ask(node)
    await approve(ann, codes)
    await poll(plug_in, codes)
    listed = await plug_in.result("auth_sessions.list")
    assert {row["device"] for row in listed["auth_sessions"]} == {"laptop", "synth plug-in"}


OLD = """
UPDATE auth_sessions SET created_at = now() - interval '20 days',
    proved_at = now() - interval '20 days', expires_at = now() + interval '1 day' WHERE user_id = $1
"""


async def test_A54_an_old_login_lets_no_device_in(node: Node, database: Database) -> None:
    ann, plug = await node.musician("ann"), await node.guest(device="plug")
    codes = await plug.result("auth.device_begin")
    code = {"user_code": codes["user_code"]}
    await ann.result("auth.device_look", **code)
    await database.execute(OLD, ann.user)
    assert (await ann.call("auth.device_approve", **code))["code"] == "login_too_old"


async def test_A54_a_login_from_before_the_second_factor_lets_no_device_in(
    node: Node, database: Database
) -> None:
    ann, plug = await node.musician("ann"), await node.guest(device="plug")
    codes = await plug.result("auth.device_begin")
    code = {"user_code": codes["user_code"]}
    for step in ("look", "approve"):
        await ann.result(f"auth.device_{step}", **code)
    factor = "INSERT INTO second_factors (user_id, sealed, confirmed_at) VALUES ($1, $2, now())"
    await database.execute(factor, ann.user, b"x" * 48)
    polled = await plug.call("auth.device_poll", device_code=codes["device_code"])
    assert polled["code"] == "auth_failed"
    assert (await ann.call("auth.device_approve", **code))["code"] == "login_too_old"


async def test_A54_a_device_is_as_old_as_the_login_that_let_it_in_and_ends_with_it(
    node: Node, database: Database
) -> None:
    ann, plug = await node.musician("ann"), await node.guest(device="plug")
    codes = await plug.result("auth.device_begin")
    for step in ("look", "approve"):
        await ann.result(f"auth.device_{step}", user_code=codes["user_code"])
    await database.execute(OLD, ann.user)
    await plug.result("auth.device_poll", device_code=codes["device_code"])
    alike = "SELECT count(DISTINCT (expires_at, second_factor)) FROM auth_sessions"
    assert await database.fetchval(alike) == 1
    assert (await plug.call("auth.unlink", identity=ann.user))["code"] == "login_too_old"
    lost = await database.fetchval("SELECT id FROM auth_sessions WHERE approved_by IS NULL")
    here = await node.guest(device="here")
    words = {"email": "ann@example.org", "password": "correct horse"}
    await here.result("auth.login", **words)
    await here.result("auth_sessions.revoke", auth_session=lost)
    await ann.closed(4501)
    await plug.closed(4501)
    await here.ping()
