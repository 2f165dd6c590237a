"""The vectors are those of today's rules, and the Python of both sides comes to what they say."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from prime_client.connecting.codec import codec_named
from prime_client.copy import digest as sdk_digest
from prime_client.copy.replica import Replica
from prime_client.copy.room_messages import Gap
from prime_client.copy.state_ops import apply_op
from prime_client.schema import order_keys as sdk_order_keys
from rooms.document import digest
from rooms.document.document import Document
from rooms.music.tempo_map import TempoMap
from schema import order_keys
from schema.ops import Op
from tests.vectors.__main__ import main
from tests.vectors.files import COMMITTED, FOLDER, OTHER_SEEDS, STEPS, sessions, stale, tables
from tests.vectors.frames import Frame, read
from tests.vectors.sessions import then

CODECS = ("json", "msgpack")
SESSIONS = sorted(path.stem for path in (FOLDER / "sessions").glob("*.json"))


def vectors(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return content


def test_they_are_those_of_today_and_few() -> None:
    made = tables() | sessions(COMMITTED, STEPS)
    assert stale(FOLDER, made) == []
    assert sum(len(text.encode()) for text in made.values()) < 300_000


def test_check_names_what_is_stale_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old.json").write_text("{}")
    assert main(["--check"], tmp_path) == 1
    told = capsys.readouterr().err
    assert "stale: tempo.json" in told
    assert "stale: old.json" in told
    assert [path.name for path in tmp_path.iterdir()] == ["old.json"]
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    assert not (tmp_path / "old.json").exists()


@pytest.mark.parametrize("codec", CODECS)
def test_digests(codec: str) -> None:
    file = vectors("digests")
    for row in file["terms"]:
        collection, entity_id, entity = read(row["frame"], codec)
        packed = digest.canonical(collection, entity_id, entity)
        assert (packed.hex(), f"{digest.term(packed):016x}") == (row["packed"], row["term"])
        assert f"{sdk_digest.term(collection, entity_id, entity):016x}" == row["term"]
    for row in file["states"]:
        state = read(row["frame"], codec)
        assert sdk_digest.digest(state) == row["digest"]


@pytest.mark.parametrize("module", [order_keys, sdk_order_keys])
def test_order_keys(module: Any) -> None:
    file = vectors("order_keys")
    assert all(module.is_order_key(key) for key in file["keys"])
    assert not any(module.is_order_key(key) for key in file["no_keys"])
    for row in file["between"]:
        assert module.between(row["before"], row["after"]) == row["key"]
    for row in file["siblings"]:
        in_order = sorted(row["siblings"], key=lambda one: (one["order"], one["id"]))
        assert [one["id"] for one in in_order] == row["in_order"]


def test_tempo() -> None:
    for row in vectors("tempo")["maps"]:
        times = TempoMap.of({"tempo": row["tempo"]})
        for beat, seconds in row["times"]:
            assert times.seconds_at(beat) == pytest.approx(seconds, rel=1e-12)
            assert times.beat_at(seconds) == pytest.approx(beat, rel=1e-9)


@pytest.mark.parametrize("codec", CODECS)
def test_ops(codec: str) -> None:
    file = vectors("ops")
    reasons = set()
    for case in file["cases"]:
        document = Document(read(file["state"], codec))
        ops = msgspec.convert(read(case["ops"], codec), list[Op])
        applied = document.apply(ops, atomic=case["atomic"])
        drops = [{"op": drop.op, "reason": str(drop.reason)} for drop in applied.drops]
        effective = read(case["effective"], codec)
        assert (drops, document.digest) == (case["dropped"], case["digest"]), case["about"]
        assert msgspec.to_builtins(applied.ops) == effective, case["about"]
        copy = read(file["state"], codec)
        for op in effective:
            apply_op(copy, op, [])
        assert sdk_digest.digest(copy) == case["digest"]
        reasons |= {drop["reason"] for drop in drops}
    assert reasons >= {"gone", "parent_gone", "changed", "cycle", "exists", "invalid", "atomic"}


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("name", SESSIONS)
def test_sessions(name: str, codec: str) -> None:
    _check(vectors(f"sessions/{name}")["steps"], codec)


@pytest.mark.parametrize("codec", CODECS)
def test_sessions_of_other_seeds(codec: str, tmp_path: Path) -> None:
    assert main(["--seeds", OTHER_SEEDS, "--steps", "60", "--out", str(tmp_path)]) == 0
    for path in tmp_path.rglob("*.json"):
        _check(json.loads(path.read_text())["steps"], codec)


def _check(steps: list[dict[str, Any]], codec: str) -> None:
    """A copy that does what the steps say comes to what they say."""
    reader = codec_named(codec)  # type: ignore[arg-type]
    ids: list[str] = []
    replica: Replica | None = None
    for number, step in enumerate(steps):
        message = read(step["frame"], codec)
        if replica is None:
            replica = Replica(message["project"], ids.pop, reader.decode_state)
        assert _take(replica, ids, step["do"], message) is step.get("gap", False)
        assert then(replica) == step["then"], f"step {number}"


def _take(replica: Replica, ids: list[str], do: str, message: dict[str, Any]) -> bool:
    """Let the replica do or hear it; whether it found a gap."""
    match do:
        case "join":
            assert replica.join_message(message["id"], message.get("unanswered", ())) == message
        case "propose" if message["t"] == "delta":
            ids.append(message["id"])
            replica.edit(message["ops"], message.get("atomic", False), allow_unknown=True)
        case "propose":
            ids.append(message["id"])
            replica.undo_or_redo(message["t"])
        case _:
            try:
                replica.receive(message)
            except Gap:
                return True
    return False


def frames_of(name: str) -> list[tuple[str, Frame]]:
    """All that stands in a session, and who says it."""
    steps = vectors(f"sessions/{name}")["steps"]
    return [("Server" if s["do"] == "hear" else "Client", s["frame"]) for s in steps]


def test_both_encodings_say_the_same() -> None:
    for name in SESSIONS:
        for _, one in frames_of(name):
            text, binary = read(one, "json"), read(one, "msgpack")
            if text["t"] != "state":
                assert text == binary


def test_each_kind_of_message_is_among_them() -> None:
    kinds = {read(one, "json")["t"] for name in SESSIONS for _, one in frames_of(name)}
    assert kinds >= {
        *("join", "joined", "state", "delta", "ack", "error", "tick", "undo", "redo", "pong"),
        *("member_joined", "member_left", "weather", "__proto__"),
    }
