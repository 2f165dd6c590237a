"""Calls in turn, and the end of a login's calls."""

import asyncio

import pytest

from schema.server_limits import MAX_CALLS_AT_ONCE
from server.calls.call_queue import CallQueue
from server.refused import Refused


async def test_A3_a_logout_waits_for_what_its_login_has_begun_and_begins_no_more() -> None:
    queue, go_on, ended, said = CallQueue(), asyncio.Event(), asyncio.Event(), list[str]()

    async def call(login: str) -> None:
        async with queue.slot("ann", login):
            await go_on.wait()
            said.append(login)

    async def logout() -> None:
        async with queue.slot("ann", "laptop"):
            ended.set()
            await queue.end("laptop")
            said.append("out")

    async with asyncio.TaskGroup() as tasks:
        for _ in range(MAX_CALLS_AT_ONCE - 1):
            tasks.create_task(call("laptop"))
        tasks.create_task(logout())
        await ended.wait()
        waiting = asyncio.create_task(call("laptop"))
        other = tasks.create_task(call("phone"))
        await asyncio.sleep(0)
        go_on.set()
        await other
        with pytest.raises(Refused, match="log in again"):
            await waiting
    assert sorted(said) == sorted([*["laptop"] * (MAX_CALLS_AT_ONCE - 1), "out", "phone"])
    assert said.index("out") > said.index("laptop")
    assert not queue._calls_by_login
    assert not queue._calls_by_user
