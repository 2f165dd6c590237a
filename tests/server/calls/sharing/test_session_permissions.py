"""What the host of a session lets its members do, on two nodes (rules R38-R41)."""

from typing import Any

import pytest

from schema.limits import MAX_PERMITTED
from server.live.hub import Hub
from tests.server.conftest import Nodes, create_project
from tests.server.wire import Message, Wire

pytestmark = [pytest.mark.postgres, pytest.mark.node]

LOOP: Message = {
    "op": "set", "col": "transport", "id": "transport", "props": {"loopOn": True},
}  # fmt: skip


def named(text: str) -> Message:
    return {"op": "set", "col": "project", "id": "project", "props": {"name": text}}


class Session:
    """Ann hosts on one node; Ben and Cid are editors, on the other one and on hers."""

    async def begin(self, nodes: Nodes) -> None:
        one, self.two = await nodes.start(), await nodes.start()
        self.ann, self.cid = await one.musician("ann"), await one.musician("cid")
        self.ben = await self.two.musician("ben")
        self.project = await create_project(self.ann)
        await self.ann.join(self.project)
        for name, wire in (("ben", self.ben), ("cid", self.cid)):
            grant = {"project": self.project, "email": f"{name}@example.org", "role": "editor"}
            await self.ann.result("members.grant", **grant)
            await wire.until("role_changed")
            await wire.join(self.project)
        await one.server.write_behind.run_once()
        [session] = (await self.ann.result("sessions.list"))["sessions"]
        self.session = session["id"]

    async def permit(self, **permissions: Any) -> None:
        await self.ann.result("sessions.permit", session=self.session, **permissions)
        for wire in (self.ben, self.cid):
            told = await wire.until("permitted")
        assert told["permissions"].keys() == {k for k, v in permissions.items() if v is not None}

    async def edit(self, wire: Wire, *ops: Message) -> str:
        """`ack`, or the code of the refusal."""
        answer = await wire.edit(self.project, *ops)
        return str(answer.get("code", answer["t"]))

    async def gesture(self, wire: Wire) -> str:
        shown = {"ch_master": {"col": "channels", "props": {"volume": 0.5}}}
        id = wire.new_id()
        gesture = {"t": "gesture", "project": self.project, "id": id, "values": shown}
        await wire.send(gesture)
        await wire.ping()
        errors = [heard["code"] for heard in wire.heard("error") if heard["id"] == id]
        return "".join(errors) or "shown"


@pytest.fixture
async def session(nodes: Nodes) -> Session:
    made = Session()
    await made.begin(nodes)
    return made


async def test_R38_the_host_says_who_edits_and_it_holds_at_once_on_every_node(
    session: Session,
) -> None:
    ann, ben, cid = session.ann, session.ben, session.cid
    await session.permit(edit=[cid.user])
    assert await session.edit(ben, named("x")) == "forbidden"
    assert await session.gesture(ben) == "forbidden"
    assert await session.edit(cid, named("y")) == "ack"
    assert await session.edit(ann, named("z")) == "ack", "the host"
    await ben.send({"t": "undo", "id": "undo-of-ben", "project": session.project})
    assert (await ben.answer_to("undo-of-ben"))["code"] == "forbidden"
    snapshot = (await ben.result("snapshots.create", project=session.project))["id"]
    restore = {"project": session.project, "snapshot": snapshot, "id": "restore-01"}
    assert (await ben.call("snapshots.restore", **restore))["code"] == "forbidden"
    await session.permit(edit=None)
    assert await session.edit(ben, named("again")) == "ack"


