"""Logging in by a provider, as a program with a browser beside it does (RFC 8252)."""

import asyncio
import inspect
import webbrowser
from collections.abc import Awaitable, Callable
from typing import Any

from prime_client.failures import LoginDenied
from prime_client.logging_in.redirect_listener import listening_for_redirect

Call = Callable[..., Awaitable[Any]]

OpenAddress = Callable[[str], Awaitable[object] | None]


async def by_provider(
    call: Call, provider: str, open_address: OpenAddress | None, invitation: str
) -> Any:
    """The tokens; `invitation`: the token of one, or empty. Raises `LoginDenied`, `CallFailed`."""
    async with listening_for_redirect() as listener:
        provider_login = await call(
            "auth.provider_begin", provider=provider, redirect_uri=listener.address
        )
        listener.expect(provider_login["state"])
        opening = (open_address or _in_the_browser)(provider_login["url"])
        if inspect.isawaitable(opening):
            await opening
        try:
            async with asyncio.timeout(provider_login["expires_in"]):
                redirect_params = await listener.answer()
        except TimeoutError:
            raise LoginDenied("nobody has logged in at the provider in time") from None
    if "code" not in redirect_params:
        raise LoginDenied(f"the provider says: {redirect_params.get('error', 'no')}")
    proof = {"code": redirect_params["code"], "iss": redirect_params.get("iss")}
    if invitation:
        proof["invitation"] = invitation
    return await call(
        "auth.provider_finish", flow=provider_login["flow"], state=provider_login["state"], **proof
    )


async def _in_the_browser(address: str) -> None:
    await asyncio.to_thread(webbrowser.open, address)
