"""What our pages name of the code is there: files, classes, functions, fields, tables, settings."""

from pathlib import Path

import pytest

from tests.prose.names import ROOT, defined_in, is_name, is_path, names_in, pairs_in, paths_in

PAGES = [
    ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")),
]  # fmt: skip
"""Not the decisions: their names are of their day."""

NOT_OURS = {
    "VmRSS", "max_prepared_statements", "pg_blocking_pids", "pool_size", "proxy_next_upstream",
    "proxy_read_timeout", "remote_write", "synchronous_standby_names",
}  # fmt: skip
"""Names of Linux, PostgreSQL, pgbouncer and nginx."""

MADE_LATER = {
    ".peers/", ".data/postgres", "cli-account.json", "schema/sql/NNNN_what.sql",
}  # fmt: skip
"""Files that Prime makes when it runs, or that whoever reads the page will make."""

by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@by_page
def test_every_path_is_there(page: Path) -> None:
    paths = set(paths_in(page.read_text(encoding="utf-8"))) - MADE_LATER
    assert [path for path in sorted(paths) if not is_path(path, page)] == []


@by_page
def test_every_name_is_there(page: Path) -> None:
    names = set(names_in(page.read_text(encoding="utf-8"))) - NOT_OURS
    assert [name for name in sorted(names) if not is_name(name)] == []


@by_page
def test_a_name_before_a_module_is_of_that_module(page: Path) -> None:
    pairs = pairs_in(page.read_text(encoding="utf-8"))
    assert [pair for pair in pairs if pair[0] not in defined_in(pair[1])] == []


def test_the_journeys_name_a_function_of_a_module_in_each_step() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for heading in ("A cursor's way", "A delta's way"):
        section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
        steps = [part for part in section.split("\n") if part[:1].isdigit()]
        assert len(pairs_in(section)) >= len(steps) >= 5


def test_names_that_are_not_there_are_found() -> None:
    page = "`Ticks.fly` (`rooms/room.py`), `no_such_thing`, `Frontier`, `rooms/nothing.py` `ack`"
    assert paths_in(page) == ["rooms/nothing.py", "rooms/room.py"]
    assert [path for path in paths_in(page) if not is_path(path, ROOT / "x.md")] == [
        "rooms/nothing.py"
    ]
    assert names_in(page) == ["Frontier", "Ticks.fly", "no_such_thing"]
    assert not any(is_name(name) for name in names_in(page))
    assert pairs_in(page) == [("Ticks.fly", "rooms/room.py")]
    assert "Ticks.fly" not in defined_in("rooms/room.py")
    assert "Room.tick" in defined_in("rooms/room.py")
