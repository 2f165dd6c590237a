"""A port of this machine that a browser is led back to, once (RFC 8252, 7.3)."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qsl, urlsplit

MOST_BYTES = 16_384
"""Of a request: a code has some hundred characters."""

READ_SECONDS = 5.0
"""For one request; a browser connects ahead of time, and says nothing."""

PATH = "/callback"

PAGE = b"""<!doctype html><meta charset="utf-8"><title>Prime</title>
<p>Go back to your program: it says whether you are logged in. You can close this window.</p>
"""

REFUSED_PAGE = b"""<!doctype html><meta charset="utf-8"><title>Prime</title>
<p>You are not logged in: the provider has refused it. Go back to your program and begin again.</p>
"""

HEADERS = (
    b"Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n"
    b"Referrer-Policy: no-referrer\r\nConnection: close\r\n"
)


class RedirectListener:
    """Where it listens, and what a browser brings; what is not of this login is not taken."""

    def __init__(self) -> None:
        self.address = ""
        self._state: str | None = None
        """What the browser has to bring; None: it was not sent out yet."""
        self._redirect: asyncio.Future[dict[str, str]] = asyncio.Future()

    def expect(self, state: str) -> None:
        """Call it before the browser is sent out."""
        self._state = state

    async def answer(self) -> dict[str, str]:
        """What is in the address that it was led back to with the state that was expected."""
        return await self._redirect

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of a browser."""
        with suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            async with asyncio.timeout(READ_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                redirect_params = self._take_redirect(head)
                status, page = b"404 Not Found", b""
                if redirect_params is not None:
                    status, page = b"200 OK", PAGE if "code" in redirect_params else REFUSED_PAGE
                length = b"Content-Length: %d\r\n" % len(page)
                writer.write(b"HTTP/1.1 " + status + b"\r\n" + HEADERS + length + b"\r\n" + page)
                await writer.drain()
        writer.close()

    def _take_redirect(self, head: bytes) -> dict[str, str] | None:
        """What it brings; None: it is not of this login."""
        method, target, *_ = head.decode("latin-1").split(" ", 2)
        url = urlsplit(target)
        if method != "GET" or url.path != PATH or self._state is None:
            return None
        redirect_params = dict(parse_qsl(url.query))
        if not hmac.compare_digest(redirect_params.get("state", "").encode(), self._state.encode()):
            return None
        if not self._redirect.done():
            self._redirect.set_result(redirect_params)
        return redirect_params


@asynccontextmanager
async def listening_for_redirect() -> AsyncIterator[RedirectListener]:
    """Listen as long as it is entered."""
    listener = RedirectListener()
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0, limit=MOST_BYTES)
    listener.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{PATH}"
    try:
        yield listener
    finally:
        server.close()
