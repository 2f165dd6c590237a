"""The program of docs/web.md prints what the page shows."""

import re
from pathlib import Path

import pytest

from tests.javascript.node import WITH_WEBSOCKET
from tests.javascript.node import Node as JavaScript
from tests.server.conftest import Node
from tests.web.building import ROOT, bundled

pytestmark = [pytest.mark.postgres, pytest.mark.hub]


async def test_the_first_edit_of_the_page(node: Node, web: JavaScript, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")
    [(program, shown)] = re.findall(r"```ts\n(import .*?)```\n\n```text\n(.*?)```", page, re.DOTALL)
    assert program.count("ws://127.0.0.1:8787/v1") == 1
    source = tmp_path / "first.ts"
    source.write_text(program.replace("ws://127.0.0.1:8787/v1", node.url))
    bundled(web, [source], tmp_path)
    done = await web.run_beside(tmp_path / "first.mjs", options=WITH_WEBSOCKET)
    assert (done.returncode, done.stdout) == (0, shown), done.stderr[-2_000:]
