"""Changes of a list as messages: equal ones encoded once, and each message of bounded size."""

from typing import Any

import msgspec

from schema.limits import MAX_PAGE_BYTES
from schema.tables.all_tables import TABLES
from server.encoding.codec import JSON, MSGPACK
from server.row_feed.list_changes import ListChanges

COLUMNS = tuple(TABLES["plugin_presets"].by_name[name] for name in ("id", "name"))


def decoded(parts: list[msgspec.Raw]) -> list[list[dict[str, Any]]]:
    return [msgspec.json.decode(part) for part in parts]


def test_V2_a_row_has_the_columns_that_were_chosen() -> None:
    changes = ListChanges(COLUMNS)
    row = {"id": "a", "name": "Airy", "category": "bass"}
    numbers = [changes.number("entered", "a", row), changes.number("left", "b", None)]
    assert numbers == [0, 1]
    assert changes.number("entered", "a", row) == 0
    assert decoded(changes.parts(JSON, numbers)) == [
        [
            {"change": "entered", "id": "a", "row": {"id": "a", "name": "Airy"}},
            {"change": "left", "id": "b"},
        ]
    ]
    assert changes.parts(JSON, numbers) is changes.parts(JSON, [0, 1])
    assert changes.parts(MSGPACK, numbers) is not changes.parts(JSON, numbers)


def test_V4_a_large_moment_takes_several_messages() -> None:
    changes = ListChanges(COLUMNS)
    row = {"name": "x" * (MAX_PAGE_BYTES // 3)}
    numbers = [changes.number("changed", str(n), {"id": str(n)} | row) for n in range(7)]
    parts = changes.parts(JSON, numbers)
    assert [len(part) for part in decoded(parts)] == [2, 2, 2, 1]
    assert all(len(bytes(part)) < MAX_PAGE_BYTES for part in parts)
