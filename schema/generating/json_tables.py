"""The tables of PROTOCOL.md as JSON: errors, close codes and limits, for programs."""

from schema.close_codes import CLOSE_CODES
from schema.errors import DETAILS, DROP_REASONS, ERRORS
from schema.generating.json_structs import Schema
from schema.limits import BOUNDS

_TYPES: dict[str, Schema] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "list of integers": {"type": "array", "items": {"type": "integer"}},
}


def error_details() -> Schema:
    """The type of the `details` of an error."""
    properties = {
        key: _TYPES[kind] | {"description": meaning} for key, (kind, meaning) in DETAILS.items()
    }
    return {
        "description": "What a program needs of an error, beside its sentence.",
        "type": "object",
        "properties": properties,
    }


def tables() -> Schema:
    """By the words that stand at the root of the JSON Schema."""
    return {
        "x-errors": {
            str(code): {
                "retry": str(row.retry),
                "has": list(row.has),
                "may-have": list(row.may_have),
                "meaning": row.meaning,
            }
            for code, row in ERRORS.items()
        },
        "x-drop-reasons": {str(reason): meaning for reason, meaning in DROP_REASONS.items()},
        "x-close-codes": {
            str(row.code): {
                "name": row.name,
                "reconnect": row.reconnect,
                "meaning": row.meaning,
            }
            for row in sorted(CLOSE_CODES, key=lambda row: row.code)
        },
        "x-limits": {
            name: {"value": row.value, "unit": row.unit, "where": row.door, "past": str(row.past)}
            for name, row in BOUNDS.rows.items()
        },
    }
