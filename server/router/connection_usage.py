"""What a connection uses of what its address and user may: counted, and refused when too much."""

import asyncio

import structlog

from server.accounts.usage import Usage
from server.metrics.metrics import Count
from server.sockets.addresses import Network, address_of, is_proxy
from server.sockets.connection import Connection
from server.sockets.handshaking.http_answer import HttpAnswer

TOO_MANY = 429
"""The status of a handshake that is one too many (RFC 6585, 4)."""

log = structlog.get_logger()


class ConnectionUsage:
    """Between connections and `Usage`. `proxies`: who is believed when it names an address."""

    def __init__(self, usage: Usage, proxies: tuple[Network, ...], count: Count) -> None:
        self.usage = usage
        self._proxies = proxies
        self._count = count
        self._has_warned = False
        """That a proxy names addresses and is not believed: said once."""

    def use(self, proxies: tuple[Network, ...]) -> None:
        """From now on these are believed."""
        self._proxies, self._has_warned = proxies, False

    def on_connect(self, connection: Connection, peer: object) -> bool:
        """A TCP connection is there; false: its address has far too many."""
        connection.address = address_of(peer, (), ())
        may_stay = self.usage.on_connect(connection.id, connection.address)
        return may_stay or is_proxy(peer, self._proxies)

    def refusal(
        self, connection: Connection, peer: object, forwarded: list[str], now: float
    ) -> HttpAnswer | None:
        """The answer to a handshake that is one too many; None: it may be (rule K1)."""
        if forwarded and is_proxy(peer, self._proxies):
            connection.address = address_of(peer, forwarded, self._proxies)
            self.usage.sockets.add(connection.id, connection.address)
        elif forwarded and not self._has_warned:
            self._has_warned = True
            text = "X-Forwarded-For of a peer that PRIME_PROXIES does not name is not believed"
            log.warning(text, peer=connection.address)
        reached = self.usage.on_handshake(connection.id, now)
        if reached is None:
            return None
        self._count("handshakes_refused", 1, connection.about())
        return HttpAnswer(TOO_MANY, f"{reached}.\n")

    def spend(self, connection: Connection, ops: float = 0.0) -> float:
        """So much of its user's is judged: 0; or how long to wait, and nothing is (rule E6)."""
        identity = connection.identity
        if identity is None:
            return 0.0
        return self.usage.ops.spend(identity.user, asyncio.get_running_loop().time(), ops)

    def bad_token(self, connection: Connection, now: float) -> None:
        """A hello with a token that none of us has signed."""
        self._count("bad_tokens", 1, connection.about())
        self.usage.bad_token(connection.id, now)
