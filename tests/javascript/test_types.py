"""The JSON Schema is enough to make the types of a client from, and to validate what it says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from schema.entities import empty_state
from schema.generate import JSON_SCHEMA, ROOT
from schema.generating.examples import examples
from schema.generating.json_schema import json_schema
from tests.javascript.judged_ops import judged_ops
from tests.javascript.node import HERE, Node
from tests.vectors.files import FOLDER
from tests.vectors.frames import read

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SCHEMA = ROOT / JSON_SCHEMA
CLIENTS = ("client.ts", "quick_client.ts")
MISTAKEN = "mistaken.ts"
EXPECTED = "// @ts-expect-error"

WITHOUT_SHAPE = {"EntityId", "OrderKey", "Leaves", "ChangedLeaves", "Done", "JsonMap"}
"""What quicktype makes no type of, for a language has one already: texts and plain maps."""


@pytest.fixture(scope="module")
def made(packages: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what both generators make, and the clients that are compiled against it."""
    folder = tmp_path_factory.mktemp("types")
    done = packages.run("types/make.mjs", SCHEMA, folder)
    assert done.returncode == 0, done.stderr
    for name in CLIENTS:
        (folder / name).write_text((HERE / "types" / name).read_text())
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


@pytest.fixture(scope="module")
def type_errors(made: Path, packages: Node) -> list[str]:
    """What tsc --strict says of the clients, and of one whose mistakes are not expected."""
    text = (made / "client.ts").read_text()
    (made / MISTAKEN).write_text(text.replace(EXPECTED, "//"))
    assert packages.packages is not None
    tsc = packages.packages / "node_modules" / "typescript" / "bin" / "tsc"
    options = ["--strict", "--noEmit", "--noUncheckedIndexedAccess", "--pretty", "false"]
    options += ["--target", "es2022", "--module", "nodenext", "--lib", "es2023,dom"]
    options.append("--skipDefaultLibCheck")  # TypeScript's own declarations
    done = packages.run(str(tsc), *options, *(made / name for name in (*CLIENTS, MISTAKEN)))
    return [line for line in done.stdout.splitlines() if "error TS" in line]


def test_every_definition_becomes_one_type_of_its_name(made: Path) -> None:
    names = set(json_schema()["$defs"]) | {"PrimeV1"}
    for file, missing in (("json2ts.ts", set()), ("quicktype.ts", WITHOUT_SHAPE)):
        text = (made / file).read_text()
        types = set(re.findall(r"^export (?:type|interface|enum) (\w+)", text, re.MULTILINE))
        assert names - types == missing, file
        if not missing:
            assert types == names, "a generator made up a name of its own"


def test_a_client_compiles_and_its_planted_mistakes_are_caught(type_errors: list[str]) -> None:
    assert [error for error in type_errors if MISTAKEN not in error] == []


def test_a_mistake_that_is_not_expected_is_an_error(made: Path, type_errors: list[str]) -> None:
    mistakes = (made / "client.ts").read_text().count(EXPECTED)
    assert sum(MISTAKEN in error for error in type_errors) == mistakes >= 17


def test_no_type_has_the_name_of_a_global(packages: Node) -> None:
    assert packages.packages is not None
    library = packages.packages / "node_modules" / "typescript" / "lib"
    taken: set[str] = set()
    for file in library.glob("lib.*.d.ts"):
        words = r"^(?:declare (?:var|function|class|const|namespace)|interface|type) (\w+)"
        taken |= set(re.findall(words, file.read_text(), re.MULTILINE))
    assert taken >= {"Set", "Error", "Range", "Map"}
    assert taken & set(json_schema()["$defs"]) == set()


NOTE = {"clip": "clip_000001", "time": 0, "duration": 1, "key": 60}

