"""What is asked by plain HTTP before a WebSocket is there, and how it is answered."""

from typing import NamedTuple

from websockets.http11 import Request, Response
from websockets.server import ServerProtocol


class HttpAnswer(NamedTuple):
    """What a GET is answered; a text without headers of its own is plain."""

    status: int
    body: str | bytes = ""
    headers: tuple[tuple[str, str], ...] = ()


class HttpAsked(NamedTuple):
    """A request. Of a header that came several times: all, with commas between them."""

    path: str
    """Without what is behind a `?`."""
    accept: str = ""
    """Types that the caller accepts (RFC 9110, 12.5.1)."""
    accept_encoding: str = ""
    if_none_match: str = ""
    is_upgrade: bool = False
    """Whether it is to be a WebSocket (RFC 6455, 4.1)."""
    method: str = "GET"
    origins: tuple[str, ...] = ()
    """Each `Origin` header."""
    hosts: tuple[str, ...] = ()
    form: bytes | None = None
    """What was posted to the page for accounts (rule A72)."""


def asked_by(request: Request, form: bytes | None = None) -> HttpAsked:
    """What of a request is looked at."""

    def joined(name: str) -> str:
        return ", ".join(request.headers.get_all(name))

    return HttpAsked(
        request.path.split("?", 1)[0],
        joined("Accept"),
        joined("Accept-Encoding"),
        joined("If-None-Match"),
        "websocket" in joined("Upgrade").lower(),
        request.method,
        tuple(request.headers.get_all("Origin")),
        tuple(request.headers.get_all("Host")),
        form,
    )


def response_of(protocol: ServerProtocol, answer: HttpAnswer, method: str) -> Response:
    """The answer as the protocol sends it; the connection ends behind it. HEAD gets no body."""
    body = answer.body
    response = protocol.reject(answer.status, body if isinstance(body, str) else "")
    if isinstance(body, bytes):
        response.body = body
        response.headers.pop("Content-Length", None)
        response.headers["Content-Length"] = str(len(body))
    if method == "HEAD":
        response.body = b""
    for name, value in answer.headers:
        response.headers.pop(name, None)
        response.headers[name] = value
    return response
