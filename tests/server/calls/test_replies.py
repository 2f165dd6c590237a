"""No reply is larger than its bound, whatever the project holds (kind K1)."""

import json
import uuid
from typing import Any

import pytest

from persistence.pool import Database
from schema.calling.writing_calls import OF_ROWS
from schema.calls import METHODS
from schema.limits import MAX_MAP_BYTES, MAX_PAGE_BYTES, MAX_REPLY_BYTES
from schema.operating.operator_calls import OPERATOR_METHODS
from tests.persistence.planted_rows import make_tokens
from tests.server.conftest import Node, create_project
from tests.server.wire import JSON, Message, Wire

LONG = "\N{MUSICAL SYMBOL G CLEF}" * 10_000
WIDE = {f"leaf_{n:04}": "x" * 1_000 for n in range(120)}
"""Of one device: one op of 120 KB."""

DELTAS = 12
MANY = 40
"""Deltas with the wide device, and with as many markers as an entry shows."""


OPEN_SESSION = """
SELECT open_collaboration_session($1, $2)
"""


class Heavy:
    """A project in which all that can be told is long; and what a case needs of it."""

    def __init__(self, ann: Wire, project: str) -> None:
        self.ann = ann
        self.project = project
        self.snapshots: list[Message] = []
        self.session = ""
        self.preset = ""
        """Of a user's own, with as many parameters as may be."""
        self.audio_file = ""
        """With more stems, and more said of each, than a reply holds."""

    async def fill(self, database: Database) -> None:
        ann, project = self.ann, self.project
        await ann.join(project)
        device = {"channel": "ch_master", "params": {}}
        insert = {"op": "insert", "col": "devices", "id": "dev_wide", "entity": device}
        await self._edit("wide", insert)
        await self._snapshot("empty")
        for number in range(DELTAS):
            params = {name: f"{number} {text}" for name, text in WIDE.items()}
            props = {"params": params}
            await self._edit(
                str(number), {"op": "set", "col": "devices", "id": "dev_wide", "props": props}
            )
        await self._snapshot("wide")
        tempi = [
            {
                "op": "insert",
                "col": "tempo",
                "id": f"tempo_{n:05}",
                "entity": {"time": n + 1, "bpm": 100 + n % 50},
            }
            for n in range(3_000)
        ]
        await self._edit("tempi", *tempi)
        name = "m" * 250
        for part in range(MANY):
            many = range(part * 120, part * 120 + 120)
            await self._edit(f"markers-{part}", *(_marker(n, name) for n in many))
        for number in range(12):
            await self._snapshot(f"take {number}")
        await self._members(database)
        await make_tokens(database, "new@example.org")
        await self._library(database)
        for name in ("x" * 200, "y" * 200):
            uses = _uses(name, "x" * 60_000)
            await ann.result("recall.observe", category="eq", uses=uses)
        for number in range(12):
            await ann.result("projects.create", name=f"P{number}", description=LONG)

    async def _edit(self, name: str, *ops: Message) -> None:
        delta = {"t": "delta", "project": self.project, "id": f"delta-{name:0>8}"}
        answer = await self.ann.ask(delta | {"ops": list(ops)})
        assert answer["t"] == "ack", answer

    async def _snapshot(self, name: str) -> None:
        words = {"name": name, "description": LONG}
        made = await self.ann.result("snapshots.create", project=self.project, **words)
        self.snapshots.append(made)

    async def _library(self, database: Database) -> None:
        ann, large = self.ann, {"text": "x" * (MAX_MAP_BYTES - 100)}
        preset = {"plugin": "OTT", "name": "Large", "parameters": large}
        self.session = await database.fetchval(OPEN_SESSION, self.project, ann.user)
        self.preset = (await ann.result("presets.create", **preset))["id"]
        file = {"project": self.project, "name": "song.wav", "analysis": large}
        self.audio_file = (await ann.result("audio_files.create", **file))["id"]
        await database.execute(
            "INSERT INTO audio_files (project_id, name, parent_id, stem_kind, analysis)"
            " SELECT project_id, name, id, 'stem', analysis"
            " FROM audio_files, generate_series(1, 210) WHERE id = $1",
            self.audio_file,
        )

    async def _members(self, database: Database) -> None:
        asked = {"role": "contributor", "tracks": MANY_TRACKS}
        self.invitation = await self.ann.result("invitations.create", project=self.project, **asked)
        await database.execute(
            "INSERT INTO prime_users (email, username, name)"
            " SELECT 'u' || n || '@example.org', 'user' || n, repeat('x', 120)"
            " FROM generate_series(1, 450) AS n"
        )
        await database.execute(
            "INSERT INTO project_members (project_id, user_id, role)"
            " SELECT $1::text::uuid, id, 'viewer' FROM prime_users WHERE username LIKE 'user%'",
            self.project,
        )


