"""What is no request is answered before the connection ends, and known as such."""

import pytest

from server.sockets.handshaking.request_protocol import RequestProtocol

UNREADABLE = {
    "noise": (b"\x00\xff\r\n\r\n", 400),
    "TLS to a port without it": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x0a", 400),
    "the PROXY protocol": (b"PROXY TCP4 10.0.0.1 10.0.0.2 4000 8787\r\n", 400),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n", 400),
    "another HTTP": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "a header that is none": (b"GET / HTTP/1.1\r\nno header\r\n\r\n", 400),
    "a body": (b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody", 400),
    "a path that does not end": (b"GET /" + b"x" * 20_000, 414),
    "many headers": (b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 300, 431),
}


def answer_to(data: bytes) -> tuple[RequestProtocol, bytes]:
    protocol = RequestProtocol()
    protocol.receive_data(data)
    return protocol, b"|".join(protocol.data_to_send())


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_is_no_request_is_answered_with_a_status_and_the_end(what: str) -> None:
    data, status = UNREADABLE[what]
    protocol, answer = answer_to(data)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert answer.count(b"HTTP/1.1 4") == 1
    assert answer.endswith(b"|")  # an empty piece of what is to be sent: the end
    assert protocol.is_unreadable


@pytest.mark.parametrize("data", [b"", b"GET /v1 HT"])
def test_who_goes_before_a_request_is_there_is_told_nothing(data: bytes) -> None:
    protocol, answer = answer_to(data)
    assert answer == b""
    protocol.receive_eof()
    assert b"HTTP" not in b"".join(protocol.data_to_send())
    assert not protocol.is_unreadable


def test_a_request_is_one() -> None:
    protocol, answer = answer_to(b"GET /v1 HTTP/1.1\r\nHost: here\r\n\r\n")
    assert answer == b""
    (request,) = protocol.events_received()
    protocol.send_response(protocol.accept(request))  # type: ignore[arg-type]
    assert b"HTTP/1.1 426 " in b"".join(protocol.data_to_send())
    assert not protocol.is_unreadable
