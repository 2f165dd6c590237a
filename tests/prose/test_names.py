"""What our pages name of the code is there: files, classes, functions, fields, tables, settings."""

import re
from pathlib import Path
from typing import get_args

import pytest

from schema import limits
from schema.calls import METHODS
from schema.errors import DETAILS
from schema.messages import ClientMessage, ServerMessage
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


PROTOCOL = (ROOT / "PROTOCOL.md").read_text(encoding="utf-8")
SPANS = set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", PROTOCOL, flags=re.M | re.S)))
"""What the contract names, its programs apart."""

NOT_PRIMES = {
    "Object.prototype", "Zz", "addVocabulary", "parameters.filter.__proto__", "prime.v1",
    "toWellFormed",
}  # fmt: skip
"""Names of JavaScript and of examples."""


def test_the_contract_names_the_calls_that_there_are_and_no_others() -> None:
    firsts = {method.partition(".")[0] for method in METHODS}
    called = {span for span in SPANS if re.fullmatch(r"[a-z_]+\.[a-z_]+", span)}
    assert {name for name in called if name.partition(".")[0] in firsts} - METHODS.keys() == set()
    assert METHODS.keys() - SPANS == set()


def test_the_contract_lists_of_a_table_the_calls_that_there_are() -> None:
    section = PROTOCOL.split("<!-- generated: tables of rows -->")[1].split("<!-- end -->")[0]
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| `")]
    listed = {
        f"{row[0].strip('| `')}.{verb}" for row in rows for verb in re.findall(r"\w+", row[2])
    }
    assert len(rows) > 10
    assert listed - METHODS.keys() == set()


def test_the_contract_names_messages_details_and_limits_that_there_are() -> None:
    tags = {
        one.__struct_config__.tag for one in (*get_args(ClientMessage), *get_args(ServerMessage))
    }
    assert tags - SPANS == set()
    details = {span.removeprefix("details.") for span in SPANS if span.startswith("details.")}
    assert details - DETAILS.keys() == set()
    constants = {span for span in SPANS if re.fullmatch(r"[A-Z]+(_[A-Z]+)+", span)}
    assert {name for name in constants if not hasattr(limits, name)} == set()
    assert set(missing_in(ROOT / "PROTOCOL.md")) == NOT_PRIMES
