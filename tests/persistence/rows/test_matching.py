"""What Python says of a row is what PostgreSQL says: null, case, numbers, lists, maps."""

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from persistence.errors import BadQuery
from persistence.rows.condition_sql import ArgumentNumbers, arguments_of, condition_sql
from persistence.rows.condition_values import argument
from persistence.rows.conditions import read_where
from persistence.rows.matching import Pattern, _answer, contains, matcher, steps
from schema.limits import BOUNDS
from schema.tables.description import (
    LISTS,
    MAPS,
    NULLABLE,
    ORDERED,
    Column,
    Operator,
    SqlType,
    Table,
)
from server.row_feed.watch_request import STEPS

WORDS = ORDERED | {Operator.LIKE, Operator.ILIKE, Operator.SEARCH} | NULLABLE

THINGS = Table(
    relation="things",
    calls="things",
    row="Thing",
    param="thing",
    says="Of every type.",
    verbs=frozenset(),
    columns=(
        Column("word", str | None, SqlType.TEXT, "", filters=WORDS),
        Column("whole", int | None, SqlType.INTEGER, "", filters=ORDERED | NULLABLE),
        Column("ratio", float | None, SqlType.FLOAT, "", filters=ORDERED | NULLABLE),
        Column("flag", bool | None, SqlType.BOOLEAN, "", filters=ORDERED | NULLABLE),
        Column("moment", float | None, SqlType.TIME, "", filters=ORDERED | NULLABLE),
        Column("tags", list[str] | None, SqlType.TEXTS, "", filters=LISTS | NULLABLE),
        Column("data", dict[str, Any] | None, SqlType.JSON, "", filters=MAPS | NULLABLE),
    ),
)
MADE = "CREATE TEMPORARY TABLE things (" + ", ".join(
    f"{column.name} {column.sql}" for column in THINGS.columns
) + ")"  # fmt: skip

# Few values, so that what is asked is often there; letters whose case is not plain.
LETTERS = (
    "abAB%_\\\u00df\u1e9e\u0130\u0131\u017f\u212a\u00c5\u03c3\u03c2\u03a3\u00e4\u00c4\U0001f39b"
)
words = st.text(st.sampled_from(LETTERS), max_size=5)
wholes = st.integers(-2, 2)
ratios = st.sampled_from([0.0, -0.0, 0.1, 0.1 + 0.2, 0.3, 1.0, 1e15, -1.5])
moments = st.sampled_from([0, 0.001, 1_700_000_000_000, 1_700_000_000_000.123, 1_700_000_000_001])
tags = st.lists(st.sampled_from(["a", "A", "b", ""]), max_size=3)
keys = st.sampled_from(["a", "b", "0"])
asked_leaves = st.one_of(
    st.none(), st.booleans(), st.sampled_from([0, 1, 1.0, 0.1, 2, 1e15]), words
)
stored_leaves = asked_leaves | st.sampled_from([1e23, 10**18])  # of rows that psql wrote


def _maps_of(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    values = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2),
        max_leaves=5,
    )
    return st.dictionaries(keys, values, max_size=3)


asked_maps = _maps_of(asked_leaves)

OF_COLUMN = {
    "word": words,
    "whole": wholes,
    "ratio": ratios,
    "flag": st.booleans(),
    "moment": moments,
    "tags": tags,
    "data": asked_maps,
}
STORED = OF_COLUMN | {"data": _maps_of(stored_leaves)}
rows = st.fixed_dictionaries({name: st.none() | kind for name, kind in STORED.items()})


@st.composite
def _asked(draw: st.DrawFn) -> dict[str, Any]:
    """What is asked of one column."""
    column = draw(st.sampled_from(THINGS.columns))
    operator = draw(st.sampled_from(sorted(column.filters - {Operator.SEARCH})))
    kind = OF_COLUMN[column.name]
    match operator:
        case Operator.IS_NULL:
            return {column.name: {operator: draw(st.booleans())}}
        case Operator.IN:
            return {column.name: {operator: draw(st.lists(kind, max_size=3))}}
        case Operator.LIKE | Operator.ILIKE:
            pattern = draw(words)
            slashes = len(pattern) - len(pattern.rstrip("\\"))
            return {column.name: {operator: pattern + "\\" * (slashes % 2)}}
        case Operator.PATH:
            word = draw(st.sampled_from(["eq", "ne", "lt", "lte", "gt", "gte"]))
            ordered = words | st.sampled_from([0, 1, 1.0, 0.1, 1e15])
            value = draw(asked_leaves if word in ("eq", "ne") else ordered)
            at = draw(st.lists(keys, min_size=1, max_size=2))
            return {column.name: {operator: {"at": at, word: value}}}
    return {column.name: {operator: draw(kind)}}


wheres = st.recursive(
    _asked(),
    lambda inner: st.one_of(
        inner.map(lambda one: {"not": one}),
        st.lists(inner, min_size=1, max_size=3).map(lambda some: {"or": some}),
        st.lists(inner, min_size=1, max_size=3).map(lambda some: {"and": some}),
    ),
    max_leaves=4,
)


