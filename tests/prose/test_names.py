"""What our pages name of the code is there: files, classes, functions, fields, tables, settings."""

from pathlib import Path

import pytest

from tests.prose.names import (
    PAGES,
    ROOT,
    defined_in,
    is_name,
    is_path,
    missing_in,
    names_in,
    pairs_in,
    paths_in,
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_name_of_a_page_is_there(page: Path) -> None:
    assert missing_in(page) == []


def test_the_journeys_name_a_function_of_a_module_in_each_step() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for heading in ("A cursor's way", "A delta's way"):
        section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
        steps = [part for part in section.split("\n") if part[:1].isdigit()]
        assert len(pairs_in(section)) >= len(steps) >= 5


def test_names_that_are_not_there_are_found(tmp_path: Path) -> None:
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
    written = tmp_path / "page.md"
    written.write_text(page)
    assert missing_in(written) == [
        "rooms/nothing.py", "Frontier", "Ticks.fly", "no_such_thing", "Ticks.fly in rooms/room.py",
    ]  # fmt: skip
