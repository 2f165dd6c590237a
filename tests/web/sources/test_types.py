"""The TypeScript of `web/` is strict, and knows what a message, a call and an entity are."""

import shutil
from pathlib import Path

import pytest

from tests.javascript.node import Node
from tests.web.building import WEB, type_errors

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MISTAKES = {
    "a call that there is not": 'const m: Method = "projects.steal";',
    "a parameter of another type": 'const p: Calls["projects.get"]["params"] = { project: 7 };',
    "a property that notes do not have": "const n: NotesProps = { volume: 1 };",
    "a collection that there is not": 'const c: Collection = "riffs";',
    "an op without its entity": 'const o: Op = { op: "insert", col: "notes", id: "note_000001" };',
    "a code that no error has": 'const e: ErrorCode = "broken";',
    "a message without its project": 'const d: ClientMessage = { t: "leave", id: "1" };',
}


def test_the_types_of_all_of_it_are_right(web: Node) -> None:
    assert type_errors(web, WEB) == ""


def test_mistakes_of_who_uses_the_sdk_are_type_errors(web: Node, tmp_path: Path) -> None:
    shutil.copytree(WEB / "sdk" / "src" / "schema", tmp_path / "sdk" / "schema")
    shutil.copy(WEB / "tsconfig.json", tmp_path)
    head = (
        "import type { Calls, ClientMessage, Collection, ErrorCode, Method, NotesProps, Op }"
        ' from "./sdk/schema/types.js";\n'
        "export type All = [Calls, ClientMessage, Collection, ErrorCode, Method, NotesProps, Op];\n"
    )
    config = (
        (WEB / "tsconfig.json")
        .read_text()
        .replace('"sdk", "react", "examples", "pages", "studio", "operator", "tests"', '"*.ts"')
    )
    (tmp_path / "tsconfig.json").write_text(config)
    lines = [f"export {mistake}" for mistake in MISTAKES.values()]
    (tmp_path / "mistakes.ts").write_text(head + "\n".join(lines) + "\n")
    found = type_errors(web, tmp_path)
    first = head.count("\n") + 1
    at = [f"mistakes.ts({first + n}," for n in range(len(MISTAKES))]
    assert [name for name, place in zip(MISTAKES, at, strict=True) if place not in found] == []