class Real:
    """A table in PostgreSQL, asked from a test that is no coroutine."""

    def __init__(self, dsn: str) -> None:
        self._runner = asyncio.Runner()
        self._connection: Any = self._runner.run(asyncpg.connect(dsn, timeout=10))
        self._runner.run(self._connection.execute(MADE))

    def answers(self, rows: list[dict[str, Any]], where: dict[str, Any]) -> list[bool | None]:
        """What PostgreSQL says of each row."""
        return self._runner.run(self._answers(rows, where))

    def close(self) -> None:
        self._runner.run(self._connection.close())
        self._runner.close()

    async def _answers(
        self, rows: list[dict[str, Any]], where: dict[str, Any]
    ) -> list[bool | None]:
        condition = read_where(THINGS, where)
        places = ", ".join(f"${n + 1}" for n in range(len(THINGS.columns)))
        await self._connection.execute("DELETE FROM things")
        for row in rows:
            given = [argument(column, row[column.name]) for column in THINGS.columns]
            await self._connection.execute(f"INSERT INTO things VALUES ({places})", *given)
        text = condition_sql(THINGS, condition, ArgumentNumbers(0))
        return [
            record[0]
            for record in await self._connection.fetch(
                f"SELECT ({text}) FROM things ORDER BY ctid", *arguments_of(condition)
            )
        ]


@pytest.fixture(scope="module")
def real(postgres_dsn: str) -> Iterator[Real]:
    table = Real(postgres_dsn)
    yield table
    table.close()


def row(**values: Any) -> dict[str, Any]:
    return dict.fromkeys(OF_COLUMN) | values


def _as_kept(one: dict[str, Any]) -> dict[str, Any]:
    """As it comes back from PostgreSQL."""
    return one | {"data": msgspec.json.decode(msgspec.json.encode(one["data"]))}


@pytest.mark.postgres
@settings(
    max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture, *HealthCheck]
)
@given(st.lists(rows, min_size=1, max_size=4), _asked() | wheres)
@example([row(word="İ"), row(word="i"), row(word="Σς")], {"word": {"ilike": "%i%"}})
@example([row(word="ΣΑΣ")], {"word": {"ilike": "σας"}})
@example([row(whole=None), row(whole=1)], {"not": {"whole": {"in": []}}})
@example([row(data={"a": 1e23}), row(data=None)], {"data": {"path": {"at": ["a"], "gt": 1e15}}})
@example([row(data={"a": {"0": True}})], {"data": {"path": {"at": ["a", "0"], "ne": 1}}})
def test_Q11_Q13_python_answers_what_postgresql_answers(
    real: Real, rows: list[dict[str, Any]], where: dict[str, Any]
) -> None:
    answer = _answer(read_where(THINGS, where))
    assert [answer(_as_kept(one)) for one in rows] == real.answers(rows, where)


def test_Q10_what_is_unknown_stays_unknown() -> None:
    unknown = {"whole": 1}
    nothing = row()
    for where in (unknown, {"not": unknown}, {"and": [unknown, {"flag": {"is_null": True}}]}):
        assert _answer(read_where(THINGS, where))(nothing) is None
        assert matcher(read_where(THINGS, where))(nothing) is False
    known = {"or": [unknown, {"flag": {"is_null": True}}]}
    assert _answer(read_where(THINGS, known))(nothing) is True


def test_what_cannot_be_watched_is_refused() -> None:
    with pytest.raises(BadQuery, match=r"`where.word.search` cannot be watched") as refused:
        matcher(read_where(THINGS, {"word": {"search": "warm"}}))
    assert refused.value.field == "where.word.search"


def test_no_pattern_takes_more_than_a_walk_a_part() -> None:
    text = "a" * 20_000 + "b"
    steps = Steps(text)
    assert not Pattern("%a%a%a%a%a%a%a%c").matches(steps)
    assert not Pattern("%aaaa_aaac%").matches(steps)
    assert steps.taken < 20 * len(text)


class Steps(str):
    """A text that counts how often it was looked at."""

    taken = 0

    def __getitem__(self, at: Any) -> str:
        self.taken += 1
        return super().__getitem__(at)


@pytest.mark.parametrize(
    ("held", "asked", "is_there"),
    [
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": [1, [2, 3]]}, {"a": [[3]]}, True),
        ({"a": ["x"]}, {"a": "x"}, False),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, True),
        ({"a": {"b": 1}}, {"a": []}, False),
    ],
)
def test_Q12_containment(held: Any, asked: Any, is_there: bool) -> None:
    assert contains(held, asked) is is_there


@pytest.mark.parametrize(
    ("where", "cost"),
    [
        ({"word": "x"}, 1),
        ({"word": {"ilike": "%a%b%c%"}}, 5),
        ({"word": {"like": "%a_c%"}}, 5),
        ({"or": [{"whole": 1}, {"not": {"ratio": 2}}]}, 2),
        ({"tags": {"overlap": ["a", "b", "c"]}}, 3),
        ({"whole": {"in": list(range(80))}}, 11),
        ({"tags": {"contains": ["a", "b"]}}, 2),
    ],
)
def test_V12_what_it_costs_to_ask_a_row(where: dict[str, Any], cost: int) -> None:
    assert steps(read_where(THINGS, where)) == cost


def test_V12_the_page_and_the_refusal_say_what_is_counted() -> None:
    for said in (BOUNDS.rows["MAX_WATCH_STEPS"].why, STEPS):
        assert "of `overlap` or `contains`" in said
        assert "8 values of `in`" in said
