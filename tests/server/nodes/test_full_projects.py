"""Musicians on two nodes fill one project: neither its bytes nor its entities pass the bound."""

import asyncio

import pytest

from rooms.document import document
from server.states.journal_audit import audit
from tests.server.conftest import Node, eventually
from tests.server.nodes.test_other_nodes import Session, held_appends
from tests.server.nodes.test_other_nodes import session as session  # a fixture
from tests.server.wire import Message, Wire, delete, marker, rename

pytestmark = [pytest.mark.postgres, pytest.mark.node]

NAME = "n" * 200
EACH = 60
"""Deltas that each musician sends: together some times what fits."""

MARKERS_THAT_FIT = 40

MANY = 500
"""Renames that come to more than `LARGE` in one delta."""


FREE_OF_COUNTING, MOST_BY_OP = document.FREE_OF_COUNTING, document.MOST_BY_OP
NEARLY_FULL = document.NEARLY_FULL


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """These songs are small: one op may take them past their bound, and it is always near."""
    monkeypatch.setattr("rooms.document.document.FREE_OF_COUNTING", 0)
    monkeypatch.setattr("rooms.document.document.MOST_BY_OP", 10**6)
    monkeypatch.setattr("rooms.document.document.NEARLY_FULL", 0)


def bound(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    for module in ("document", "op_application"):
        monkeypatch.setattr(f"rooms.document.{module}.{name}", value)


def size(node: Node, session: Session) -> int:
    return node.hub.rooms[session.project].room.document.size


def entities(node: Node, session: Session) -> int:
    return len(node.hub.rooms[session.project].room.document)


async def filled_by(wire: Wire, project: str, deltas: list[Message]) -> list[str]:
    """Send each until it is answered for good, as PROTOCOL.md says; the codes of refusals."""
    refused: list[str] = []
    for number, op in enumerate(deltas):
        delta_id = f"filling_{wire.user[:8]}_{number:03}"
        while True:
            answer = await wire.edit(project, op, id=delta_id)
            if answer["t"] == "ack":
                assert answer["dropped"] == []
                break
            if answer["code"] != "unavailable":
                refused.append(answer["code"])
                break
    return refused


async def agreed(session: Session) -> str:
    """The digest that both nodes have come to."""
    one, two = (node.hub.rooms[session.project].room for node in (session.one, session.two))

    async def do_agree() -> bool:
        return one.head == two.head and one.document.digest == two.document.digest

    assert await eventually(do_agree)
    return one.document.digest


async def test_O16_what_was_judged_before_anothers_delta_came_is_judged_anew(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text is never dropped when it is applied: the journal keeps it out."""
    project, ann, ben = session.project, session.ann, session.ben
    await ann.edit(project, marker("marker_1"), marker("marker_2"))
    await agreed(session)
    bound(monkeypatch, "MAX_STATE_BYTES", size(session.one, session) + len(NAME) + 20)
    on_its_way, may_go = held_appends(session.one, monkeypatch)
    first = await ann.propose(project, rename("marker_1", NAME))
    behind = await ann.propose(project, marker("marker_3"))
    await on_its_way.wait()
    assert (await ben.edit(project, rename("marker_2", NAME)))["t"] == "ack"
    may_go.set()
    answers = [await ann.answer_to(first), await ann.answer_to(behind)]
    assert [answer["code"] for answer in answers] == ["unavailable"] * 2
    assert answers[1]["details"]["after"] == first
    answer = await ann.edit(project, rename("marker_1", NAME), id=first)
    assert (answer["code"], answer["details"]["bound"]) == ("limit_reached", "MAX_STATE_BYTES")
    await ben.edit(project, delete("marker_2"))
    await agreed(session)
    assert (await ann.edit(project, rename("marker_1", NAME)))["t"] == "ack"


async def test_O16_two_nodes_that_fill_a_project_at_once_keep_to_the_bound(
    session: Session, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    project, ann, ben = session.project, session.ann, session.ben
    snapshot = await ann.result("snapshots.create", project=project, name="before")
    most = size(session.one, session) + MARKERS_THAT_FIT * 300
    bound(monkeypatch, "MAX_STATE_BYTES", most)

    def deltas(who: str) -> list[Message]:
        names = [f"mark_{who}_{n:03}" for n in range(EACH // 2)]
        return [*(marker(i) for i in names), *(rename(i, NAME) for i in names)]

    refused = await asyncio.gather(
        filled_by(ann, project, deltas("ann")), filled_by(ben, project, deltas("ben"))
    )
    assert {code for codes in refused for code in codes} == {"limit_reached"}
    digest = await agreed(session)
    assert most - 300 < size(session.one, session) <= most
    (_, of_one), (_, of_two) = [
        await node.fresh(wire, project) for node, wire in ((session.one, ann), (session.two, ben))
    ]
    assert of_one == of_two
    undone = await ann.ask({"t": "undo", "project": project, "id": "undo-at-the-bound"})
    assert (undone["t"], undone["dropped"]) == ("ack", [])
    redone = await ann.ask({"t": "redo", "project": project, "id": "redo-at-the-bound"})
    assert (redone["t"], redone["dropped"]) == ("ack", [])
    assert await agreed(session) == digest
    restored = {"project": project, "snapshot": snapshot["id"], "id": "restore-at-the-bound"}
    await ben.result("snapshots.restore", **restored)
    await agreed(session)
    undone = await ben.ask({"t": "undo", "project": project, "id": "undo-of-the-restore"})
    assert (undone["t"], undone["dropped"]) == ("ack", [])
    assert await agreed(session) == digest
    found = await audit(database_url, project)
    assert (found["digest"], found["checkpoint_ok"], found["gapless"]) == (digest, True, True)
    for node in (session.one, session.two):
        assert not node.metrics.counted("entries_quarantined")
        assert not node.metrics.counted("nodes_diverged")


async def test_O13_two_nodes_that_fill_a_project_at_once_drop_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, ann, ben = session.project, session.ann, session.ben
    most = entities(session.one, session) + MARKERS_THAT_FIT
    bound(monkeypatch, "MAX_ENTITIES", most)
    refused = await asyncio.gather(
        filled_by(ann, project, [marker(f"mark_ann_{n:03}") for n in range(EACH)]),
        filled_by(ben, project, [marker(f"mark_ben_{n:03}") for n in range(EACH)]),
    )
    assert sum(map(len, refused)) == 2 * EACH - MARKERS_THAT_FIT
    assert {code for codes in refused for code in codes} == {"limit_reached"}
    await agreed(session)
    assert entities(session.one, session) == most


def named(who: str, name: str = NAME) -> list[Message]:
    return [rename(f"mark_{who}_{n:04}", name) for n in range(MANY)]


@pytest.mark.parametrize("how", ["delta", "undo", "restore"])
async def test_O16_large_changes_on_two_nodes_do_not_pass_the_bound_from_far_below(
    session: Session, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Neither comes to three quarters by itself; both together are too much."""
    for name in ("FREE_OF_COUNTING", "MOST_BY_OP", "NEARLY_FULL"):
        monkeypatch.setattr(document, name, globals()[name])
    project, ann, ben = session.project, session.ann, session.ben
    for who in ("ann", "ben"):
        await ann.edit(project, *(marker(f"mark_{who}_{n:04}") for n in range(MANY)))
    added = MANY * (len(NAME) + 1)  # and its length
    if how != "delta":
        await ann.edit(project, *named("ann"))
        snapshot = await ann.result("snapshots.create", project=project, name="named")
        await ann.edit(project, *named("ann", ""))
    await agreed(session)
    before = size(session.one, session)
    most = before + 2 * added - 1
    assert before + added < most * NEARLY_FULL
    bound(monkeypatch, "MAX_STATE_BYTES", most)

    async def change() -> Message:
        if how == "delta":
            return await ann.edit(project, *named("ann"), id="the-large-one")
        if how == "undo":
            return await ann.ask({"t": "undo", "project": project, "id": "the-large-one"})
        restored = {"project": project, "snapshot": snapshot["id"], "id": "the-large-one"}
        return await ann.call("snapshots.restore", **restored)

    on_its_way, may_go = held_appends(session.one, monkeypatch)
    changing = asyncio.create_task(change())
    await on_its_way.wait()
    answer = await ben.edit(project, *named("ben"))
    assert (answer["t"], answer["dropped"]) == ("ack", [])
    may_go.set()
    # A restore is made anew, for what is there by now (N4).
    assert (await changing).get("code") == (None if how == "restore" else "unavailable")
    await agreed(session)
    assert size(session.one, session) == before + added
    again = await change()
    assert again.get("code") == (None if how == "restore" else "limit_reached")
    await agreed(session)
    assert size(session.one, session) == before + added
