"""What `where` may ask: read into a tree, or refused with the place and what is allowed."""

from typing import Any

import pytest

from persistence.errors import BadQuery
from persistence.rows.conditions import (
    AllOf,
    AnyOf,
    Compare,
    Leaf,
    Not,
    operators_in,
    read_where,
)
from schema.tables.audio_files import AUDIO_FILES
from schema.tables.description import Operator, Table
from schema.tables.plugin_presets import PLUGIN_PRESETS as PRESETS
from schema.tables.project_members import MEMBERS

SOMEONE = "00000000-0000-4000-8000-000000000000"


def refused(where: Any, table: Table = PRESETS) -> tuple[str, str]:
    """The place, and the sentence."""
    with pytest.raises(BadQuery) as error:
        read_where(table, where)
    return error.value.field, str(error.value)


def test_a_value_by_itself_is_equality_and_keys_are_joined() -> None:
    plugin, name = PRESETS.by_name["plugin"], PRESETS.by_name["name"]
    assert read_where(PRESETS, {"plugin": "OTT"}) == Compare(plugin, Operator.EQ, "OTT")
    both = read_where(PRESETS, {"plugin": "OTT", "name": {"ilike": "%a%", "ne": "b"}})
    assert both == AllOf(
        (
            Compare(name, Operator.ILIKE, "%a%"),
            Compare(name, Operator.NE, "b"),
            Compare(plugin, Operator.EQ, "OTT"),
        )
    )
    assert read_where(PRESETS, None) == read_where(PRESETS, {}) == AllOf(())


def test_and_or_not() -> None:
    where = {"or": [{"plugin": "OTT"}, {"not": {"tags": {"overlap": ["dub"]}}}]}
    condition = read_where(PRESETS, where)
    assert isinstance(condition, AnyOf)
    assert isinstance(condition.parts[0], Not)
    assert operators_in(condition) == {Operator.EQ, Operator.OVERLAP}


def test_the_same_in_another_order_is_the_same() -> None:
    one = read_where(
        PRESETS, {"plugin": "OTT", "name": "x", "or": [{"id": SOMEONE}, {"name": "y"}]}
    )
    other = read_where(
        PRESETS, {"or": [{"name": "y"}, {"id": SOMEONE}], "name": "x", "plugin": "OTT"}
    )
    assert one == other
    assert one.shape == other.shape


def test_Q13_a_leaf_is_asked_by_its_path() -> None:
    asked = {"parameters": {"path": {"at": ["filter", "cutoff"], "gte": 200}}}
    expected = Leaf(PRESETS.by_name["parameters"], ("filter", "cutoff"), Operator.GTE, 200)
    assert read_where(PRESETS, asked) == expected


def test_Q13_a_range_of_a_leaf_is_two_conditions() -> None:
    at = {"at": ["filter", "cutoff"]}
    ends = [{"parameters": {"path": at | end}} for end in ({"gte": 200}, {"lt": 300})]
    whole = read_where(PRESETS, {"and": ends})
    assert isinstance(whole, AllOf)
    assert list(whole.parts) == [read_where(PRESETS, end) for end in ends]


