"""A node serves: it starts in order, goes on until it is told to stop, and lets everyone go."""

import asyncio
from collections.abc import Callable
from typing import Any

from server.background_tasks import start_for_life, start_until_stopping
from server.node import Node
from server.router.shutdown import shut_down
from server.sockets.connection import Connection
from server.sockets.listening import listening_socket
from server.sockets.tls import HANDSHAKE_SECONDS, SHUTDOWN_SECONDS, TlsPair

BACKLOG = 4_096
"""Connections that may wait to be accepted: at asyncio's 100 a herd waits for SYNs sent again."""


async def serve(node: Node, on_ready: Callable[[str], None]) -> None:
    """Serve until `Node.stop`; `on_ready` is called with the node's address once it serves."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(node.tasks.on_unexpected)
    try:
        await node.row_changes.poll()  # from here on nothing written is missed
        await node.operator_orders.look()  # maintenance, and rooms that are closed
        server = await loop.create_server(
            lambda: Connection(node.socket_server, loop),
            sock=listening_socket(node.settings.host, node.settings.port),
            backlog=BACKLOG,
            **_tls(node.foundation.tls),
        )
        try:
            await _serve_until_stopping(node, server, on_ready)
        finally:
            server.close()
    finally:
        await _close(node)


async def _serve_until_stopping(
    node: Node, server: asyncio.Server, on_ready: Callable[[str], None]
) -> None:
    start_for_life(node)
    until_stopping = start_until_stopping(node)
    node.foundation.garbage.take_over()
    port = server.sockets[0].getsockname()[1]
    s = "s" if node.foundation.tls is not None else ""
    if node.settings.balancer is None:
        node.context.public_url.serves_at(node.settings.host, port, f"http{s}")
    else:
        node.context.public_url.goes_by_balancer(node.settings.balancer)
    node.node_row.address = f"{_host_in_url(node.settings.host)}:{port}"
    await node.node_row.say_there()
    await node.admin_socket.start()
    node.readiness.is_ready = True
    on_ready(f"ws{s}://{_host_in_url(node.settings.host)}:{port}/v1")
    await node.foundation.stopping.wait()
    node.supervisor.stop(*until_stopping)
    node.draining.leave_off()
    node.context.device_codes.wait_no_more()
    leaving = shut_down(
        node.hub, node.connections, node.readiness, node.sending_away, node.write_behind
    )
    await asyncio.gather(leaving, node.mail.finish())
    await node.context.exchange.close()
    await node.context.preset_uses.flush_at_last()
    await node.context.audit.flush_at_last()
    await node.context.guesses.close()
    await node.node_row.say_gone()


async def _close(node: Node) -> None:
    node.admin_socket.close()
    node.context.hashing_queue.close()
    node.supervisor.stop()
    await node.tasks.end()
    node.foundation.garbage.give_back()
    node.state_threads.close()
    node.call_threads.close()


def _tls(pair: TlsPair | None) -> dict[str, Any]:
    if pair is None:
        return {}
    return {
        "ssl": pair.context,
        "ssl_handshake_timeout": HANDSHAKE_SECONDS,
        "ssl_shutdown_timeout": SHUTDOWN_SECONDS,
    }


def _host_in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
