"""uWebSockets (C++) by `socketify`: its native publish/subscribe, the ceiling of relaying."""

import json
import os
import sys
from importlib.metadata import version

from socketify import App, AppListenOptions, CompressOptions, OpCode
from socketify.native import lib

app = App()


def upgrade(response, request, context):
    """The room is the path."""
    response.upgrade(
        request.get_header("sec-websocket-key"),
        request.get_header("sec-websocket-protocol"),
        request.get_header("sec-websocket-extensions"),
        context,
        request.get_url(),
    )


def publish(socket, message, _opcode):
    """By uWebSockets' own call, which leaves out the sender; `socket.publish` does not."""
    topic = socket.get_user_data().encode()
    lib.uws_ws_publish_with_options(
        app.SSL, socket.ws, topic, len(topic), message, len(message), OpCode.BINARY, False
    )


app.ws(
    "/*",
    {
        "compression": CompressOptions.DISABLED,
        "max_payload_length": 1_048_576,
        "max_backpressure": 64 * 1_048_576,
        "idle_timeout": 0,
        "upgrade": upgrade,
        "open": lambda socket: socket.subscribe(socket.get_user_data()),
        "message": publish,
    },
)


def listening(_config):
    """Say so."""
    versions = {"socketify": version("socketify")}
    print(json.dumps({"ready": True, "pid": os.getpid(), "versions": versions}), flush=True)


app.listen(AppListenOptions(port=int(sys.argv[1]), host="127.0.0.1"), listening)
# Not `app.run()`: it polls both asyncio's loop and the native one, and is never idle. There is
# nothing of asyncio here, so the native loop may sleep as a C++ program's would.
app.loop.uv_loop.run()
