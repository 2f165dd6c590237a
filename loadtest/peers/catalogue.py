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
"""What a user might pick, and Prime: what `compare` sets side by side."""

LAYERS = {
    layer.name: layer
    for layer in (
        Peer(
            "sansio",
            "websockets Sans-I/O, own Protocol",
            "python",
            "websockets_sansio.py",
            PlainRelay,
        ),
        Peer(
            "cutter",
            "the same, short way for short frames",
            "python",
            "websockets_cutter.py",
            PlainRelay,
        ),
        Peer("picows", "picows", "python", "picows_relay.py", PlainRelay),
    )
}
"""The same relay on other socket layers that the server could stand on; nobody would pick these."""

KNOWN = PEERS | LAYERS

GROUPS = {
    "all": tuple(PEERS),
    "usual": ("ws", "uwebsockets", "prime"),
    "layers": ("websockets", *LAYERS),
}
"""Names for several at once. `usual`: what one would pick, what relays fastest, and Prime.
`layers`: socket layers for Python, the `websockets` API first.
"""
