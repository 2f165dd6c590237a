"""The TypeScript SDK replays a seeded past, and comes to the digest of each of its moments."""

import json
from pathlib import Path

import pytest

from rooms.edits import made_ops
from schema.ops import encode_ops
from tests.javascript.node import WITH_WEBSOCKET
from tests.javascript.node import Node as JavaScript
from tests.rooms.chaos import Chaos
from tests.server.conftest import Node
from tests.server.wire import marker
from tests.web.building import WEB, bundled

pytestmark = [pytest.mark.postgres, pytest.mark.node]


@pytest.mark.parametrize(("seed", "codec"), [(11, "msgpack"), (12, "json")])
async def test_Y5_D8_each_moment_that_is_replayed_has_the_digest_of_the_server(
    node: Node, web: JavaScript, tmp_path: Path, seed: int, codec: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Forwards, back and in leaps: deltas dropped in part, undo and redo, a restore in a group."""
    monkeypatch.setattr(made_ops, "MADE_OPS", 20)
    ann, _, project = await node.pair()
    kept = await ann.result("snapshots.create", project=project, name="empty")
    room = node.hub.rooms[project].room
    for number, (ops, atomic) in enumerate(Chaos(seed).deltas(room.document, 40)):
        raw = json.loads(encode_ops(ops))
        await ann.edit(project, *raw, atomic=atomic, base=0, base_epoch="of before")
        if number % 9 == 8:
            await ann.ask({"t": "undo", "project": project, "id": f"undo_{number:04}"})
        if number % 18 == 17:
            await ann.ask({"t": "redo", "project": project, "id": f"redo_{number:04}"})
    await ann.edit(project, *(marker(f"marker_{n:03}") for n in range(100)))
    before = room.head
    await ann.result("snapshots.restore", project=project, snapshot=kept["id"], id="restore_01")
    assert room.head > before + 1, "the restore is a group"
    bundled(web, [WEB / "tests" / "sdk" / "past_with_server.ts"], tmp_path)
    script = tmp_path / "past_with_server.mjs"
    words = (node.url, codec, ann.tokens["refresh_token"], project)
    done = await web.run_beside(script, *words, options=WITH_WEBSOCKET)
    assert (done.returncode, done.stdout) == (0, f"all {room.head} of them held\n"), done.stderr
