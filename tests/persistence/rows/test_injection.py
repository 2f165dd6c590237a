"""Whatever users send in whatever place: no text of SQL holds it, and only our own errors come."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from persistence.errors import BadCursor, BadQuery, Conflict, Forbidden, IdReused, NotFound, Taken
from persistence.lanes import Lanes, LaneSizes
from persistence.rows.reading import count, get, list_
from persistence.rows.row_lanes import RowLanes
from persistence.rows.writing import create, delete, update
from schema.tables.description import Operator
from schema.tables.plugin_presets import PLUGIN_PRESETS as PRESETS
from tests.databases import Databases, other_database
from tests.persistence.rows.recorded import Recorded
from tests.persistence.rows.strangers import make_stranger

pytestmark = pytest.mark.postgres

MARK = "zq7"
"""In each payload, and in no text of ours."""

PAYLOADS = [
    "' OR zq7='zq7",
    "'; DROP TABLE zq7; --",
    "name) OR (zq7",
    'name"zq7',
    "$1zq7",
    "zq7' UNION SELECT password_hash FROM auth_credentials --",
    "\\'; SELECT pg_sleep(9) --zq7",
    "/*zq7*/",
    "%zq7%",
    "zq7\\",
    "{zq7}",
    "zq7::regclass",
    "zq7\x00",
    "zq7\ud800",
    "__proto__zq7",
    "$.zq7 ? (@ > 0)",
    '{"zq7": 1}',
    "\U0001d56bzq7\ufb01",
    "zq7" * 400,
]
NAMES = [*[column.name for column in PRESETS.columns], "and", "or", "not", "__class__"]
OPERATORS = [*Operator, "at", "__class__", "eq "]

payloads = st.sampled_from(PAYLOADS) | st.text(max_size=8)
scalars = st.one_of(
    payloads,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from([2**63, -(2**70), 1e308, "OTT", "00000000-0000-4000-8000-000000000000"]),
    st.binary(max_size=4),
)
keys = st.sampled_from(NAMES) | st.sampled_from(OPERATORS) | payloads
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
asked_of_columns = st.dictionaries(
    st.sampled_from(NAMES),
    st.dictionaries(st.sampled_from(OPERATORS), anything, max_size=2) | anything,
    max_size=3,
)
paths = st.fixed_dictionaries(
    {"at": st.lists(payloads, min_size=1, max_size=3), "eq": payloads}
) | st.fixed_dictionaries({"at": st.lists(payloads, min_size=1, max_size=3), "lt": payloads})
wheres = st.one_of(
    asked_of_columns,
    st.lists(asked_of_columns, max_size=2).map(lambda some: {"or": some}),
    paths.map(lambda path: {"parameters": {"path": path}}),
    st.dictionaries(payloads, payloads, max_size=2).map(
        lambda leaves: {"parameters": {"contains": leaves}}
    ),
    st.builds(
        lambda name, word, value: {name: {word: value}},
        st.sampled_from(["name", "plugin", "tags"]),
        st.sampled_from(["eq", "like", "ilike", "similar", "search"]),
        payloads,
    ),
    st.lists(payloads, max_size=3).map(lambda some: {"tags": {"overlap": some}}),
    anything,
)
words = st.lists(payloads | st.sampled_from(NAMES), max_size=4)
places = st.one_of(
    *(
        st.fixed_dictionaries({place: values})
        for place, values in {
            "where": wheres,
            "order": words | st.sampled_from(NAMES).map(lambda name: [f"-{name}"]),
            "fields": words,
            "limit": st.integers(),
            "after": payloads,
            "before": payloads,
        }.items()
    ),
    st.fixed_dictionaries({"where": wheres, "order": words}),
)
"""One or two at once: what is wrong in one place would keep the others from being looked at."""

given_values = st.dictionaries(
    st.sampled_from([column.name for column in PRESETS.creates]), scalars | anything, max_size=2
)

REFUSALS = (BadQuery, BadCursor, Conflict, NotFound, Taken, Forbidden, IdReused)


class Attacked:
    """A database with a user in it, asked from tests that are no coroutines."""

    def __init__(self, runner: asyncio.Runner, lanes: Lanes, user: str) -> None:
        self._runner = runner
        self.user = user
        self._callers, self._searches = Recorded(lanes.callers), Recorded(lanes.calls)
        executors: Any = (self._callers, self._searches)
        self.access = RowLanes(*executors)
        self.plain = self.ask(create, {"plugin": "OTT", "name": "plain"})

    def ask(self, function: Any, *args: Any, **named: Any) -> Any:
        """Its result, or the refusal; and what was said to PostgreSQL is looked at."""
        try:
            return self._runner.run(function(self.access, PRESETS, self.user, *args, **named))
        except REFUSALS as refusal:
            return refusal
        finally:
            texts = self._callers.texts + self._searches.texts
            self._callers.texts, self._searches.texts = [], []
            assert not [text for text in texts if MARK in text]


@pytest.fixture(scope="module")
def attacked(postgres_dsn: str, databases: Databases) -> Iterator[Attacked]:
    with asyncio.Runner() as runner:
        name = runner.run(databases.take())
        lanes = runner.run(
            Lanes.open(other_database(postgres_dsn, name), LaneSizes(1, 1, 1, 1, 1, 1))
        )
        user, _ = runner.run(make_stranger(lanes.calls))
        yield Attacked(runner, lanes, user)
        runner.run(lanes.close())
        runner.run(databases.give_back(name))


fuzz = settings(
    max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@fuzz
@given(places)
@example({"where": {"name": {"like": "zq7\\"}}})
@example({"where": {"parameters": {"path": {"at": ["zq7"], "lt": 1e308}}}})
@example({"where": {"created_at": {"lt": 1e308}}})
@example({"where": {"name": {"search": "zq7 & | ! :*"}}})
def test_lists_of_whatever_was_sent(attacked: Attacked, asked: dict[str, Any]) -> None:
    answer = attacked.ask(list_, **asked)
    where = asked.get("where")
    attacked.ask(count, where=where)
    if isinstance(answer, BadQuery):
        refused(answer)


def refused(error: BadQuery) -> None:
    """What is told of it can be sent, is short, and holds nothing that was made up."""
    assert len(error.field.encode()) < 400
    assert len(str(error).encode()) < 1_000
    assert MARK not in str(error) or error.field.isascii()


@fuzz
@given(anything)
def test_ids_of_whatever_was_sent(attacked: Attacked, id: Any) -> None:
    if not isinstance(id, str | list):
        id = [id]
    for function, more in ((get, ()), (delete, ()), (update, (1, {"name": "x"}))):
        attacked.ask(function, id, *more)


@fuzz
@given(given_values, st.dictionaries(payloads, anything, max_size=2))
def test_rows_made_of_whatever_was_sent(
    attacked: Attacked, values: dict[str, Any], parameters: dict[str, Any]
) -> None:
    """Calls check types first; whoever does not is still only refused."""
    made = attacked.ask(create, {"plugin": "OTT", "name": "n", "parameters": parameters, **values})
    made = made if isinstance(made, dict) else attacked.plain
    attacked.ask(update, made["id"], made["version"], values)
    attacked.ask(update, made["id"], made["version"], dict.fromkeys(parameters, "x"))
    if made is not attacked.plain:
        assert attacked.ask(delete, made["id"]) is True
