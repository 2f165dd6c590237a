"""Invitations, guests and links, on two nodes, while what they are about goes (R33 to R37).

A connection of the test holds what a call has to wait for, and changes it before it lets go.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg
import pytest

from persistence.tables.mail_outbox import MailKind
from tests.server.calls.accounts.self_service.letters import Letters, letters
from tests.server.calls.writes.test_held_roles import is_waiting
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.wire import Message, Wire

__all__ = ["letters"]

pytestmark = [pytest.mark.postgres, pytest.mark.node]

ACCOUNT = {"email": "dan@example.org", "username": "dan", "password": "correct horse"}

HOLD = "SELECT FROM studio_projects WHERE id = $1 FOR NO KEY UPDATE"
ERASE = "DELETE FROM studio_projects WHERE id = $1"
ERASE_USER = "DELETE FROM prime_users WHERE email = 'cid@example.org' AND $1::uuid IS NOT NULL"
WITHDRAW = "UPDATE invitations SET withdrawn_at = now() WHERE project_id = $1"
USE_UP = "UPDATE invitations SET uses = max_uses WHERE project_id = $1"
DEMOTE = "UPDATE project_members SET role = 'editor' WHERE project_id = $1 AND role = 'owner'"
FILL = """
INSERT INTO project_members (project_id, user_id, role)
SELECT $1, id, 'viewer' FROM prime_users WHERE email = 'eve@example.org'
"""

FACTS = """
SELECT count(*) FILTER (WHERE u.email = 'cid@example.org') AS in_it,
    count(*) FILTER (WHERE u.is_guest) AS guests
