"""Every refusal of a message or a call names the field at fault: all of them are walked (E1, C3).

Each field of each is left out, is another than there is, and has values of every other kind.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, cast

import msgspec
import pytest
from msgspec import inspect

from rooms.document.document import Drop
from rooms.edits.answers import refused_op
from rooms.rules.proposal_rules import problem_with_new_op, problem_with_shown
from schema.calls import METHODS
from schema.entities import ENTITY_TYPES
from schema.errors import DropReason
from schema.messages import ClientMessage, Previewed
from schema.ops import Delete, Insert, Move, Op, Set
from server.encoding.codec import JSON, MSGPACK, BadMessage, Codec

BOTH = pytest.mark.parametrize("codec", [MSGPACK, JSON], ids=["msgpack", "json"])
PROJECT = "6a1f0c9e-2c0d-4a53-8f0e-0d7c5b2e9f11"
TEXTS = ("x", PROJECT, "abcdefgh", "a@b.cd", "ab1", "4/4", "0" * 16, "0" * 64)
"""One of them matches each pattern."""

OTHERS: tuple[Any, ...] = (
    *(None, True, 7.5, -1, 10**9, "", "\0", "x" * 5_000, [], [[[]]], [7]),
    *({}, {"zap": {"zap": []}}, {"": 1}, {"zap": 7}),
)
"""Of every kind; those that a field takes are no mistake."""

Fields = dict[str, Any]


def example(kind: inspect.Type) -> Any:  # noqa: C901 # one arm for each kind of type
    """The least that is taken."""
    match kind:
        case inspect.Metadata():
            return example(kind.type)
        case inspect.StrType():
            least, most = kind.min_length or 0, kind.max_length or 10_000
            fit = (text for text in (*TEXTS, "x" * least) if least <= len(text) <= most)
            return next(text for text in fit if re.search(kind.pattern or "", text))
        case inspect.IntType() | inspect.FloatType():
            return 1 if kind.ge is None else kind.ge
        case inspect.BoolType():
            return True
        case inspect.ListType():
            return [example(kind.item_type)] * max(1, kind.min_length or 0)
        case inspect.UnionType():
            return example(next(o for o in kind.types if not isinstance(o, inspect.NoneType)))
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.StructType():
            fields = {one.encode_name: example(one.type) for one in kind.fields if one.required}
            return fields if kind.tag_field is None else fields | {kind.tag_field: kind.tag}
        case _:
            return {}


def mistakes(kind: inspect.StructType) -> Iterator[tuple[str, Fields]]:
    """Which field is wrong, and all fields with it."""
    right = example(kind)
    for field in kind.fields:
        name = field.encode_name
        if field.required:
            yield name, {one: value for one, value in right.items() if one != name}
        for other in OTHERS:
            yield name, right | {name: other}
    yield "zap", right | {"zap": 1}


def unnamed(read: Callable[[], object], field: str) -> bool:
    """Whether it is refused without a word on the field."""
    try:
        read()
    except BadMessage as error:
        named = str(error.details.get("field", ""))
        return re.split(r"[.\[/]", named, maxsplit=1)[0] != field
    return False


def structs(union: Any) -> tuple[inspect.StructType, ...]:
    info = inspect.type_info(union)
    assert isinstance(info, inspect.UnionType)
    return tuple(one for one in info.types if isinstance(one, inspect.StructType))


@BOTH
def test_E1_every_mistake_in_a_message_names_its_field(codec: Codec) -> None:
    wrong = [
        (kind.tag, field, fields)
        for kind in structs(ClientMessage)
        for field, fields in mistakes(kind)
        if unnamed(lambda fields=fields: codec.decode(codec.encode(fields)), field)  # type: ignore[misc]
    ]
    assert wrong == []


@BOTH
def test_C3_every_mistake_in_the_parameters_of_a_call_names_its_field(codec: Codec) -> None:
    wrong: list[tuple[str, str, object]] = []
    for method, (params, _) in METHODS.items():
        info = inspect.type_info(params)
        assert isinstance(info, inspect.StructType)
        for field, fields in mistakes(info):
            raw = msgspec.Raw(codec.encode(fields))
            if unnamed(lambda raw=raw, params=params: codec.params(raw, params), field):  # type: ignore[misc]
                wrong.append((method, field, fields))
        no_map: Any
        for no_map in (7, [], None, "x"):
            raw = msgspec.Raw(codec.encode(no_map))
            if unnamed(lambda raw=raw, params=params: codec.params(raw, params), "params"):  # type: ignore[misc]
                wrong.append((method, "params", no_map))
    assert wrong == []


@BOTH
def test_D21_every_mistake_in_an_op_names_the_op_and_its_field(codec: Codec) -> None:
    wrong: list[object] = []
    for kind in structs(Op):
        right = example(kind)
        others = [(field, op) for field, op in mistakes(kind)]
        others += [("op", right | {"op": 7}), ("op", right | {"op": "zap"})]
        others += [("op", {one: value for one, value in right.items() if one != "op"})]
        for field, op in [*others, ("ops", 7), ("ops", [])]:
            delta = {"t": "delta", "id": "abcdefgh", "project": PROJECT, "ops": [right, op]}
            try:
                codec.decode(codec.encode(delta))
            except BadMessage as error:
                named = error.details.get("field")
                is_leaf = named == "params"  # what is in a map is a leaf: no other one holds maps
                props = op.get(field) if isinstance(op, dict) else None
                is_property = isinstance(props, dict) and named in props
                is_named = named == field or is_leaf or is_property
                if error.details.get("op") != 1 or not is_named:
                    wrong.append((kind.tag, field, op, error.details))
    assert wrong == []


def impossible_ops() -> Iterator[Op]:
    """Ops that can be read, and may never be: of every collection and of none."""
    for col, properties in [*ENTITY_TYPES.items(), ("zap", {})]:
        for entity_id in ("entity_01", "x", "__proto__", "constructor", col):
            yield Set(col, entity_id, {})
            yield Move(col, entity_id)
            yield Move(col, entity_id, parent="entity_02")
            yield Delete(col, entity_id)
            yield Insert(col, entity_id, {})
        yield Delete(col, "ch_master")
        for name in (*properties, "zap"):
            for value in OTHERS:
                yield Set(col, "entity_01", {name: value})
                yield Set(col, "entity_01", {name: value}, expect={name: value})
                yield Insert(col, "entity_01", {name: value})


def test_D21_every_op_that_is_impossible_by_itself_names_its_field() -> None:
    refused = 0
    for op in impossible_ops():
        problem = problem_with_new_op(op)
        if problem:
            refused += 1
            error = refused_op(PROJECT, "delta_01", Drop(3, DropReason.INVALID, problem), op)
            assert error.details.get("field"), (op, problem)
            assert error.details["op"] == 3
    assert refused > 1_000


def test_G3_every_value_that_may_not_be_shown_names_its_field() -> None:
    refused = 0
    for op in impossible_ops():
        if isinstance(op, Set):
            problem = problem_with_shown(
                "gesture", {op.id: Previewed(op.col, cast("Any", op.props))}
            )
            if problem is not None:
                refused += 1
                assert problem[1], (op, problem)
    assert refused > 500
