"""Being let in as a device without a browser (RFC 8628), by who is logged in elsewhere."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from prime_client.failures import CallInterrupted, CallTimedOut, LoginDenied

Call = Callable[..., Awaitable[Any]]

LONGEST_WAIT_MS = 8_000
"""That one call waits for a decision; the server allows no more."""


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person is shown: this code is to be typed at this address.

    `address_with_code` has it in it already, for a QR code. `expires_in`: seconds.
    """

    code: str
    address: str
    address_with_code: str
    expires_in: int


ShowCode = Callable[[DeviceCode], Awaitable[object] | None]


async def log_in_as_device(
    call: Call, show: ShowCode, name: str, call_seconds: float
) -> dict[str, Any]:
    """The tokens. `call_seconds`: how long a call may take.

    Raises `LoginDenied`, and `CallFailed` with `auth_failed` when the code has run out.
    """
    device_login = await call("auth.device_begin", name=name)
    showing = show(
        DeviceCode(
            device_login["user_code"],
            device_login["verification_uri"],
            device_login["verification_uri_complete"],
            device_login["expires_in"],
        )
    )
    if inspect.isawaitable(showing):
        await showing
    wait_ms = min(LONGEST_WAIT_MS, int(call_seconds * 500))
    return await _decided(call, device_login, wait_ms)


async def _decided(call: Call, device_login: dict[str, Any], wait_ms: int) -> dict[str, Any]:
    """A call that waits costs less than many that ask; one that is lost is asked again."""
    loop = asyncio.get_running_loop()
    until, interval = loop.time() + device_login["expires_in"], device_login["interval_ms"] / 1_000
    while True:
        asked_at = loop.time()
        try:
            polled = await call(
                "auth.device_poll", device_code=device_login["device_code"], wait_ms=wait_ms
            )
        except (CallInterrupted, CallTimedOut):
            if loop.time() >= until:
                raise
        else:
            if polled["state"] == "approved":
                tokens: dict[str, Any] = polled["tokens"]
                return tokens
            if polled["state"] == "denied":
                raise LoginDenied("whoever was asked has turned this device away")
            interval = polled["interval_ms"] / 1_000
        await asyncio.sleep(max(0.0, asked_at + interval - loop.time()))