FROM project_members AS m JOIN prime_users AS u ON u.id = m.user_id WHERE m.project_id = $1
"""

USERS = "SELECT count(*) FROM prime_users WHERE email = 'dan@example.org' OR is_guest"
USES = "SELECT uses FROM invitations WHERE project_id = $1"


@dataclass
class Moment:
    """A project on one node, which is asked for on the other, and who holds it up."""

    node: Node
    ann: Wire
    cid: Wire
    eve: Wire
    project: str
    invitation: str
    token: str
    gate: Any
    watch: Any

    async def answer(self, held: list[str], wire: Wire, method: str, **params: Any) -> Message:
        """What the call is answered that waits for these statements, and goes on behind them."""
        changing = self.gate.transaction()
        await changing.start()
        for statement in held:
            await self.gate.execute(statement, self.project)
        call = asyncio.create_task(wire.call(method, **params))
        await eventually(partial(is_waiting, call, self.watch))
        assert not call.done(), f"{method} did not wait: {call.result()}"
        await changing.commit()
        answer: Message = await call
        return answer


@pytest.fixture
async def moment(nodes: Nodes, database_url: str) -> AsyncIterator[Moment]:
    one, two = await nodes.start(), await nodes.start()
    ann, eve = await one.musician("ann"), await one.musician("eve")
    cid = await two.musician("cid")
    project = await create_project(ann)
    made = await ann.result(
        "invitations.create", project=project, role="editor", guests=True, max_uses=3
    )
    gate, watch = [await asyncpg.connect(database_url) for _ in range(2)]
    try:
        yield Moment(two, ann, cid, eve, project, made["id"], made["token"], gate, watch)
    finally:
        await gate.close()
        await watch.close()


GONE = {
    "project erased": [ERASE],
    "withdrawn": [HOLD, WITHDRAW],
    "withdrawn by who deletes the account": [WITHDRAW],
    "used up": [HOLD, USE_UP],
    "inviter no owner": [HOLD, DEMOTE],
}


@pytest.mark.parametrize("held", GONE.values(), ids=GONE)
async def test_R33_R34_an_invitation_that_ends_while_it_is_accepted_is_of_nobody(
    moment: Moment, held: list[str]
) -> None:
    unknown = await moment.eve.call("invitations.accept", token="x" * 43)
    answer = await moment.answer(held, moment.cid, "invitations.accept", token=moment.token)
    assert (answer["code"], answer["message"]) == ("auth_failed", unknown["message"])
    assert (await moment.watch.fetchrow(FACTS, moment.project))["in_it"] == 0


@pytest.mark.parametrize("held", GONE.values(), ids=GONE)
@pytest.mark.parametrize("method", ["auth.register", "auth.register_guest"])
async def test_R37_R70_nobody_is_made_by_an_invitation_that_ends_meanwhile(
    moment: Moment, held: list[str], method: str
) -> None:
    who = ACCOUNT if method == "auth.register" else {"name": "Zoe"}
    stranger = await moment.node.guest()
    answer = await moment.answer(held, stranger, method, invitation=moment.token, **who)
    assert answer["code"] == "auth_failed"
    assert await moment.watch.fetchval(USERS) == 0


async def test_A59_the_address_is_proved_though_the_project_is_erased_meanwhile(
    nodes: Nodes, letters: Letters, database_url: str
) -> None:
    one, two = await nodes.start(), await nodes.start(verify_address=True)
    ann = await one.musician("ann")
    project = await create_project(ann)
    made = await ann.result("invitations.create", project=project, role="editor")
    stranger = await two.guest()
    waits = await stranger.call("auth.register", **ACCOUNT, invitation=made["token"])
    assert waits["code"] == "address_unverified"
    secret = (await letters.newest(two, MailKind.VERIFY_ADDRESS))["token"]
    gate, watch = [await asyncpg.connect(database_url) for _ in range(2)]
    try:
        moment = Moment(two, ann, ann, ann, project, made["id"], made["token"], gate, watch)
        proof = {"token": secret, "password": ACCOUNT["password"]}
        answer = await moment.answer([ERASE], stranger, "auth.verify", **proof)
        assert answer["t"] == "reply", answer
    finally:
        await gate.close()
        await watch.close()
    login = {name: ACCOUNT[name] for name in ("email", "password")}
    await stranger.result("auth.login", **login)


ABOUT_ONE: dict[str, tuple[str, dict[str, Any]]] = {
    "members.join": ("cid", {}),
    "members.grant": ("ann", {"email": "cid@example.org", "role": "editor"}),
    "invitations.create": ("ann", {"role": "viewer"}),
    "invitations.withdraw": ("ann", {}),
}


@pytest.mark.parametrize("method", ABOUT_ONE)
async def test_R6_R11_of_a_project_that_is_erased_meanwhile_nothing_is_left_to_write(
    moment: Moment, method: str
) -> None:
    await moment.ann.result("projects.update", project=moment.project, version=1, link_sharing=True)
    who, params = ABOUT_ONE[method]
    params = {"project": moment.project} | params
    if method == "invitations.withdraw":
        params = {"invitation": moment.invitation}
    wire = moment.cid if who == "cid" else await moment.node.again(moment.ann)
    answer = await moment.answer([ERASE], wire, method, **params)
    assert answer["code"] == "not_found", answer


@pytest.mark.parametrize("method", ["members.grant", "invitations.accept"])
async def test_R33_R80_who_is_erased_meanwhile_becomes_no_member(
    moment: Moment, method: str
) -> None:
    if method == "members.grant":
        wire, code = await moment.node.again(moment.ann), "not_found"
        params: dict[str, Any] = {"project": moment.project, "email": "cid@example.org"}
    else:
        wire, code, params = moment.cid, "auth_failed", {"token": moment.token}
    answer = await moment.answer([ERASE_USER], wire, method, **params)
    assert answer["code"] == code, answer
    assert await moment.watch.fetchval(USES, moment.project) == 0


@pytest.mark.parametrize("method", ["members.join", "members.grant", "invitations.accept"])
async def test_R12_R35_the_last_place_that_goes_meanwhile_is_nobody_elses(
    moment: Moment, method: str
) -> None:
    settings = {"link_sharing": True, "member_limit": 2}
    await moment.ann.result("projects.update", project=moment.project, version=1, **settings)
    wire, params = {
        "members.join": (moment.cid, {"project": moment.project}),
        "members.grant": (
            await moment.node.again(moment.ann),
            {"project": moment.project, "email": "cid@example.org"},
        ),
        "invitations.accept": (moment.cid, {"token": moment.token}),
    }[method]
    answer = await moment.answer([HOLD, FILL], wire, method, **params)
    assert answer["code"] == "limit_reached", answer
    assert (await moment.watch.fetchrow(FACTS, moment.project))["in_it"] == 0
    assert await moment.watch.fetchval(USES, moment.project) == 0


@pytest.mark.parametrize("method", ["members.join", "members.grant", "invitations.accept"])
async def test_R32_what_was_committed_is_the_answer_though_the_member_is_out_by_then(
    moment: Moment, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put out at once by whoever is told of it: before the answer is sent."""
    await moment.ann.result("projects.update", project=moment.project, version=1, link_sharing=True)
    wire, params = {
        "members.join": (moment.cid, {"project": moment.project}),
        "members.grant": (
            await moment.node.again(moment.ann),
            {"project": moment.project, "email": "cid@example.org", "role": "viewer"},
        ),
        "invitations.accept": (moment.cid, {"token": moment.token}),
    }[method]
    transaction = moment.node.context.db.transaction
    put_out = "DELETE FROM project_members WHERE project_id = $1 AND role <> 'owner'"

    class PuttingOut:
        """A transaction behind whose COMMIT all members but owners are put out."""

        def __init__(self, first: str) -> None:
            self.begun = transaction(first)

        async def __aenter__(self) -> Any:
            return await self.begun.__aenter__()

        async def __aexit__(self, *error: Any) -> Any:
            ended = await self.begun.__aexit__(*error)
            await moment.watch.execute(put_out, moment.project)
            return ended

    monkeypatch.setattr(moment.node.context.db, "transaction", lambda first="": PuttingOut(first))
    answer = await wire.call(method, **params)
    assert answer["t"] == "reply", answer
    assert answer["result"]["user"]["id"] == moment.cid.user
    assert (await moment.watch.fetchrow(FACTS, moment.project))["in_it"] == 0
