"""Where a client is, whatever it says of itself."""

import ipaddress
from collections.abc import Sequence

import pytest

from server.sockets.addresses import NOWHERE, address_of, is_proxy

PROXIES = tuple(map(ipaddress.ip_network, ("127.0.0.0/8", "10.1.0.0/16", "::1/128", "fd00::/8")))


def seen(peer: str, *forwarded: str) -> str:
    return address_of((peer, 1234), forwarded, PROXIES)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", ["6.6.6.6, nonsense"], "127.0.0.1"),
        ("127.0.0.1", ["nonsense, 10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", ["", " , "], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("127.0.0.1", ["[2001:db8:1:2:3::4]:4711"], "2001:db8:1:2::/64"),
        ("127.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("fd00::7", ["2001:db8::1"], "2001:db8::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("2001:db8::1", [], "2001:db8::/64"),
        ("2001:db8::ffff:1", [], "2001:db8::/64"),
    ],
)
def test_K1_an_address_is_the_rightmost_that_no_proxy_of_ours_has(
    peer: str, forwarded: Sequence[str], address: str
) -> None:
    assert seen(peer, *forwarded) == address


def test_a_socket_without_an_address_has_one_name() -> None:
    assert address_of(None, ["6.6.6.6"], PROXIES) == NOWHERE
    assert address_of("", [], PROXIES) == NOWHERE
    assert not is_proxy(None, PROXIES)


def test_nobody_is_a_proxy_unless_named() -> None:
    assert address_of(("127.0.0.1", 1), ["6.6.6.6"], ()) == "127.0.0.1"