async def test_R39_gestures_and_the_transport_are_permissions_of_their_own(
    session: Session,
) -> None:
    ben = session.ben
    assert await session.edit(ben, named("x"), LOOP) == "ack"
    await session.permit(gesture=[], transport=[session.cid.user])
    assert await session.gesture(ben) == "forbidden"
    refused = await ben.edit(session.project, named("y"), LOOP)
    assert (refused["code"], refused["details"]["op"]) == ("forbidden", 1)
    assert await session.edit(ben, named("y")) == "ack"
    for undo, code in (("undo-one-1", "ack"), ("undo-two-2", "forbidden")):
        await ben.send({"t": "undo", "id": undo, "project": session.project})
        answer = await ben.answer_to(undo)
        assert answer.get("code", answer["t"]) == code, "the second would set the loop back"
    assert await session.edit(session.cid, LOOP) == "ack"
    assert await session.gesture(session.cid) == "forbidden"


async def test_R38_who_comes_later_is_told_and_bound_on_a_node_that_opens_the_room(
    nodes: Nodes, session: Session
) -> None:
    await session.permit(edit=[])
    third = await nodes.start()
    ben = await third.again(session.ben, "phone")
    joined, _ = await ben.join(session.project)
    assert joined["permissions"] == {"edit": []}
    assert await session.edit(ben, named("x")) == "forbidden"
    row = await ben.result("sessions.get", session=session.session)
    assert row["permissions"] == {"edit": []}


async def test_R38_only_the_host_and_owners_say_and_only_while_the_session_goes_on(
    session: Session,
) -> None:
    ann, ben, asked = session.ann, session.ben, {"session": session.session, "edit": []}
    assert (await ben.call("sessions.permit", **asked))["code"] == "forbidden"
    eve = await session.two.musician("eve")
    assert (await eve.call("sessions.permit", **asked))["code"] == "not_found"
    too_many = [ann.user] * (MAX_PERMITTED + 1)
    bad: list[dict[str, Any]] = [{"edit": ["nobody"]}, {"edit": too_many}, {"speak": []}]
    for wrong in bad:
        refused = await ann.call("sessions.permit", session=session.session, **wrong)
        assert refused["code"] == "validation"
    await ann.result("sessions.end", session=session.session)
    assert (await ann.call("sessions.permit", **asked))["code"] == "conflict"


async def test_R38_who_is_no_member_may_be_named_and_comes_in_by_an_owner_alone(
    session: Session,
) -> None:
    eve = await session.two.musician("eve")
    await session.permit(edit=[eve.user])
    await eve.send({"t": "join", "project": session.project, "id": "not-yet"})
    assert (await eve.until("error"))["code"] == "not_found"
    grant = {"project": session.project, "email": "eve@example.org", "role": "editor"}
    await session.ann.result("members.grant", **grant)
    await eve.join(session.project)
    assert await session.edit(eve, named("x")) == "ack"
    assert await session.edit(session.ben, named("y")) == "forbidden"


async def test_R81_what_is_not_on_the_wire_is_no_permission(session: Session, nodes: Nodes) -> None:
    """Nothing of such a call is done, and what a table has from elsewhere means nothing."""
    ben, db = session.ben, session.two.context.db
    both = {"session": session.session, "edit": [], "speak": []}
    refused = await session.ann.call("sessions.permit", **both)
    assert refused["code"] == "validation"
    assert await session.edit(ben, named("x")) == "ack"
    stored = """UPDATE collaboration_sessions SET permissions = '{"speak": [], "transport": []}'"""
    await db.execute(stored)
    phone = await (await nodes.start()).again(ben, "phone")
    joined, _ = await phone.join(session.project)
    assert joined["permissions"] == {"transport": []}
    assert await session.edit(phone, LOOP) == "forbidden"
    assert await session.edit(ben, named("y")) == "ack"


