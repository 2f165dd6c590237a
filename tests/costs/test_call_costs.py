"""No call goes long without a pause, however large the project is (kind K2).

Counted in bytecodes of Python, in the event loop and in worker threads. A thread gives way every
half a millisecond anyway, but a call that nobody waits for any more ends at a pause only. What a
library in C does in one go, as encoding a reply, is bounded in bytes instead (rules C7 and C8).
"""

import uuid
from typing import Any

import pytest
from msgspec import Raw

from schema.calling.batch_calls import BatchedCall
from schema.calling.writing_calls import OF_ROWS
from schema.calls import METHODS
from schema.limits import MAX_WATCHED_ROWS
from tests.costs.counted_calls import Longest, longest_of
from tests.costs.test_op_costs import LONGEST
from tests.persistence.planted_rows import make_tokens
from tests.server.conftest import Node, create_project
from tests.server.wire import JSON, Message, Wire

SMALL, LARGE = 50, 500
"""Tracks, clips, notes and tempi of the project: a walk that does not pause shows in the larger."""

PART = 1_000
"""Ops of one delta."""

OF_A_CLOSED_PROJECT = (
    "history.at",
    "snapshots.state",
    "snapshots.diff",
    "timeline.between",
    "timeline.seconds",
    "timeline.beats",
)
"""Calls that read the document as it is stored, if nobody has it open."""


FILL = """
INSERT INTO plugin_presets (owner_id, plugin, name, tags)
SELECT $1, 'OTT', 'Preset ' || $2::text || '/' || n, ARRAY['warm', 'wide']
FROM generate_series(1, $3::int) AS n
"""
"""As many rows as one watch may show, or a tenth of them."""


