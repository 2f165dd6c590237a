"""The generated files are those of today's schema, and a difference is noticed."""

import json
import shutil
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from schema.calls import METHODS
from schema.errors import DROP_REASONS, ERRORS, DropReason, ErrorCode
from schema.generate import JSON_SCHEMA, PROTOCOL, ROOT, main, stale_files
from schema.generating.protocol_page import BrokenPage, with_tables
from schema.generating.protocol_tables import TABLES
from schema.generating.sdk_modules import sdk_modules
from schema.messages import ClientMessage, ServerMessage
from schema.ops import Op

STRUCTS = [struct for union in (ClientMessage, ServerMessage, Op) for struct in get_args(union)]
STRUCTS += sorted({struct for pair in METHODS.values() for struct in pair}, key=str)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The generated files alone, to be spoilt."""
    for path in (JSON_SCHEMA, PROTOCOL, *sdk_modules()):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


def test_generated_files_are_up_to_date() -> None:
    assert {path: what for path, (_, what) in stale_files(ROOT).items()} == {}


def test_check_names_a_changed_table_and_writes_nothing(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (copy / PROTOCOL).read_text()
    spoilt = page.replace("| `atomic` |", "| `lost` |")
    assert spoilt != page
    (copy / PROTOCOL).write_text(spoilt)
    assert main(["--check"], copy) == 1
    assert "PROTOCOL.md: tables drop reasons (" in capsys.readouterr().err
    assert (copy / PROTOCOL).read_text() == spoilt
    assert main([], copy) == 0
    assert (copy / PROTOCOL).read_text() == page
    assert main(["--check"], copy) == 0


def test_check_names_a_changed_definition(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads((copy / JSON_SCHEMA).read_text())
    schema["$defs"]["ClientJoin"]["required"].remove("project")
    (copy / JSON_SCHEMA).write_text(json.dumps(schema))
    assert main(["--check"], copy) == 1
    assert "prime.v1.json: definitions ClientJoin (" in capsys.readouterr().err


@pytest.mark.parametrize("module", sdk_modules(), ids=lambda module: module.stem)
def test_check_names_a_changed_module_of_the_sdk(
    copy: Path, module: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / module).write_text("MAX_MESSAGE_BYTES = 1\n")
    assert main(["--check"], copy) == 1
    assert f"{module}: the SDK's copy (" in capsys.readouterr().err
    assert main([], copy) == 0
    assert stale_files(copy) == {}


def test_what_is_no_schema_at_all_is_written_anew(copy: Path) -> None:
    for content in ("", "{", "[]", "{}"):
        (copy / JSON_SCHEMA).write_text(content)
        assert main(["--check"], copy) == 1
    assert main([], copy) == 0
    assert stale_files(copy) == {}


def test_a_table_without_a_place_is_reported(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (copy / PROTOCOL).read_text()
    (copy / PROTOCOL).write_text(page.replace("<!-- generated: limits -->", ""))
    assert main([], copy) == 1
    assert "no marker for: limits" in capsys.readouterr().err


def test_a_place_without_a_table_is_reported() -> None:
    page = (ROOT / PROTOCOL).read_text() + "<!-- generated: nonsense -->\n<!-- end -->\n"
    with pytest.raises(BrokenPage, match="nonsense"):
        with_tables(page)


def test_text_around_the_tables_is_left_alone() -> None:
    page = (ROOT / PROTOCOL).read_text()
    renewed, changed = with_tables("first\n" + page + "last\n")
    assert (renewed, changed) == ("first\n" + page + "last\n", [])


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_everything_that_travels_says_what_it_is(struct: type[msgspec.Struct]) -> None:
    assert "__doc__" in vars(struct)
    assert (struct.__doc__ or "").rstrip().endswith(".")


def test_every_code_has_a_meaning() -> None:
    assert set(ERRORS) == set(ErrorCode)
    assert set(DROP_REASONS) == set(DropReason)
    assert set(TABLES) >= {"errors", "drop reasons", "close codes", "calls", "entity types"}
