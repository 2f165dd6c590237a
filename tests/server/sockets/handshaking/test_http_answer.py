"""What of a request is looked at."""

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request

from server.sockets.handshaking.http_answer import asked_by, is_of_own_page


def request(*headers: tuple[str, str]) -> Request:
    return Request("/studio?token=1", Headers(headers))


def test_headers_that_come_twice_are_joined() -> None:
    asked = asked_by(request(("Accept", "a/b"), ("accept", "c/d"), ("Upgrade", "WebSocket")))
    assert (asked.path, asked.accept, asked.is_upgrade) == ("/studio", "a/b, c/d", True)
    assert asked_by(request()) == ("/studio", "", "", "", False, "GET")


@pytest.mark.parametrize(
    ("origins", "hosts", "is_own"),
    [
        (["https://Prime.example"], ["prime.example"], True),
        (["http://127.0.0.1:8787"], ["127.0.0.1:8787"], True),
        (["https://prime.example:1"], ["prime.example"], False),
        (["https://evil.example"], ["prime.example"], False),
        (["https://prime.example.evil"], ["prime.example"], False),
        (["null"], [""], False),
        (["https://["], ["["], False),
        ([], ["prime.example"], False),
        (["https://a", "https://b"], ["a"], False),
        (["https://a"], ["a", "b"], False),
    ],
)
def test_a_page_is_the_hosts_own_by_host_and_port(
    origins: list[str], hosts: list[str], is_own: bool
) -> None:
    headers = [("Origin", each) for each in origins] + [("Host", each) for each in hosts]
    assert is_of_own_page(request(*headers)) is is_own
