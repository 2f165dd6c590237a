"""The TypeScript SDK in Node, against a server: two clients edit, one of them is cut off twice."""

import asyncio
from pathlib import Path

import pytest

from tests.javascript.node import Node as JavaScript
from tests.server.conftest import Node
from tests.web.building import WEB, bundled

pytestmark = [pytest.mark.postgres, pytest.mark.hub]


@pytest.mark.parametrize("codec", ["msgpack", "json"])
async def test_B6_D13_two_clients_agree_however_often_one_is_cut_off(
    node: Node, web: JavaScript, tmp_path: Path, codec: str
) -> None:
    bundled(web, [WEB / "tests" / "sdk" / "with_server.ts"], tmp_path)
    process = await asyncio.create_subprocess_exec(
        web.command,
        "--experimental-websocket",
        str(tmp_path / "with_server.mjs"),
        node.url,
        codec,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(100):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert (process.returncode, out.decode()) == (0, "all of it held\n"), err.decode()[-4_000:]
