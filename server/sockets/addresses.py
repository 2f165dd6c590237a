"""Where a client is: its peer's address, or what a proxy that is believed says of it. Pure."""

import ipaddress
from collections.abc import Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NOWHERE = "local"
"""Of a socket that has no address."""

_HOME_BITS = 64
"""One customer has all addresses of such an IPv6 network."""


def address_of(peer: object, forwarded: Sequence[str], proxies: Sequence[Network]) -> str:
    """What to count a client under: an IPv4 address, or the /64 of an IPv6 one.

    `peer`: what the socket says; `forwarded`: all X-Forwarded-For, in order. Each hop adds at the
    right whom it heard from, so the rightmost that is no proxy of ours is the client; what is left
    of it the client may have made up. `Forwarded` is not read: a proxy that writes one of the two
    passes on the other as the client sent it.
    """
    peer_address = _parse(str(peer[0])) if isinstance(peer, tuple) and peer else None
    if peer_address is None:
        return NOWHERE
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    while hops and _is_in(peer_address, proxies):
        before = _parse(hops.pop())
        if before is None:
            break
        peer_address = before
    return _home(peer_address)


def is_proxy(peer: object, proxies: Sequence[Network]) -> bool:
    """Whether this peer speaks for others."""
    peer_address = _parse(str(peer[0])) if isinstance(peer, tuple) and peer else None
    return peer_address is not None and _is_in(peer_address, proxies)


def _parse(text: str) -> Address | None:
    """Of `1.2.3.4`, `1.2.3.4:5`, `::1`, `::1%eth0`, `[::1]:5`; None: it is none of them."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif ":" not in text.partition(":")[2]:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return address if mapped is None else mapped


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == n.version and address in n for n in networks)


def _home(address: Address) -> str:
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, _HOME_BITS), strict=False))
