"""What can be asked of rows, as JSON Schema: a type for the conditions of each table."""

from collections.abc import Iterable

from schema.calling.row_calls import where_name
from schema.columns.json_maps import JSON_MAP
from schema.generating.json_structs import Schema, ref
from schema.generating.row_filters import Filter, Kind, filter_of, filters_of
from schema.limits import MAX_IN, MAX_MAP_BYTES, MAX_MAP_DEPTH
from schema.tables.all_tables import TABLES
from schema.tables.description import Operator, Table

_VALUES: dict[Kind, Schema] = {
    Kind.TEXT: {"type": "string"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.TEXTS: {"type": "array", "items": {"type": "string"}},
    Kind.MAP: {"type": "object"},
}

LEAF = "LeafFilter"
"""The type of what is asked of a leaf of a map."""


def row_definitions(tables: Iterable[Table] = tuple(TABLES.values())) -> Schema:
    """The types that the calls of rows name, by name."""
    definitions: Schema = {JSON_MAP: _json_map(), LEAF: _leaf()}
    definitions |= {name: _filter(row_filter) for name, row_filter in filters_of(tables).items()}
    for table in tables:
        definitions[where_name(table)] = _where(table)
    return definitions


def _json_map() -> Schema:
    return {
        "description": (
            f"A map of a client's own: at most {MAX_MAP_BYTES} bytes as JSON, "
            f"{MAX_MAP_DEPTH} maps and lists deep (rule Q8). A map of the one key `clipped` stands "
            "for one that is too large to be sent (rule C8): do not write it back."
        ),
        "type": "object",
    }


def _where(table: Table) -> Schema:
    own_ref = ref(where_name(table))
    properties: Schema = {
        column.name: _filter_schema(filter_of(column)) for column in table.columns if column.filters
    }
    properties |= {word: {"type": "array", "items": own_ref} for word in ("and", "or")}
    return _object(
        f"Conditions on {table.calls}, all of which must be true.", properties | {"not": own_ref}
    )


def _filter_schema(column_filter: Filter) -> Schema:
    """A value by itself is `eq`."""
    if Operator.EQ not in column_filter.operators:
        return ref(column_filter.name)
    return {"anyOf": [_VALUES[column_filter.kind], ref(column_filter.name)]}


def _filter(column_filter: Filter) -> Schema:
    properties = {
        str(operator): _value(operator, column_filter.kind)
        for operator in Operator
        if operator in column_filter.operators
    }
    return _object("What is asked of a column, all of which must be true.", properties)


def _value(operator: Operator, kind: Kind) -> Schema:
    match operator:
        case Operator.IN:
            return {"type": "array", "items": _VALUES[kind], "x-max-items": MAX_IN}
        case Operator.IS_NULL:
            return {"type": "boolean"}
        case Operator.PATH:
            return ref(LEAF)
    return _VALUES[kind]


def _leaf() -> Schema:
    comparisons = (Operator.EQ, Operator.NE, Operator.LT, Operator.LTE, Operator.GT, Operator.GTE)
    properties: Schema = {str(comparison): {} for comparison in comparisons}
    at: Schema = {"type": "array", "items": {"type": "string"}}
    description = (
        "A leaf of a map, found by the keys `at`, beside exactly one comparison with a text, a "
        "number, a boolean or null (rule Q13)."
    )
    leaf = _object(description, {"at": at} | properties) | {"required": ["at"]}
    return leaf | {"minProperties": 2, "maxProperties": 2}


def _object(description: str, properties: Schema) -> Schema:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
