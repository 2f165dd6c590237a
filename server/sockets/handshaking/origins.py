"""Which web pages may connect: those of the origins that the operator names, and the server's own.

A page is the server's own if its origin is the host that it connects to, and that host is one that
the operator knows: a name of an origin or of the public address, `localhost`, or an address. Of any
other name its owner says where it leads, here as well (DNS rebinding); of an address nobody does.
"""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from server.sockets.handshaking.http_answer import HttpAnswer

REFUSED = (
    "Pages of this origin may not connect here. If they are to, its operator names it in"
    " PRIME_ORIGINS, or in PRIME_PUBLIC_URL.\n"
)

HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?#@\\\s]+)(:[0-9]{1,5})?")
"""A name or an address, and perhaps a port: what is behind them belongs to no host."""


class Origins:
    """Those of a node. `allowed`: with none, all may connect (rule Z4)."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed_origins = frozenset(allowed)
        self._names = {_name(urlsplit(origin)) for origin in allowed} - {""} | {"localhost"}
        """Host names that lead to this server because the operator says so."""

    def refusal(self, origins: Sequence[str], hosts: Sequence[str]) -> HttpAnswer | None:
        """The answer to a handshake with these headers; None: the page may connect."""
        if not self._allowed_origins or not origins:
            return None
        if len(origins) == 1 and (
            origins[0] in self._allowed_origins or self._is_own(origins[0], hosts)
        ):
            return None
        return HttpAnswer(403, REFUSED)

    def _is_own(self, origin: str, hosts: Sequence[str]) -> bool:
        if len(hosts) != 1 or HOST.fullmatch(hosts[0].strip()) is None:
            return False
        try:
            page, requested_host = urlsplit(origin), urlsplit(f"//{hosts[0].strip()}")
        except ValueError:
            return False
        if (
            page.scheme not in ("http", "https")
            or page.netloc.lower() != requested_host.netloc.lower()
        ):
            return False
        name = _name(requested_host)
        return name in self._names or _is_address(name)


def _name(url: SplitResult) -> str:
    return (url.hostname or "").lower().rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
