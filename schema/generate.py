"""`python -m schema.generate`: write what is made from this folder, or check that it is up to date.

Made are prime.v1.json, the tables of PROTOCOL.md, and the types and plain data that the SDKs
bring along.
"""

import argparse
import json
import sys
from functools import cache
from pathlib import Path

from schema.generating.json_schema import json_schema
from schema.generating.json_structs import Schema
from schema.generating.protocol_page import BrokenPage, with_tables
from schema.generating.sdk_modules import sdk_modules
from schema.generating.typescript.modules import typescript_modules

ROOT = Path(__file__).parent.parent
JSON_SCHEMA = Path("schema/prime.v1.json")
PROTOCOL = Path("PROTOCOL.md")


def main(words: list[str] | None = None, root: Path = ROOT) -> int:
    """Write what is stale; with --check only name it, and return 1 if there is any."""
    parser = argparse.ArgumentParser(prog="python -m schema.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if stale")
    arguments = parser.parse_args(words)
    try:
        stale = stale_files(root)
    except BrokenPage as problem:
        print(f"prime: {problem}", file=sys.stderr)
        return 1
    for path, (content, kind) in stale.items():
        if arguments.check:
            print(f"stale: {path}: {kind} (run: python -m schema.generate)", file=sys.stderr)
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content, encoding="utf-8")
            print(f"wrote {path}: {kind}")
    return 1 if arguments.check and stale else 0


def stale_files(root: Path) -> dict[Path, tuple[str, str]]:
    """Path -> what it should contain, and in words what of it is not so."""
    stale: dict[Path, tuple[str, str]] = {}
    text, modules = _made()
    before = _read(root / JSON_SCHEMA)
    if before != text:
        stale[JSON_SCHEMA] = (text, _changed_definitions(before, json.loads(text)["$defs"]))
    page = _read(root / PROTOCOL)
    renewed, changed_tables = with_tables(page)
    if changed_tables:
        stale[PROTOCOL] = (renewed, "tables " + ", ".join(changed_tables))
    return stale | {path: made for path, made in modules.items() if _read(root / path) != made[0]}


@cache
def _made() -> tuple[str, dict[Path, tuple[str, str]]]:
    """prime.v1.json, and of each module its content and its kind in words."""
    schema = json_schema()
    modules = {path: (module, "the SDK's copy") for path, module in sdk_modules().items()}
    modules |= {
        path: (module, "the TypeScript SDK's copy")
        for path, module in typescript_modules(schema).items()
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n", modules


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _changed_definitions(before: str, definitions: Schema) -> str:
    try:
        definitions_before = json.loads(before)["$defs"]
    except (ValueError, KeyError, TypeError):
        return "all of it"
    changed_names = {
        name
        for name in {*definitions_before, *definitions}
        if definitions_before.get(name) != definitions.get(name)
    }
    return "definitions " + ", ".join(sorted(changed_names)) if changed_names else "its outer parts"


if __name__ == "__main__":
    sys.exit(main())