async def test_R41_whoever_comes_after_the_reply_is_judged_by_it_on_whichever_node(
    nodes: Nodes, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No room hears of it here: each delta is judged where it is stored."""
    ben, project = session.ben, session.project
    assert await session.edit(ben, named("x"), LOOP) == "ack"
    monkeypatch.setattr(Hub, "permit", lambda *_: None)
    phones = [await node.again(ben, f"phone-{n}") for n, node in enumerate(nodes.all)]
    said_in_turn: list[dict[str, Any]] = [{"transport": []}, {"edit": []}]
    for number, permits in enumerate(said_in_turn):
        await session.ann.result("sessions.permit", session=session.session, **permits)
        await phones[number].join(project)
        for wire in (phones[number], ben, session.cid):
            assert await session.edit(wire, LOOP) == "forbidden"
        undo = f"undo-of-ben-{number}"
        await ben.send({"t": "undo", "id": undo, "project": project})
        assert (await ben.answer_to(undo))["code"] == "forbidden"
        said = await session.edit(session.cid, named("y"))
        assert said == ("ack" if "transport" in permits else "forbidden")
    assert await session.edit(session.ann, LOOP) == "ack", "the host"


async def test_R39_a_restore_that_sets_the_transport_is_refused_and_keeps_nothing(
    session: Session,
) -> None:
    ann, ben, project = session.ann, session.ben, session.project
    before = (await ben.result("snapshots.create", project=project, name="before"))["id"]
    assert await session.edit(ann, LOOP) == "ack"
    after = (await ben.result("snapshots.create", project=project, name="after"))["id"]
    assert await session.edit(ann, named("later")) == "ack"
    await session.permit(transport=[session.cid.user])
    kept = (await ann.result("snapshots.list", project=project))["snapshots"]
    ask = {"project": project, "id": "restore-02"}
    assert (await ben.call("snapshots.restore", snapshot=before, **ask))["code"] == "forbidden"
    assert (await ann.result("snapshots.list", project=project))["snapshots"] == kept
    assert (await ben.result("snapshots.restore", snapshot=after, **ask))["ops"] == 1
    ask["id"] = "restore-03"
    assert (await session.cid.result("snapshots.restore", snapshot=before, **ask))["ops"] >= 1


async def test_R40_who_looks_on_is_no_host_and_the_first_who_works_on_the_project_is(
    nodes: Nodes,
) -> None:
    one = await nodes.start()
    ann, ben, eve = [await one.musician(name) for name in ("ann", "ben", "eve")]
    project = await create_project(ann)
    for wire, name, role in ((eve, "eve", "viewer"), (ben, "ben", "editor")):
        grant = {"project": project, "email": f"{name}@example.org", "role": role}
        await ann.result("members.grant", **grant)
        await wire.until("role_changed")
    await eve.join(project)
    await one.server.write_behind.run_once()
    [session] = (await eve.result("sessions.list"))["sessions"]
    asked = {"session": session["id"], "edit": []}
    assert session["host"] is None
    for call in (("sessions.permit", asked), ("sessions.end", {"session": session["id"]})):
        assert (await eve.call(call[0], **call[1]))["code"] == "forbidden"
    await ben.join(project)
    await one.server.write_behind.run_once()
    assert (await eve.result("sessions.get", session=session["id"]))["host"] == ben.user
    await ben.result("sessions.permit", **asked)
    grant = {"project": project, "email": "ben@example.org", "role": "viewer"}
    await ann.result("members.grant", **grant)
    assert (await ben.call("sessions.permit", **asked))["code"] == "forbidden"
    assert (await ann.call("sessions.permit", **asked))["t"] == "reply", "an owner"


async def test_R47_who_came_first_is_the_host_though_another_node_wrote_first(
    nodes: Nodes,
) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann, ben = await one.musician("ann"), await two.musician("ben")
    project = await create_project(ann)
    grant = {"project": project, "email": "ben@example.org", "role": "editor"}
    await ann.result("members.grant", **grant)
    await ben.until("role_changed")
    await ann.join(project)
    await ben.join(project)
    await two.server.write_behind.run_once()
    await one.server.write_behind.run_once()
    for wire in (ann, ben):
        [session] = (await wire.result("sessions.list"))["sessions"]
        assert session["host"] == ann.user
    asked = {"session": session["id"], "edit": []}
    assert (await ben.call("sessions.permit", **asked))["code"] == "forbidden"
