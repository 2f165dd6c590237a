"""The program of docs/web.md prints what the page shows."""

import asyncio
import re
from pathlib import Path

import pytest

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
    process = await asyncio.create_subprocess_exec(
        web.command,
        "--experimental-websocket",
        str(tmp_path / "first.mjs"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(100):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert (process.returncode, out.decode()) == (0, shown), err.decode()[-2_000:]
