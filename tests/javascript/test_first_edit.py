"""What PROTOCOL.md shows is run as it stands there: the first edit, and the examples."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from schema.generating.examples import SONG, examples
from server.settings.settings_table import BY_FIELD
from tests.javascript.node import WITH_WEBSOCKET, plain_node
from tests.server.conftest import Node
from tests.server.wire import JSON, Message, Wire, delete

pytestmark = pytest.mark.postgres

PAGE = Path(__file__).parent.parent.parent / "PROTOCOL.md"

DEFAULT_URL = f"ws://127.0.0.1:{BY_FIELD['port'].default}/v1"


async def test_the_first_edit_of_the_page_is_on_disk(node: Node, tmp_path: Path) -> None:
    [program] = re.findall(r"```js\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    script = tmp_path / "first.mjs"
    script.write_text(program.replace(DEFAULT_URL, node.url))
    assert DEFAULT_URL in program
    done = await plain_node().run_beside(script, options=WITH_WEBSOCKET, seconds=60)
    assert (done.stdout, done.stderr) == ("on disk as seq 1\n", "")


def shape(value: Any) -> Any:
    """What a message looks like, whatever it says: `details` and results are as they happen."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return "number" if type(value) in (int, float) else type(value).__name__


async def test_the_examples_of_the_page_are_what_is_said(node: Node) -> None:
    """Ada says all that the page lets her say; Ben is in the room, and the server answers alike."""
    ada, ben, project = await node.pair((JSON, JSON))
    for name in range(7):
        props = {"name": str(name)}
        await ben.edit(project, {"op": "set", "col": "project", "id": "project", "props": props})
    await ada.ping()
    ada.backlog.clear()
    answers: dict[str, Message] = {}
    for _, is_clients, text in examples():
        message = json.loads(text)
        if is_clients:
            if message.get("id") == "9b1deb4d-0002":
                assert (await ben.edit(project, delete("mk_01234")))["seq"] == 9
            await _say(ada, message, project, answers)
        elif message["t"] in ("reply", "error", "ack", "pong", "left"):
            answer = answers[message.get("id", "pong")]
            assert answer["t"] == message["t"], answer
            if message["t"] != "reply":
                assert shape(answer | {"project": ""}) == shape(message | {"project": ""})
            if message["t"] == "ack":
                assert (answer["ops"], answer["dropped"]) == (message["ops"], message["dropped"])


async def _say(ada: Wire, message: Message, project: str, answers: dict[str, Message]) -> None:
    """What an example says, of the project that there is; its answer is kept."""
    if message["t"] in ("hello", "join"):
        return  # she is in already
    said = json.loads(json.dumps(message).replace(SONG, project))
    if said["t"] in ("presence", "gesture"):
        await ada.send(said)
    elif said["t"] == "ping":
        await ada.send(said)
        answers["pong"] = await ada.until("pong")
    else:
        answers[said["id"]] = await ada.ask(said)