@pytest.mark.parametrize(
    ("where", "field", "told"),
    [
        ([], "", ""),
        ({"nope": 1}, "where.nope", "allowed: category, created_at"),
        ({"na\x00me": 1}, "where.[...]", "and, or, not"),
        ({"usage_count": 1}, "where.usage_count", "is nothing that presets are filtered by"),
        ({"name": {"gt": "a"}}, "where.name.gt", "allowed: eq, ne, in, like"),
        ({"name": {}}, "where.name", "asks nothing"),
        ({"name": 1}, "where.name.eq", "must be a text"),
        ({"name": None}, "where.name.eq", "is_null"),
        ({"owner": {"is_null": 1}}, "where.owner.is_null", "true or false"),
        ({"owner": "x"}, "where.owner.eq", "a UUID: 36 characters"),
        ({"is_public": "yes"}, "where.is_public.eq", "true or false"),
        ({"created_at": {"lt": "now"}}, "where.created_at.lt", "must be a number"),
        ({"created_at": {"lt": 1e300}}, "where.created_at.lt", "years 1 to 9999"),
        ({"created_at": {"lt": float("nan")}}, "where.created_at.lt", "years 1 to 9999"),
        ({"plugin": {"in": "OTT"}}, "where.plugin.in", "must be a list"),
        ({"plugin": {"in": ["a", 1]}}, "where.plugin.in[1]", "must be a text"),
        ({"tags": {"overlap": [1]}}, "where.tags.overlap[0]", "must be a text"),
        ({"or": {}}, "where.or", "a list of at least one map"),
        ({"or": [{"name": "a"}, {"nope": 1}]}, "where.or[1].nope", "allowed"),
        ({"not": {"or": [1]}}, "where.not.or[0]", "must be a map"),
        ({"name": {"like": "a\\"}}, "where.name.like", "must not end in"),
        ({"parameters": {"path": {"at": [], "eq": 1}}}, "where.parameters.path.at", "1 to 16"),
        ({"parameters": {"path": {"at": ["a"]}}}, "where.parameters.path", "exactly one of: eq"),
        ({"parameters": {"path": {"gte": 1}}}, "where.parameters.path", "exactly one of: eq, ne"),
        ({"parameters": {"path": {"at": ["a"], "gte": 1, "lt": 2}}},
         "where.parameters.path", "a range is two conditions in an `and`"),
        ({"parameters": {"path": {"at": ["a"], "gt": True}}},
         "where.parameters.path.gt", "a text or"),
        ({"parameters": {"path": {"at": ["a", "__proto__"], "eq": 1}}},
         "where.parameters.path.at[1]", "JavaScript"),
        ({"parameters": {"contains": {"a": {"constructor": 1}}}},
         "where.parameters.contains.a.constructor", "JavaScript"),
        ({"parameters": {"contains": [1]}}, "where.parameters.contains", "must be a map"),
        ({"parameters": {"contains": {"a": b"x"}}}, "where.parameters.contains.a", "a text, a num"),
        ({"parameters": {"contains": {"a": 1e16}}}, "where.parameters.contains.a", "within 2^53"),
        ({"parameters": {"contains": {"a": float("nan")}}},
         "where.parameters.contains.a", "no NaN"),
        ({"parameters": {"path": {"at": ["a"], "eq": -(2**60)}}},
         "where.parameters.path.eq", "within 2^53"),
        ({"parameters": {"path": {"at": ["a"], "ne": float("nan")}}},
         "where.parameters.path.ne", "no NaN"),
        ({"parameters": {"path": {"at": ["a"], "lte": "\x00"}}},
         "where.parameters.path.lte", "NUL"),
        ({"parameters": {"contains": {"a": "\x00"}}}, "where.parameters.contains.a", "NUL"),
        ({"parameters": {"contains": {"a": [{"b": 1}, {"b": [1, 2**53 + 1]}]}}},
         "where.parameters.contains.a[1].b[1]", "within 2^53"),
        ({"parameters": {"contains": {"a": {"b c": 1e300}}}},
         "where.parameters.contains.a.[...]", "within 2^53"),
        ({"parameters": {"contains": {"a": {1: 1}}}},
         "where.parameters.contains.a.[...]", "must be a text"),
    ],
)  # fmt: skip
def test_Q7_what_is_wrong_is_told_with_its_place(where: Any, field: str, told: str) -> None:
    if not field:
        assert read_where(PRESETS, where) == AllOf(())
        return
    place, sentence = refused(where)
    assert place == field
    assert told in sentence


def test_a_word_that_a_column_cannot_hold_is_refused() -> None:
    """Of words of which there are only some: a typo is not an empty list."""
    field, told = refused({"role": "edtior"}, MEMBERS)
    assert field == "where.role.eq"
    assert told.endswith("must be one of: owner, editor, contributor, commenter, viewer")


def test_Q14_what_may_be_asked_is_bounded() -> None:
    deep: dict[str, Any] = {"plugin": "OTT"}
    for _ in range(4):
        deep = {"not": deep}
    assert refused(deep)[0] == "where.not.not.not.not"
    assert refused({"or": [{"plugin": "OTT"}] * 50})[0] == "where.or[49].plugin.eq"
    assert refused({"plugin": {"in": ["a"] * 501}})[0] == "where.plugin.in"
    assert refused({"name": {"like": "%a" * 9}})[0] == "where.name.like"
    assert refused({"name": "a\ud800"})[0] == "where.name.eq"
    path = {"path": {"at": ["k"] * 10_000, "eq": 1}}
    assert refused({"parameters": path})[0] == "where.parameters.path.at"


def test_an_escaped_percent_sign_is_no_wildcard() -> None:
    read_where(PRESETS, {"name": {"like": "\\%" * 20}})
    assert refused({"name": {"like": "\\\\%" * 20}})[0] == "where.name.like"


def test_names_are_asked_for_in_nfc() -> None:
    condition = read_where(AUDIO_FILES, {"name": "a\u0308"})
    assert isinstance(condition, Compare)
    assert condition.value == "ä"


def test_Q14_a_parameter_beside_where_takes_nothing_of_its_bounds() -> None:
    deep = {"not": {"not": {"not": {"role": "owner"}}}}
    condition = read_where(MEMBERS, deep, {"project": SOMEONE})
    assert isinstance(condition, AllOf)
    assert refused({"nope": 1}, MEMBERS)[0] == "where.nope"
    with pytest.raises(BadQuery) as wrong:
        read_where(MEMBERS, {"nope": 1}, {"project": SOMEONE})
    assert wrong.value.field == "where.nope"
    with pytest.raises(BadQuery) as wrong:
        read_where(MEMBERS, None, {"project": "x"})
    assert wrong.value.field == "project"