class Grown:
    """A project with so many of each, and what the calls need of it."""

    def __init__(self, node: Node, ann: Wire) -> None:
        self.node = node
        self.ann = ann
        [self.caller] = node.connections.values()
        self.project = ""
        self.snapshots: list[str] = []
        self.preset = ""
        self.audio_file = ""
        self.login = ""

    async def grow(self, size: int) -> None:
        self.project = await create_project(self.ann)
        await self.ann.join(self.project)
        await self._edit([_insert("tracks", "track_001")])
        self.snapshots.append(await self._snapshot("bare"))
        ops = [_insert("tracks", f"track_{n:05}", name=f"Track {n}") for n in range(size)]
        ops += [
            _insert("clips", f"clip_{n:05}", track=f"track_{n:05}", duration=1, time=n)
            for n in range(size)
        ]
        note = {"time": 0, "duration": 1, "key": 60}
        ops += [_insert("notes", f"note_{n:05}", **note, clip=f"clip_{n:05}") for n in range(size)]
        ops += [_insert("tempo", f"tempo_{n:05}", time=n + 1, bpm=100) for n in range(size)]
        for first in range(0, len(ops), PART):
            await self._edit(ops[first : first + PART])
        self.snapshots.append(await self._snapshot("full"))
        large = {f"parameter {n}": n for n in range(1_000)}
        preset = {"plugin": "OTT", "name": f"Preset {size}", "parameters": large}
        await self.node.server.write_behind.run_once()
        [session] = (await self.ann.result("sessions.list"))["sessions"]
        self.session = session["id"]
        self.preset = (await self.ann.result("presets.create", **preset))["id"]
        asked = {"project": self.project, "role": "viewer"}
        self.invitation = await self.ann.result("invitations.create", **asked)
        song = await self._announce(analysis=large)
        for _ in range(20):
            await self._announce(analysis=large, parent=song, stem_kind="stem")
        self.audio_file = song
        words = {"email": "ann@example.org", "password": "correct horse"}
        tokens = await (await self.node.guest()).result("auth.login", **words)
        access = self.node.context.tokens.read_access(tokens["access_token"])
        self.login = access.auth_session
        db = self.node.server.foundation.db.calls
        await make_tokens(db, f"new{size}@example.org")
        presets = f"{size}", size * MAX_WATCHED_ROWS // LARGE - 10
        await db.execute(FILL, self.ann.user, *presets)

    async def _announce(self, **more: Any) -> str:
        file = {"project": self.project, "name": "song.wav"}
        return str((await self.ann.result("audio_files.create", **file, **more))["id"])

    async def close(self) -> None:
        """As when nobody has been in its room for a while."""
        await self.ann.ask({"t": "leave", "id": "l1", "project": self.project})
        await self.node.server.write_behind.close_room(self.project)

    async def _edit(self, ops: list[Message]) -> None:
        assert (await self.ann.edit(self.project, *ops))["t"] == "ack"

    async def _snapshot(self, name: str) -> str:
        made = await self.ann.result("snapshots.create", project=self.project, name=name)
        return str(made["id"])

    def asked(self) -> dict[str, dict[str, Any]]:
        """Every call with parameters that ask for much; what ends something is last."""
        project = {"project": self.project}
        bare, full = self.snapshots
        snapshot = project | {"snapshot": full}
        who = {"email": "zoe@example.org", "password": "correct horse"}
        times = [float(n) for n in range(1_000)]
        return {
            "auth.register": who | {"username": "zoe"},
            "auth.login": {"email": "ann@example.org", "password": "correct horse"},
            "auth.refresh": {"refresh_token": self.ann.tokens["refresh_token"]},
            "auth.verify": {"token": "verify_address"},
            "auth.confirm_email": {"token": "change_address"},
            "auth.reset_password": {"token": "reset_password", "password": "violet anvil"},
            "auth.send_verification": {"email": "zoe@example.org"},
            "auth.request_reset": {"email": "zoe@example.org"},
            "auth.change_email": {"password": "correct horse", "email": "ann@new.example"},
            "auth.request_deletion": {},
            "projects.create": {"name": "Another"},
            "projects.update": project | {"version": 1, "name": "New"},
            "members.grant": project | {"email": "zoe@example.org", "role": "editor"},
            "members.join": project,
            "invitations.create": project | {"role": "viewer"},
            "invitations.look": {"token": self.invitation["token"]},
            "invitations.accept": {"token": self.invitation["token"]},
            "invitations.withdraw": {"invitation": self.invitation["id"]},
            "members.revoke": project | {"user": str(uuid.uuid4())},
            "history.list": project | {"limit": 200},
            "history.blame": project | {"entity": "note_00007", "property": "key"},
            "history.at": project | {"seq": 2},
            "history.ops": project,
            "snapshots.create": project | {"name": "now"},
            "snapshots.state": snapshot,
            "snapshots.update": snapshot | {"version": 1, "name": "better"},
            "snapshots.diff": project | {"before": bare, "after": full, "limit": 2_000},
            "timeline.between": project | {"start": 0, "end": 1e6, "notes": True, "limit": 5_000},
            "timeline.seconds": project | {"beats": times},
            "timeline.beats": project | {"seconds": times},
            "batch": {"calls": [BatchedCall("projects.list", Raw(b"{}"))] * 20},
            "recall.observe": {"category": "eq", "uses": _uses()},
            "recall.suggest": {"category": "eq", "limit": 20},
            "recall.correct": {"category": "eq", "id": str(uuid.uuid4()), "key": "key 1"},
            "recall.export": {"limit": 200},
            "recall.settings": {"category": "eq", "remembers": True},
            "recall.forget": {"category": "eq"},
            "recall.erase": {"confirm": "erase"},
            **{method: {} for method in METHODS if method.endswith(".watch")},
            "watch.end": {"watch": "none"},
            "sessions.history": {"session": self.session},
            "sessions.permit": {"session": self.session, "edit": []},
            "sessions.end": {"session": self.session},
            "auth_sessions.rename": {"auth_session": self.login, "name": "Studio Mac"},
            "auth_sessions.revoke": {"auth_session": self.login},
            "presets.copy": {"preset": self.preset, "name": "Copy"},
            "presets.publish": {"preset": self.preset},
            "presets.unpublish": {"preset": self.preset},
            "presets.use": {"preset": self.preset},
            "audio_files.stems": {"audio_file": self.audio_file},
            "audio_files.set_status": {"audio_file": self.audio_file, "status": "uploading"},
            "snapshots.fork": snapshot | {"name": "Fork"},
            "snapshots.restore": project | {"snapshot": bare, "id": "restore-0001"},
            "snapshots.delete": snapshot,
            "projects.archive": project,
            "auth.deletion_preview": {},
            "auth.change_password": {
                "password": "correct horse",
                "new_password": "violet anvil",
            },
            "auth.logout": {},
        }

    async def longest(self, *methods: str) -> dict[str, Longest]:
        asked = self.asked()
        return {
            method: await longest_of(self.node, self.caller, method, **asked[method])
            for method in methods or asked
        }


def _uses() -> list[Message]:
    context = {"genre": "trap", "bpm": 140, "after": "key 1"}
    return [{"id": str(uuid.uuid4()), "key": f"key {n}", "context": context} for n in range(200)]


def _insert(collection: str, entity_id: str, **entity: Any) -> Message:
    return {"op": "insert", "col": collection, "id": entity_id, "entity": entity}


def _too_long(found: dict[str, Longest]) -> dict[str, Longest]:
    return {method: cost for method, cost in found.items() if max(cost) > LONGEST}


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_D5_no_call_goes_long_without_a_pause(node: Node, size: int) -> None:
    grown = Grown(node, await node.musician("ann", JSON))
    await grown.grow(size)
    found = await grown.longest()
    # Those are bounded by a page, and what is about an account, or for operators, does not grow
    # with a project.
    elsewhere = OF_ROWS.keys() | {
        method for method in METHODS if method.startswith(("auth.", "auth_sessions.", "operator."))
    }
    assert found.keys() - elsewhere == METHODS.keys() - elsewhere
    assert _too_long(found) == {}


async def test_D5_nor_does_one_of_a_project_that_nobody_has_open(node: Node) -> None:
    grown = Grown(node, await node.musician("ann", JSON))
    await grown.grow(LARGE)
    await grown.close()
    found = await grown.longest(*OF_A_CLOSED_PROJECT)
    assert grown.project not in node.hub.rooms
    assert _too_long(found) == {}
