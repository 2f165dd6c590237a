"""Numbers at the ends of what a float holds, in every number of every call: none is `internal`."""

import uuid
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from msgspec import inspect

from schema.calls import METHODS
from schema.errors import ErrorCode
from schema.tables.all_tables import TABLES
from schema.tables.description import Operator, SqlType, Table
from tests.server.calls.rows.conftest import Pair, Person, Refusal, pair

__all__ = ["pair"]

pytestmark = [pytest.mark.postgres, pytest.mark.node]

NUMBERS = (5e-324, 1e-300, 1e-100, 1e308, -0.0, -5e-324, 2.0**53)

Path = tuple[str, ...]


def numbers_of(kind: inspect.Type, path: Path = ()) -> Iterator[Path]:
    """Where numbers that need not be whole are, in lists and structs too."""
    match kind:
        case inspect.FloatType():
            yield path
        case inspect.Metadata(type=inner):
            yield from numbers_of(inner, path)
        case inspect.UnionType(types=kinds):
            for kind_arg in kinds:
                yield from numbers_of(kind_arg, path)
        case inspect.ListType(item_type=item) | inspect.DictType(value_type=item):
            yield from numbers_of(item, (*path, "*"))
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from numbers_of(field.type, (*path, field.encode_name))


PLACES = {
    method: paths
    for method, (params, _) in METHODS.items()
    if (paths := list(numbers_of(inspect.type_info(params))))
}
"""Method -> where its parameters have such numbers."""

MAPS = {
    "presets.create": "parameters",
    "audio_files.create": "analysis",
    "account.update": "preferences",
    "recall.correct": "data",
}
"""Method -> a map of a client's own."""


async def params_of(person: Person, method: str) -> dict[str, Any]:
    """Parameters with which it is done, on rows made for it."""
    of = {"project": (await person.call("projects.create", name="Song"))["id"]}
    make = ON_ROWS.get(method)
    if make is not None:
        return await make(person, of)
    within = of if "project" in METHODS[method][0].__struct_fields__ else {}
    return within | ON_NO_ROWS.get(method, dict)()


async def snapshot(person: Person, of: dict[str, Any]) -> dict[str, Any]:
    made = await person.call("snapshots.create", **of)
    return of | {"snapshot": made["id"], "version": made["version"]}


async def file(person: Person, of: dict[str, Any]) -> dict[str, Any]:
    made = await person.call("audio_files.create", **of, name="x.wav")
    return {"audio_file": made["id"], "version": made["version"]}


async def account(person: Person, of: dict[str, Any]) -> dict[str, Any]:
    return {"version": (await person.call("account.get"))["version"]}


async def measured(person: Person, of: dict[str, Any]) -> dict[str, Any]:
    """A file whose bytes were looked at."""
    at = {"audio_file": (await file(person, of))["audio_file"]}
    await person.call("audio_files.set_status", **at, status="uploading")
    facts = {"bytes": 1, "content_hash": "ab" * 32}
    await person.call("audio_files.set_status", **at, status="measuring", **facts)
    return at | {"status": "available", "sample_rate": 48_000, "channels": 2}


def use() -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "key": "OTT"}


ON_ROWS = {
    "snapshots.update": snapshot,
    "audio_files.update": file,
    "audio_files.set_status": measured,
    "account.update": account,
}
"""Method -> its parameters, of a row that it makes."""

ON_NO_ROWS: dict[str, Callable[[], dict[str, Any]]] = {
    "projects.create": lambda: {"name": "Song"},
    "projects.update": lambda: {"version": 1},
    "audio_files.create": lambda: {"name": "x.wav"},
    "presets.create": lambda: {"plugin": "OTT", "name": str(uuid.uuid4())},
    "timeline.between": lambda: {"start": 0, "end": 1},
    "recall.observe": lambda: {"category": "c", "uses": [use()]},
    "recall.suggest": lambda: {"category": "c"},
    "recall.correct": lambda: {"category": "c", **use()},
}
"""Method -> its parameters beside the project."""


def put(params: dict[str, Any], path: Path, number: float) -> dict[str, Any]:
    """The same with this number there."""
    changed = deepcopy(params)
    held: Any = changed
    for key, following in zip(path, (*path[1:], None), strict=True):
        place: Any = 0 if key == "*" else key
        if key == "*" and not held:
            held.append(None)
        if following is None:
            held[place] = number
        else:
            empty: Any = [] if following == "*" else {}
            held[place] = (held[place] if key == "*" else held.get(place)) or empty
            held = held[place]
    return changed


async def is_done(person: Person, method: str, params: dict[str, Any]) -> bool:
    """Or the number is refused; nothing else may become of it."""
    try:
        await person.call(method, **params)
    except Refusal as refusal:
        if refusal.code is not ErrorCode.VALIDATION:
            raise
        return False
    return True


@pytest.mark.parametrize("method", PLACES)
async def test_E1_Q1_no_number_of_a_call_is_internal(pair: Pair, method: str) -> None:
    ann = pair.ann
    await ann.call("recall.observe", category="c", uses=[use() for _ in range(12)])
    for path, number in product(PLACES[method], NUMBERS):
        await is_done(ann, method, put(await params_of(ann, method), path, number))
        assert await is_done(ann, "recall.suggest", {"category": "c"})


@pytest.mark.parametrize("method", MAPS)
async def test_Q8_no_number_of_a_map_is_internal(pair: Pair, method: str) -> None:
    ann = pair.ann
    await ann.call("recall.observe", category="c", uses=[use()])
    for number in NUMBERS:
        params = await params_of(ann, method) | {MAPS[method]: {"a": number}}
        assert await is_done(ann, method, params) == (abs(number) <= 2.0**53)


LISTED = [
    table
    for table in TABLES.values()
    if f"{table.calls}.list" in METHODS and table.calls != "whole_audit"
]
"""The whole audit is for operators, and asked as `audit` is."""


@pytest.mark.parametrize("table", LISTED, ids=lambda table: table.calls)
async def test_Q10_Q13_no_number_that_rows_are_compared_with_is_internal(
    pair: Pair, table: Table
) -> None:
    ann = pair.ann
    method = f"{table.calls}.list"
    fields = METHODS[method][0].__struct_fields__
    within = {"project": ann.project} if "project" in fields else {}
    kinds = (SqlType.FLOAT, SqlType.TIME, SqlType.JSON)
    for column in [column for column in table.columns if column.sql in kinds]:
        for number in NUMBERS:
            for operator in column.filters & {Operator.EQ, Operator.LT, Operator.GTE}:
                where = {column.name: {str(operator): number}}
                await is_done(ann, method, within | {"where": where})
            if Operator.PATH in column.filters:
                leaf = {"path": {"at": ["a"], "gte": number}}
                await is_done(ann, method, within | {"where": {column.name: leaf}})


@pytest.mark.parametrize("at", [None, 0])
async def test_E1_W5_no_weight_of_a_use_is_internal_however_little_is_left_of_it(
    pair: Pair, at: int | None
) -> None:
    ann = pair.ann
    for number in NUMBERS:
        uses = [use() | {"weight": number, "suggested": True, "at": at} for _ in range(12)]
        done = await is_done(ann, "recall.observe", {"category": "c", "uses": uses})
        assert done == (number == 1e-100)
    for _ in range(5):
        correct = {"category": "c", **use(), "weight": 1e-100}
        assert await is_done(ann, "recall.correct", correct)
    assert await is_done(ann, "recall.suggest", {"category": "c"})
