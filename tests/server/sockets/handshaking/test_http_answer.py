"""What of a request is looked at."""

from websockets.datastructures import Headers
from websockets.http11 import Request

from server.sockets.handshaking.http_answer import asked_by


def request(*headers: tuple[str, str]) -> Request:
    return Request("/studio?token=1", Headers(headers))


def test_headers_that_come_twice_are_joined() -> None:
    asked = asked_by(request(("Accept", "a/b"), ("accept", "c/d"), ("Upgrade", "WebSocket")))
    assert (asked.path, asked.accept, asked.is_upgrade) == ("/studio", "a/b, c/d", True)
    assert asked_by(request()) == ("/studio", "", "", "", False, "GET", (), (), None)


def test_headers_of_which_there_may_be_one_are_not_joined() -> None:
    asked = asked_by(request(("Origin", "a"), ("origin", "b"), ("Host", "c")))
    assert (asked.origins, asked.hosts) == (("a", "b"), ("c",))
