"""Links to providers by a login that is revoked while the call waits: nothing is written."""

import asyncio
import threading
from functools import partial
from typing import Any

import asyncpg
import pytest

from tests.server.accounts.providers.made_up import Answer, Asked, MadeUp
from tests.server.calls.accounts.test_provider_login import BACK, begin, node, two
from tests.server.calls.writes.test_held_logins import REVOKE
from tests.server.calls.writes.test_held_roles import is_waiting
from tests.server.conftest import Node, eventually
from tests.server.wire import Message, Wire

pytestmark = pytest.mark.postgres

__all__ = ["node", "two"]

WRITTEN = """
SELECT (SELECT count(*) FROM provider_flows) AS flows,
       (SELECT count(*) FROM provider_identities) AS identities,
       (SELECT count(*) FROM mail_outbox WHERE kind LIKE 'identity%') AS mails
"""


async def test_A50_a_login_that_is_revoked_while_a_link_begins_begins_none(
    node: Node, database_url: str
) -> None:
    ann = await node.musician("ann")
    gate, watch = [await asyncpg.connect(database_url) for _ in range(2)]
    try:
        before = await watch.fetchrow(WRITTEN)
        revoking = gate.transaction()
        await revoking.start()
        await gate.execute(REVOKE, ann.user)
        call = asyncio.create_task(
            ann.call("auth.link_begin", provider="studio", redirect_uri=BACK)
        )
        await eventually(partial(is_waiting, call, watch))
        assert not call.done(), call.result()
        await revoking.commit()
        assert (await call)["code"] == "auth_required"
        assert await watch.fetchrow(WRITTEN) == before
    finally:
        await gate.close()
        await watch.close()


async def revoked_at(
    asked_of: MadeUp, path: str, database_url: str, ann: Wire, method: str, **params: Any
) -> Message:
    """The answer to a call whose login is revoked while the provider is asked for `path`."""
    usual, asked, answers = asked_of.answers[path], threading.Event(), threading.Event()

    def late(request: Asked) -> Answer:
        asked.set()
        assert answers.wait(30)
        return usual if isinstance(usual, Answer) else usual(request)

    asked_of.answers[path] = late
    gate = await asyncpg.connect(database_url)
    try:
        call = asyncio.create_task(ann.call(method, **params))
        assert await asyncio.to_thread(asked.wait, 30), f"{path} was not asked for"
        await gate.execute(REVOKE, ann.user)
        answers.set()
        return await call
    finally:
        answers.set()
        await gate.close()
        asked_of.answers[path] = usual


async def test_A50_a_login_that_is_revoked_while_the_provider_is_asked_links_nothing(
    node: Node, two: list[MadeUp], database_url: str
) -> None:
    ann = await node.musician("ann")
    watch = await asyncpg.connect(database_url)
    where = {"provider": "studio", "redirect_uri": BACK}
    try:
        before = await watch.fetchrow(WRITTEN)
        path = "/.well-known/openid-configuration"
        refused = await revoked_at(two[0], path, database_url, ann, "auth.link_begin", **where)
        assert refused["code"] == "auth_required"
        assert await watch.fetchrow(WRITTEN) == before
    finally:
        await watch.close()


async def test_A50_a_login_that_is_revoked_while_the_provider_says_who_it_is_links_nothing(
    node: Node, two: list[MadeUp], database_url: str
) -> None:
    ann = await node.musician("ann")
    watch = await asyncpg.connect(database_url)
    try:
        begun = await begin(ann, two[0], method="auth.link_begin")
        words = {"flow": begun["flow"], "state": begun["state"], "code": "a code"}
        before = await watch.fetchrow(WRITTEN)
        refused = await revoked_at(two[0], "/token", database_url, ann, "auth.link_finish", **words)
        assert refused["code"] == "auth_required"
        after = await watch.fetchrow(WRITTEN)
        assert before is not None
        assert after is not None
        assert (after["identities"], after["mails"]) == (before["identities"], before["mails"])
    finally:
        await watch.close()
