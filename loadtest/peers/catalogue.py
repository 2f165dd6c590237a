"""The servers that Prime is compared with, and Prime."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from loadtest.peers.dialect import Dialect
from loadtest.peers.prime_dialect import PrimeDialect
from loadtest.peers.relays import PlainRelay, SocketIo, YAwareness


@dataclass(frozen=True, slots=True)
class Peer:
    """A small server of ours on someone's library. `script` lies in the folder of its `runtime`."""

    name: str
    title: str
    runtime: Literal["node", "python", "prime"]
    script: str
    dialect: Callable[[], Dialect]


PRIME = Peer("prime", "Prime", "prime", "", PrimeDialect)

PEERS = {
    peer.name: peer
    for peer in (
        Peer("ws", "Node ws relay", "node", "ws_relay.mjs", PlainRelay),
        Peer("socketio", "Socket.IO rooms (msgpack)", "node", "socketio_rooms.mjs", SocketIo),
        Peer(
            "hocuspocus",
            "Hocuspocus awareness",
            "node",
            "hocuspocus_awareness.mjs",
            partial(YAwareness, is_hocuspocus=True),
        ),
        Peer(
            "websockets",
            "Python websockets broadcast",
            "python",
            "websockets_broadcast.py",
            PlainRelay,
        ),
        Peer(
            "pycrdt",
            "pycrdt-websocket awareness",
            "python",
            "pycrdt_awareness.py",
            partial(YAwareness, is_hocuspocus=False),
        ),
        Peer(
            "uwebsockets",
            "C++ uWebSockets topics (socketify)",
            "python",
            "socketify_topics.py",
            PlainRelay,
        ),
        PRIME,
    )
}