JUDGED: list[tuple[str, Any, bool]] = [
    ("ProjectState", empty_state("Song"), True),
    ("ProjectState", empty_state("Song") | {"later": {}}, True),
    ("Op", {"op": "insert", "col": "notes", "id": "note_000001", "entity": NOTE}, True),
    ("Op", {"op": "insert", "col": "notes", "id": "note", "entity": NOTE}, False),
    ("Op", {"op": "insert", "col": "notes", "id": "note_000001", "entity": {}}, False),
    ("Op", {"op": "set", "col": "tracks", "id": "track_00001", "props": {"volume": 1}}, False),
    ("Op", {"op": "set", "col": "project", "id": "project", "props": {"name": "x"}}, True),
    ("Op", {"op": "set", "col": "project", "id": "track_00001", "props": {"name": "x"}}, False),
    ("Op", {"op": "move", "col": "tracks", "id": "track_00001", "order": "b0"}, False),
    ("Op", {"op": "move", "col": "tracks", "id": "track_00001", "order": "b00"}, True),
    ("ServerMessage", {"t": "pong", "time": 1, "server_time": 2, "later": 3}, True),
    ("ServerMessage", {"t": "pong", "time": 1}, False),
    ("ClientMessage", {"t": "ping", "time": 1, "later": 3}, False),
    ("ClientMessage", {"t": "call", "id": "1", "method": "auth.logout", "params": {}}, True),
    ("ClientMessage", {"t": "call", "id": "1", "method": "auth.steal", "params": {}}, False),
]


def of_the_vectors() -> list[tuple[str, Any, bool]]:
    """Every message of the seeded sessions, but for deltas that are proposed."""
    said: list[tuple[str, Any, bool]] = []
    for path in sorted((FOLDER / "sessions").glob("[0-9]*.json")):
        for step in json.loads(path.read_text())["steps"]:
            message = read(step["frame"], "json")
            side = "Server" if step["do"] == "hear" else "Client"
            if (side, message["t"]) != ("Client", "delta"):  # some of those make no sense
                is_known = message["t"] not in ("weather", "__proto__")
                said.append((f"{side}Message", message, is_known))
    return said


LOOSER = (
    "a move names parent, order or time",  # it may have `expect` alone
    "the master channel cannot be deleted",
    "a project has one master channel",
    "must be collection/id/property",  # of any collection and property
    "automation is not automated",
    "must be a list out of",  # none at all: arrays have no bounds
)
"""What a server says of ops that the schema has nothing against."""


def of_the_page() -> list[tuple[str, Any, bool]]:
    """Every example of PROTOCOL.md; what is refused as `op_invalid` is so by the schema as well."""
    sides = ("ServerMessage", "ClientMessage")
    said = [(sides[is_clients], json.loads(text)) for _, is_clients, text in examples()]
    wrong = {message["id"] for _, message in said if message.get("code") == "op_invalid"}
    return [
        (side, message, side == "ServerMessage" or message.get("id") not in wrong)
        for side, message in said
    ]


@pytest.fixture(scope="module")
def by_the_door() -> dict[str, str | None]:
    """Op -> what a server says of it; None: nothing."""
    return {json.dumps(op): problem for op, problem in judged_ops(2_000)}


@pytest.fixture(scope="module")
def otherwise(
    packages: Node, by_the_door: dict[str, str | None], tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[str], list[tuple[Any, str | None]]]:
    """What a validator judges otherwise: of those ops, and of the rest with why it is wrong.

    In one run, most of which is the making of the validator.
    """
    ops = list(by_the_door)
    others = [*JUDGED, *of_the_vectors(), *of_the_page()]
    rows = [("Op", json.loads(op), by_the_door[op] is None) for op in ops]
    file = tmp_path_factory.mktemp("judged") / "examples"
    file.write_text("\n".join(map(json.dumps, [*rows, *others])))
    done = packages.run("types/validate.mjs", file)
    assert (done.returncode, done.stderr) == (0, "")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return (
        [ops[number] for number, _ in found if number < len(ops)],
        [(others[number - len(ops)], why) for number, why in found if number >= len(ops)],
    )


def test_the_schema_judges_ops_as_the_door_does(
    by_the_door: dict[str, str | None], otherwise: tuple[list[str], list[Any]]
) -> None:
    ops, _ = otherwise
    assert [op for op in ops if by_the_door[op] is None] == [], "stricter than the server"
    told = [by_the_door[op] or "" for op in ops]
    assert [one for one in told if not any(words in one for words in LOOSER)] == []
    assert told, "some of what a server refuses is open to the schema"
    valid = sum(problem is None for problem in by_the_door.values())
    assert min(valid, len(by_the_door) - valid) > 300


def test_a_validator_judges_by_it(otherwise: tuple[list[str], list[Any]]) -> None:
    _, others = otherwise
    assert others == []