def _marker(n: int, name: str) -> Message:
    entity = {"time": n, "name": name}
    return {"op": "insert", "col": "markers", "id": f"marker_{n:05}", "entity": entity}


def _uses(name: str, text: str = "") -> list[dict[str, Any]]:
    """As many as one call takes, each with data as large as may be, as far as a message goes."""
    uses: list[dict[str, Any]] = [
        {"id": str(uuid.uuid4()), "key": f"key {n} {name}", "context": {"genre": "trap"}}
        for n in range(200)
    ]
    for use in uses[:16]:
        use["data"] = {"text": text}
    return uses


MANY_TRACKS = [f"track-{'x' * 26}-{n:03}" for n in range(64)]


def _params(heavy: Heavy) -> dict[str, list[dict[str, Any]]]:
    """The largest that can be asked for, of every call."""
    project = {"project": heavy.project}
    first, last = heavy.snapshots[0], heavy.snapshots[-1]
    snapshot = project | {"snapshot": last["id"]}
    who = {"email": "zoe@example.org", "password": "correct horse"}
    times = [float(n) for n in range(1_000)]
    return {
        "projects.update": [project | {"version": 1, "description": LONG}],
        "members.grant": [project | {"email": "u1@example.org", "role": "editor"}],
        "members.join": [project],
        "invitations.create": [project | {"role": "contributor", "tracks": MANY_TRACKS}],
        "invitations.look": [{"token": heavy.invitation["token"]}],
        "invitations.accept": [{"token": heavy.invitation["token"]}],
        "invitations.withdraw": [{"invitation": heavy.invitation["id"]}],
        "members.revoke": [project | {"user": str(uuid.uuid4())}],
        "history.list": [project | {"limit": 200}, project | {"limit": 200, "entity": "dev_wide"}],
        "history.blame": [
            project | {"entity": "dev_wide", "property": "params"},
            project | {"entity": "dev_wide", "property": "params/leaf_0001"},
        ],
        "history.at": [project | {"seq": DELTAS}],
        "history.ops": [project | {"after": seq} for seq in range(DELTAS)],
        "snapshots.state": [snapshot],
        "snapshots.update": [snapshot | {"version": 1, "description": LONG}],
        "snapshots.diff": [
            project | {"before": first["id"], "after": last["id"], "limit": 2_000},
            project | {"before": last["id"], "after": first["id"], "limit": 2_000},
        ],
        "snapshots.create": [project | {"description": LONG}],
        "snapshots.restore": [project | {"snapshot": first["id"], "id": "restore-0001"}],
        "snapshots.fork": [snapshot | {"name": "Fork"}],
        "snapshots.delete": [snapshot],
        "sessions.history": [{"session": heavy.session}],
        "sessions.permit": [{"session": heavy.session, "edit": [heavy.ann.user]}],
        "sessions.end": [{"session": heavy.session}],
        "timeline.between": [project | {"start": 0, "end": 1e6, "notes": True, "limit": 5_000}],
        "timeline.seconds": [project | {"beats": times}],
        "timeline.beats": [project | {"seconds": times}],
        "presets.copy": [{"preset": heavy.preset, "name": "Copy"}],
        "presets.publish": [{"preset": heavy.preset}],
        "presets.unpublish": [{"preset": heavy.preset}],
        "presets.use": [{"preset": heavy.preset}],
        "audio_files.stems": [{"audio_file": heavy.audio_file}],
        "audio_files.set_status": [{"audio_file": heavy.audio_file, "status": "uploading"}],
        "projects.create": [{"name": "Last", "description": LONG}],
        "projects.archive": [project],
        "batch": [{"calls": [{"method": "projects.list", "params": {"limit": 200}}] * 20}],
        "recall.observe": [{"category": "eq", "uses": _uses("eq")}],
        "recall.suggest": [{"category": "eq", "limit": 20}],
        "recall.correct": [{"category": "eq", "id": str(uuid.uuid4()), "shown": ["key 1"]}],
        "recall.export": [{"limit": 200}],
        "recall.settings": [{"category": "eq", "remembers": True}],
        "recall.forget": [{"category": "eq"}],
        "recall.erase": [{"confirm": "erase"}],
        "auth.register": [who | {"username": "zoe", "name": "z" * 120}],
        "auth.login": [who],
        "auth.verify": [{"token": "verify_address"}],
        "auth.confirm_email": [{"token": "change_address"}],
        "auth.reset_password": [{"token": "reset_password", "password": "violet anvil"}],
        "auth.send_verification": [{"email": "zoe@example.org"}],
        "auth.request_reset": [{"email": "zoe@example.org"}],
        "auth.change_email": [{"password": "correct horse", "email": "ann@elsewhere.example"}],
        "auth.change_password": [{"password": "correct horse", "new_password": "violet anvil"}],
        "auth.deletion_preview": [{}],
        "auth.refresh": [{"refresh_token": heavy.ann.tokens["refresh_token"]}],
        "auth.request_deletion": [{}],
        "auth.delete_account": [{"password": "correct horse"}],
        "auth.logout": [{}],
    }


