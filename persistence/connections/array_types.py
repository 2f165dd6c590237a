"""Arrays of PostgreSQL's own types, told to the driver: it would ask on each connection."""

from contextlib import suppress
from typing import Any

import asyncpg

ARRAYS = {"bool": 1000, "bytea": 1001, "name": 1003, "int4": 1007, "int8": 1016, "float8": 1022}
ARRAYS |= {"timestamptz": 1185, "json": 199, "uuid": 2951}
"""Of PostgreSQL's own types that statements here have arrays of: the number of that array."""

KNOWN_TYPES = [
    dict.fromkeys(("range_subtype", "attrtypoids", "basetype"))
    | {"oid": number, "ns": "pg_catalog", "name": f"_{name}", "elemdelim": b","}
    | {"elemtype": asyncpg.protocol.BUILTIN_TYPE_NAME_MAP[name]}
    for name, number in ARRAYS.items()
]
"""What the driver asks for on each connection: a question that takes milliseconds to plan."""


def know_arrays(connection: Any) -> None:
    """On a new connection; a driver that has changed inside asks, as it does without."""
    with suppress(AttributeError):
        connection._protocol.get_settings().register_data_types(KNOWN_TYPES)
