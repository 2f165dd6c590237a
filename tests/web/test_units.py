"""The unit tests that are written in TypeScript, in `web/tests`."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.javascript.node import SECONDS, WITH_WEBSOCKET, Node
from tests.web.building import WEB, bundled

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


BEFORE = "globalThis.namesBefore = new Set(Object.getOwnPropertyNames(globalThis));\n"

AFTER = """
import assert from "node:assert/strict";
import { test } from "node:test";

test("no test has left anything to those after it", () => {
  const names = Object.getOwnPropertyNames(globalThis).filter((name) => !namesBefore.has(name));
  assert.deepEqual(names, ["namesBefore"]);
});
"""


def test_all_of_them_pass(web: Node, tmp_path: Path) -> None:
    """In a process for each folder of `web/tests`: most of a process is the start of Node."""
    sources = sorted((WEB / "tests").rglob("*.test.ts"))
    assert len(sources) >= 3
    bundled(web, sources, tmp_path / "modules")
    modules: dict[str, list[str]] = {}
    for module in sorted((tmp_path / "modules").rglob("*.test.mjs")):
        path = module.relative_to(tmp_path)
        modules.setdefault(path.parts[1], []).append(path.as_posix())
    assert sum(map(len, modules.values())) == len(sources)
    (tmp_path / "before.mjs").write_text(BEFORE)
    (tmp_path / "after.mjs").write_text(AFTER)
    for folder, paths in modules.items():
        imports = [f'import "./{path}";\n' for path in ("before.mjs", *paths, "after.mjs")]
        (tmp_path / f"{folder}.mjs").write_text("".join(imports))
    tests = [str(tmp_path / f"{folder}.mjs") for folder in modules]
    done = subprocess.run(
        [web.command, *WITH_WEBSOCKET, "--test", *tests],
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    failed = re.findall(r"^not ok .*?^  \.\.\.$", done.stdout, re.MULTILINE | re.DOTALL)
    assert done.returncode == 0, "\n".join(failed or [done.stdout[-4_000:]])
    [count] = re.findall(r"^# tests (\d+)$", done.stdout, re.MULTILINE)
    assert int(count) > len(sources) + len(modules), "tests are counted, not files"
