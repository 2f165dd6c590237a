"""HTTP to providers: bounded in time, size and number, and no redirect is followed."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from machine.sockets.listening_address import is_loopback
from schema.accounts.audit_events import Cause
from schema.server_limits import MAX_PROVIDER_BYTES, MAX_PROVIDER_REQUESTS
from server.accounts.providers.failures import ProviderDown, ProviderRefused

REQUEST_SECONDS = 5.0
"""From the first byte that is sent to the last that is read."""

CONNECT_SECONDS = 3.0

BUSY = frozenset({408, 425, 429})
"""Statuses that say: later."""


@dataclass(frozen=True, slots=True)
class ProviderResponse:
    """A status and the JSON of the body; None: it has none."""

    status: int
    body: Any


class Fetching:
    """One for a node. Proxies of the environment are used, but for loopback."""

    def __init__(self) -> None:
        self._slots_by_host: dict[str, asyncio.Semaphore] = {}
        """Host and port -> its slots: one that does not answer takes none of another's."""
        self._clients: dict[bool, httpx.AsyncClient] = {}
        """Whether it is for loopback -> the client, made when it is first needed."""

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> ProviderResponse:
        """Raises `ProviderDown`, `ProviderRefused`."""
        return await self._send("GET", url, headers or {}, None)

    async def post_form(self, url: str, headers: Mapping[str, str], body: str) -> ProviderResponse:
        """`body` is encoded as a form already; raises `ProviderDown`, `ProviderRefused`."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._send("POST", url, {**form, **headers}, body.encode())

    def slots(self, netloc: str) -> asyncio.Semaphore:
        """Whoever asks this host holds one."""
        return self._slots_by_host.setdefault(netloc, asyncio.Semaphore(MAX_PROVIDER_REQUESTS))

    async def close(self) -> None:
        """End the connections that are kept."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> ProviderResponse:
        where = urlsplit(url)
        host = where.hostname or ""
        request_headers = {"Accept": "application/json", "Accept-Encoding": "identity", **headers}
        try:
            async with asyncio.timeout(REQUEST_SECONDS), self.slots(where.netloc):
                client = self._client(is_loopback(host))
                async with client.stream(
                    method, url, headers=request_headers, content=body
                ) as response:
                    data = await _bounded(response, host)
        except TimeoutError:
            raise ProviderDown(f"{host} does not answer") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderDown(f"{host}: {type(error).__name__}") from None
        if response.status_code >= 500 or response.status_code in BUSY:
            raise ProviderDown(f"{host} answers with status {response.status_code}")
        return ProviderResponse(response.status_code, _json(data))

    def _client(self, here: bool) -> httpx.AsyncClient:
        if here not in self._clients:
            self._clients[here] = httpx.AsyncClient(
                timeout=httpx.Timeout(REQUEST_SECONDS, connect=CONNECT_SECONDS),
                limits=httpx.Limits(max_connections=None),  # bounded by the slots of each host
                follow_redirects=False,
                trust_env=not here,
                headers={"User-Agent": "Prime"},
            )
        return self._clients[here]


async def _bounded(response: httpx.Response, host: str) -> bytes:
    """The body as it comes: what is packed may be any size, and is not unpacked."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise ProviderRefused(Cause.MALFORMED, f"{host} packs what was asked for as it is")
    data = bytearray()
    async for chunk in response.aiter_raw():
        data += chunk
        if len(data) > MAX_PROVIDER_BYTES:
            raise ProviderRefused(Cause.MALFORMED, f"{host} answers with too many bytes")
    return bytes(data)


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
