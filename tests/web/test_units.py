"""The unit tests that are written in TypeScript, in `web/tests`."""

import subprocess
from pathlib import Path

import pytest

from tests.javascript.node import SECONDS, Node
from tests.web.building import WEB, bundled

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_all_of_them_pass(web: Node, tmp_path: Path) -> None:
    sources = sorted((WEB / "tests").rglob("*.test.ts"))
    assert len(sources) >= 3
    bundled(web, sources, tmp_path)
    modules = sorted(map(str, tmp_path.rglob("*.test.mjs")))
    assert len(modules) == len(sources)
    done = subprocess.run(
        [web.command, "--test", *modules],
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4_000:]