@pytest.fixture
async def heavy(node: Node, database: Database) -> Heavy:
    ann = await node.musician("ann", JSON)
    made = Heavy(ann, await create_project(ann))
    await made.fill(database)
    return made


async def test_C7_no_reply_of_any_call_is_larger_than_its_bound(heavy: Heavy, node: Node) -> None:
    params = _params(heavy)
    watches = {method for method in METHODS if "watch" in method}  # those: tests/server/row_feed
    # Those: tests/server/calls/rows, and accounts; what has no rows has no pages.
    elsewhere = OF_ROWS.keys() | {
        method for method in METHODS if method.startswith(("auth.", "auth_sessions."))
    }
    watches |= OPERATOR_METHODS.keys()  # those: tests/server/calls/operators
    assert params.keys() - elsewhere == METHODS.keys() - elsewhere - watches
    sizes: dict[str, int] = {}
    for method, asked in params.items():
        closes = method == "auth.delete_account"
        wire = await node.musician("closing", JSON) if closes else heavy.ann
        for one in asked:
            answer = await wire.call(method, **one)
            assert answer["t"] == "reply", (method, answer)
            size = len(json.dumps(answer, ensure_ascii=False).encode())
            sizes[method] = max(size, sizes.get(method, 0))
    assert {method: size for method, size in sizes.items() if size > MAX_REPLY_BYTES} == {}


async def test_C8_the_next_page_begins_where_one_was_full_and_what_is_too_large_says_so(
    heavy: Heavy,
) -> None:
    its = {"project": heavy.project}
    await _all_pages(heavy.ann, "history.list", "entries", DELTAS + MANY + 2, limit=200, **its)
    await _all_pages(heavy.ann, "snapshots.list", "snapshots", 14, limit=200, **its)
    await _all_pages(heavy.ann, "members.list", "members", 451, limit=100, **its)
    await _all_pages(heavy.ann, "projects.list", "projects", 13, limit=200)
    await _what_is_too_large_says_so(heavy)


async def _all_pages(wire: Wire, method: str, items: str, at_least: int, **params: Any) -> None:
    """There are several, and on them each item once."""
    found: list[str] = []
    pages = 0
    place: dict[str, Any] = {}
    while True:
        page = await wire.result(method, **params, **place)
        pages += 1
        found += [json.dumps(item) for item in page[items]]
        if page["next"] is None:
            break
        place = {"before" if method == "history.list" else "after": page["next"]}
    assert len(found) == len(set(found)), method
    assert len(found) >= at_least, method
    assert pages > 1, method


async def _what_is_too_large_says_so(heavy: Heavy) -> None:
    project = heavy.project
    page = await heavy.ann.result("history.list", project=project, entity="dev_wide", limit=50)
    assert {(len(entry["ops"]), entry["total"]) for entry in page["entries"][:-1]} == {(0, 1)}
    newest = (await heavy.ann.result("history.list", project=project, limit=1))["entries"][0]
    assert (len(newest["ops"]), newest["total"]) == (100, 120)
    asked = {"project": project, "entity": "dev_wide"}
    blamed = await heavy.ann.result("history.blame", **asked, property="params")
    assert (blamed["clipped"], len(blamed["value"])) == (False, len(WIDE))
    leaf = await heavy.ann.result("history.blame", **asked, property="params/leaf_0001")
    assert (leaf["clipped"], leaf["value"][:2]) == (False, "11")
    ends = {"before": heavy.snapshots[0]["id"], "after": heavy.snapshots[-1]["id"]}
    diff = await heavy.ann.result("snapshots.diff", project=project, **ends, limit=2_000)
    assert diff["total"] > len(diff["changes"])
    ends["after"] = heavy.snapshots[1]["id"]
    [change] = (await heavy.ann.result("snapshots.diff", project=project, **ends))["changes"]
    assert (change["id"], change["clipped"], change.get("props", {})) == ("dev_wide", True, {})
    found = await heavy.ann.result("timeline.between", project=project, start=0, end=1e6)
    assert found["total"] > len(found["found"]) > 0
    assert len(json.dumps(found)) < 2 * MAX_PAGE_BYTES
    tempo = heavy.snapshots[-1]["musical_context"]["tempo"]
    assert (len(tempo), heavy.snapshots[-1]["musical_context"]["counts"]["tempo"]) == (256, 3_001)
