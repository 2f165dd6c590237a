"""Changes of a list as events."""

from typing import Any

from prime_client.watching.row_events import RowChanged, RowEntered, RowLeft
from prime_client.watching.shown_rows import events_of, id_of


def test_changes_are_told_by_what_the_list_shows() -> None:
    changes: list[dict[str, Any]] = [
        {"change": "changed", "id": "a", "row": {"n": 1}},
        {"change": "changed", "id": "b", "row": {"n": 2}},
        {"change": "left", "id": "c"},
        {"change": "left", "id": "d"},
        {"change": "entered", "id": "d", "row": {"n": 3}},
    ]
    assert events_of({"a", "c"}, changes) == [
        RowChanged("a", {"n": 1}, more=True),
        RowEntered("b", {"n": 2}, more=True),
        RowLeft("c", more=True),
        RowEntered("d", {"n": 3}),
    ]
    assert events_of((), [{"change": "left", "id": "c"}]) == []


def test_a_row_is_named_as_the_server_names_it() -> None:
    assert id_of("presets", {"id": "a"}) == "a"
    assert id_of("members", {"project": "p", "user": "u"}) == "p/u"
