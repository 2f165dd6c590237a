"""Whatever an operator does is in the audit, with who, why and what was before, and is taken back.

A table of all that changes something, by both doors; what only looks is in no audit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from admin.subcommands import SUBCOMMANDS
from schema.operating.operator_calls import OPERATING, OPERATOR_METHODS
from tests.server.calls.operators.conftest import Doors
from tests.server.conftest import create_project
from tests.server.wire import Wire

pytestmark = [pytest.mark.postgres, pytest.mark.node]

WHY = "We move the tapes; back at nine."


@dataclass(frozen=True)
class Scene:
    """Whom it is done to: ann is in the room of her project, on the far node."""

    doors: Doors
    ann: Wire
    project: str
    member: str
    login: str

    @property
    def node(self) -> str:
        return self.doors.far.hub.node


Params = Callable[[Scene], dict[str, Any]]


@dataclass(frozen=True)
class Deed:
    """One thing that is done by a word of the calls. No `opposite`: the person comes again."""

    word: str
    params: Params
    event: str
    details: Params
    """What the entry of it says, at least."""
    opposite: str = ""
    opposite_params: Params = lambda _: {}
    opposite_event: str = ""
    before: Params = lambda _: {}
    """What the entry of the opposite says of what it took back."""


DEEDS: dict[str, Deed] = {
    "kick a user": Deed(
        "kick",
        lambda scene: {"user": scene.ann.user, "reason": WHY},
        "kicked",
        lambda _: {"reason": WHY, "whom": "user", "ended": 1},
    ),
    "kick a login": Deed(
        "kick",
        lambda scene: {"login": scene.login, "reason": WHY},
        "kicked",
        lambda scene: {"reason": WHY, "whom": f"login {scene.login}", "ended": 1},
    ),
    "kick a member": Deed(
        "kick",
        lambda scene: {"member": scene.member, "reason": WHY},
        "kicked",
        lambda scene: {"reason": WHY, "whom": f"member {scene.member}"},
    ),
    "close a room": Deed(
        "close_room",
        lambda scene: {"project": scene.project, "reason": WHY},
        "room_closed",
        lambda _: {"reason": WHY},
        "open_room",
        lambda scene: {"project": scene.project},
        "room_opened",
        lambda _: {"before": {"reason": WHY, "until": None}},
    ),
    "maintenance": Deed(
        "maintenance",
        lambda _: {"mode": "read_only", "message": WHY},
        "maintenance_begun",
        lambda _: {"message": WHY},
        "maintenance",
        lambda _: {"mode": "off"},
        "maintenance_ended",
        lambda _: {"before": WHY},
    ),
    "drain a node": Deed(
        "drain",
        lambda scene: {"node": scene.node},
        "node_drained",
        lambda scene: {"node": scene.node},
        "undrain",
        lambda scene: {"node": scene.node},
        "node_undrained",
        lambda scene: {"node": scene.node},
    ),
}

LOOKS: dict[str, Params] = {
    "nodes": lambda _: {},
    "health": lambda _: {},
    "events": lambda _: {},
    "rooms": lambda _: {},
    "room": lambda scene: {"project": scene.project},
    "logins": lambda scene: {"user": scene.ann.user},
    "closed_rooms": lambda _: {},
    "sizes": lambda _: {},
    "slow_calls": lambda _: {},
    "audit": lambda _: {},
}


@pytest.fixture
async def scene(doors: Doors) -> Scene:
    ann = await doors.far.musician("ann")
    project = await create_project(ann)
    joined, _ = await ann.join(project)
    await doors.far.server.node_row.say_there()
    [login] = (await doors.by_call("logins", user="ann"))["logins"]
    return Scene(doors, ann, project, joined["you"], login["login"])


async def standing(doors: Doors) -> Any:
    """All that what an operator does leaves behind."""
    shown = await doors.by_call("nodes")
    nodes = {row["node"]: row["state"] for row in shown["nodes"]}
    closed = (await doors.by_call("closed_rooms"))["rooms"]
    return nodes, shown["maintenance"]["mode"], [room["project"] for room in closed]


async def count(doors: Doors) -> int:
    """Entries of the audit, those of the calls that ask for them left out: there are none."""
    return len((await doors.by_call("audit", limit=200))["entries"])


def is_by(entry: dict[str, Any], doors: Doors, door: str) -> bool:
    """Whether an entry says who did it: the operator's account, or who has the machine."""
    by_account = door == "by_call"
    whom = (doors.ada.user, None) if by_account else (None, "machine:root")
    return (entry["actor"], entry["details"].get("by")) == whom


def test_R49_the_table_has_every_call_and_word() -> None:
    words = {word for deed in DEEDS.values() for word in (deed.word, deed.opposite) if word}
    changing = {f"operator.{word}" for word in words}
    assert changing == OPERATING
    assert {f"operator.{word}" for word in LOOKS} == OPERATOR_METHODS.keys() - OPERATING
    assert {word.method for word in SUBCOMMANDS} == OPERATOR_METHODS.keys()


@pytest.mark.parametrize("door", ["by_call", "by_machine"])
@pytest.mark.parametrize("deed", DEEDS)
async def test_R49_each_is_noted_with_who_and_why_and_taken_back(
    scene: Scene, deed: str, door: str
) -> None:
    doors, done = scene.doors, DEEDS[deed]
    before = await standing(doors)
    await getattr(doors, door)(done.word, **done.params(scene))
    [entry] = await doors.audit(done.event)
    assert is_by(entry, doors, door), entry
    assert done.details(scene).items() <= entry["details"].items()
    assert "before" not in entry["details"]  # nobody had done it before
    assert entry["project"] in (None, scene.project)
    if not done.opposite:
        await comes_again(scene)
        assert await standing(doors) == before
        return
    assert await standing(doors) != before
    await getattr(doors, door)(done.opposite, **done.opposite_params(scene))
    [entry] = await doors.audit(done.opposite_event)
    assert is_by(entry, doors, door), entry
    assert done.before(scene).items() <= entry["details"].items()
    assert await standing(doors) == before
    noted = await count(doors)
    await getattr(doors, door)(done.opposite, **done.opposite_params(scene))
    assert await count(doors) == noted


async def comes_again(scene: Scene) -> None:
    """A kick is no ban."""
    again = await scene.doors.near.guest()
    words = {"email": "ann@example.org", "password": "correct horse"}
    await again.result("auth.login", **words)
    await again.join(scene.project)


@pytest.mark.parametrize("door", ["by_call", "by_machine"])
async def test_R49_who_only_looks_changes_nothing(scene: Scene, door: str) -> None:
    doors = scene.doors
    before, noted = await standing(doors), await count(doors)
    for word, params in LOOKS.items():
        await getattr(doors, door)(word, **params(scene))
    assert await count(doors) == noted
    assert await standing(doors) == before
