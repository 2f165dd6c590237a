"""The TypeScript SDK in Node, against a server: two clients edit, one of them is cut off twice."""

from pathlib import Path

import pytest

from tests.javascript.node import WITH_WEBSOCKET
from tests.javascript.node import Node as JavaScript
from tests.server.conftest import Node
from tests.web.building import WEB, bundled

pytestmark = [pytest.mark.postgres, pytest.mark.node]


@pytest.mark.parametrize("codec", ["msgpack", "json"])
async def test_B6_D13_two_clients_agree_however_often_one_is_cut_off(
    node: Node, web: JavaScript, tmp_path: Path, codec: str
) -> None:
    bundled(web, [WEB / "tests" / "sdk" / "with_server.ts"], tmp_path)
    script = tmp_path / "with_server.mjs"
    done = await web.run_beside(script, node.url, codec, options=WITH_WEBSOCKET)
    assert (done.returncode, done.stdout) == (0, "all of it held\n"), done.stderr[-4_000:]
