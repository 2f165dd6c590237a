"""The TypeScript of `web/` is strict, and knows what a message, a call and an entity are."""

import json
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
    assert type_errors(web, WEB, noted="sources") == ""


def test_what_is_noted_of_a_run_hides_no_mistake_of_the_next(web: Node, tmp_path: Path) -> None:
    """Of a file that has not changed, in what it takes from another, which has."""
    config = json.loads((WEB / "tsconfig.json").read_text())
    options = config["compilerOptions"] | {"types": [], "lib": ["es5"]}
    given = {"compilerOptions": options, "include": ["*.ts"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(given))
    (tmp_path / "user.ts").write_text(
        'import { n } from "./used.js";\nexport const m: number = n;\n'
    )
    used = tmp_path / "used.ts"
    noting = Node(web.command, tmp_path / "packages")
    assert web.packages is not None
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "node_modules").symlink_to(web.packages / "node_modules")
    for written, mistakes in (("1", 0), ('"a"', 1), ('"a"', 1)):
        used.write_text(f"export const n = {written};\n")
        found = type_errors(noting, tmp_path, noted="tried")
        assert found.count("user.ts(2,14)") == found.count("error") == mistakes
    assert (tmp_path / "packages" / "tried.tsbuildinfo").exists()


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
