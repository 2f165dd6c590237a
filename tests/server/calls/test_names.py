"""Names that every JavaScript object has: at no door do they become the key of a map (rule E13)."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest
from msgspec import inspect

from rooms.document.document import Document
from rooms.rules.op_rules import problem_with_op
from rooms.rules.proposal_rules import problem_with_new_op, problem_with_shown
from schema.calls import METHODS
from schema.entities import ENTITY_TYPES, SINGLETONS, empty_state
from schema.messages import ClientMessage, Previewed
from schema.ops import Delete, Insert, Move, Op, Set
from schema.text.enumerations import NAMED
from schema.text.text_rules import DELTA_ID, MAP_KEY, OF_EVERY_OBJECT, USERNAME
from server.encoding.codec import JSON as CODEC
from server.encoding.codec import BadMessage
from tests.server.conftest import Node
from tests.server.encoding.test_texts import CALLS, MESSAGES, Walk
from tests.server.wire import JSON, MSGPACK, marker

NAMES = pytest.mark.parametrize("name", sorted(OF_EVERY_OBJECT))

MAPS = {
    "delta.ops.props",
    "delta.ops.props.",
    "delta.ops.entity",
    "delta.ops.entity.",
    "delta.ops.expect",
    "delta.ops.expect.",
    "gesture.values",
    "gesture.values.props",
    "gesture.values.props.",
}
"""Where a client can say a map; with a dot at the end: a map in that map. Each is tried below."""


def has_keys_of_its_own(kind: inspect.Type) -> bool:
    """Whether another rule looks at the keys of a map: Q7, Q8, or a pattern without these."""
    match kind:
        case inspect.Metadata(extra_json_schema=extra):
            return NAMED in (extra or {})
        case inspect.DictType(key_type=inspect.StrType(pattern=pattern)):
            return pattern == MAP_KEY
    return False


def maps_in(kind: inspect.Type, path: str) -> Iterator[str]:
    match kind:
        case _ if has_keys_of_its_own(kind):
            return
        case inspect.DictType(value_type=value):
            yield path
            inner = f"{path}." if isinstance(value, inspect.UnionType) else path
            yield from maps_in(value, inner)
        case inspect.ListType(item_type=item):
            yield from maps_in(item, path)
        case inspect.UnionType(types=kinds):
            yield from (found for one in kinds for found in maps_in(one, path))
        case inspect.StructType():
            for field in kind.fields:
                yield from maps_in(field.type, f"{path}.{field.encode_name}")
        case inspect.Metadata(type=inner):
            yield from maps_in(inner, path)


def test_E13_these_are_all_maps_that_a_client_can_say() -> None:
    messages: list[Any] = [inspect.type_info(kind) for kind in get_args(ClientMessage)]
    assert {found for kind in messages for found in maps_in(kind, kind.tag)} == MAPS
    params = [inspect.type_info(params) for params, _ in METHODS.values()]
    # Keys of `where` are names of columns, or refused (rule Q11); of `projects`, own ones.
    assert {found for kind in params for found in maps_in(kind, "")} <= {".where", ".projects"}


def ops_with(name: str) -> Iterator[Op]:
    """Ops in which the name is a key, or becomes one."""
    for collection, fields in ENTITY_TYPES.items():
        entity = {n: _value(f) for n, f in fields.items() if f.required}
        if collection not in SINGLETONS:
            yield Insert(collection, name, entity)
            yield Insert(collection, "entity_1", entity | {name: 1})
        known = collection if collection in SINGLETONS else "entity_1"
        yield Set(collection, known, {name: 1})
        some = next(iter(fields))
        yield Set(collection, known, {some: _value(fields[some])}, expect={name: 1})
        for prop, field in fields.items():
            if field.kind == "params":
                leaves: dict[str, Any] = {prop: {"cutoff": 1, name: 1}}
                yield Insert(collection, "entity_1", entity | leaves)
                yield Set(collection, "entity_1", leaves)
                gone: dict[str, Any] = {prop: {name: None}}
                yield Set(collection, "entity_1", gone)
                yield Set(collection, "entity_1", {"name": "x"}, leaves)
                yield Delete(collection, "entity_1", leaves)
                yield Move(collection, "entity_1", order="a0", expect=leaves)
            elif field.kind == "path":
                path: dict[str, Any] = {prop: f"devices/entity_2/params/{name}"}
                yield Insert(collection, "entity_1", entity | path)
                yield Set(collection, "entity_1", path)


def _value(field: Any) -> Any:
    if field.choices:
        return int(field.choices[0]) if field.kind == "integer" else field.choices[0]
    return {"pointer": "entity_3", "path": "channels/ch_master/volume", "text": "x"}.get(
        field.kind, 20
    )


def test_the_ops_are_good_but_for_the_name() -> None:
    for op in ops_with("harmless"):
        told = problem_with_new_op(op) or ""
        assert not told or "have no property" in told, told


@NAMES
def test_E13_no_op_makes_such_a_key(name: str) -> None:
    ops = list(ops_with(name))
    assert len(ops) > 4 * len(ENTITY_TYPES)
    for op in ops:
        told = problem_with_new_op(op)
        assert told is not None, op
        assert name in told or len(name) < 8, told  # or it is no id anyway


@NAMES
def test_E13_no_gesture_shows_such_a_key(name: str) -> None:
    volume = Previewed("channels", {"volume": 0.5})
    cutoff: dict[str, int | float | bool] = {"cutoff": 1, name: 1}
    assert problem_with_shown("fader", {"ch_master": volume}) is None
    assert name in str(problem_with_shown(name, {"ch_master": volume}))
    assert name in str(problem_with_shown("fader", {name: volume}))
    assert name in str(problem_with_shown("fader", {"device_1": Previewed("channels", {name: 1})}))
    shown = {"device_1": Previewed("devices", {"params": cutoff})}
    assert name in str(problem_with_shown("fader", shown))


class Ids(Walk):
    """Spoilt is what becomes a key elsewhere: ids of deltas in `committed`, and usernames."""

    def _values(self, kind: inspect.Type) -> tuple[Any, list[Any]]:
        if isinstance(kind, inspect.StrType):
            becomes_key = kind.pattern in (DELTA_ID, USERNAME)
            return self._example(kind), [self.spoilt] if becomes_key else []
        return super()._values(kind)


@MESSAGES
def test_E13_no_id_of_a_delta_is_such_a_name(kind: type[msgspec.Struct]) -> None:
    for name in OF_EVERY_OBJECT - {"valueOf"}:  # which is too short anyway
        for message in Ids(name).through(kind):
            with pytest.raises(BadMessage, match="JavaScript"):
                CODEC.decode(json.dumps(message).encode())


@CALLS
def test_E13_no_username_is_such_a_name(method: str) -> None:
    kind = METHODS[method][0]
    for name in OF_EVERY_OBJECT:
        for params in Ids(name).through(kind):
            with pytest.raises(BadMessage, match="JavaScript"):
                CODEC.params(msgspec.Raw(json.dumps(params).encode()), kind)


def test_the_walk_finds_the_ids() -> None:
    found = [kind.__name__ for kind in get_args(ClientMessage) if Ids("toString").through(kind)]
    assert found == ["Join", "ProposeDelta", "Undo", "Redo"]
    calls = [method for method, (kind, _) in METHODS.items() if Ids("toString").through(kind)]
    assert calls == ["auth.register", "auth.upgrade_guest", "snapshots.restore"]


@pytest.mark.postgres
@pytest.mark.parametrize("codec", [JSON, MSGPACK])
async def test_E13_nobody_hears_of_such_a_key(node: Node, codec: str) -> None:
    ann, ben, project = await node.pair((codec, codec))
    for name in ("__proto__", "constructor"):
        told = await ann.edit(project, marker("marker_1"), marker(name))
        assert (told["code"], told["details"]) == ("op_invalid", {"op": 1, "field": "id"})
        values = {name: {"col": "channels", "props": {"volume": 0.5}}}
        gesture = {"t": "gesture", "project": project, "id": "fader", "values": values}
        assert (await ann.ask(gesture))["code"] == "op_invalid"
    good = await ann.edit(project, marker("marker_1"))
    heard = await ben.expect("delta")
    assert heard["seq"] == good["seq"] == 1
    _, state = await node.fresh(ann, project)
    assert list(state["markers"]) == ["marker_1"]


def test_E13_what_a_project_holds_from_before_is_applied_and_can_be_deleted() -> None:
    """As a journal of before is read again, on every node alike."""
    document = Document(empty_state("Old"))
    before = Insert("markers", "__proto__", {"time": 1, "name": "bell\a"})
    assert problem_with_new_op(before) is not None
    now: tuple[Op, ...] = (Set("markers", "__proto__", {"time": 2}), Delete("markers", "__proto__"))
    assert not any(map(problem_with_new_op, now))
    for op in (before, *now):
        assert document.apply([op]).drops == []
    assert document.collections["markers"] == {}


@pytest.mark.postgres
async def test_E13_a_project_that_holds_such_names_from_before_is_read_edited_and_brought_back(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, project = await node.pair()
    channel = {"op": "insert", "col": "devices", "id": "device_1"}
    params = {"channel": "ch_master", "params": {"__proto__": 1.0, "cutoff": 0.5}}
    with monkeypatch.context() as before:
        before.setattr("rooms.edits.refusals.problem_with_new_op", problem_with_op)
        ops = (marker("__proto__", name="bell\a"), channel | {"entity": params})
        assert (await ann.edit(project, *ops))["t"] == "ack"
    snapshot = await ann.result("snapshots.create", project=project, name="old")
    _, state = await node.fresh(ann, project)
    assert state["markers"]["__proto__"]["name"] == "bell\a"
    moved = {"op": "set", "col": "markers", "id": "__proto__", "props": {"time": 2}}
    assert (await ben.edit(project, moved))["dropped"] == []
    deleted = {"op": "delete", "col": "markers", "id": "__proto__"}
    assert (await ben.edit(project, deleted))["dropped"] == []
    undone = await ben.ask({"t": "undo", "project": project, "id": "undo_it_1"})
    assert [op["id"] for op in undone["ops"]] == ["__proto__"]
    of = {"project": project, "snapshot": snapshot["id"]}
    assert (await ann.result("snapshots.restore", **of, id="restore_1"))["ops"] == 1
    fork = await ann.result("snapshots.fork", **of, name="Fork")
    other = await node.again(ann, "phone")
    _, forked = await other.join(fork["id"])
    assert forked["devices"]["device_1"]["params"] == params["params"]
    assert list(forked["markers"]) == ["__proto__"]
