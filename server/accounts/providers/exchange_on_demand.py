"""Logins by providers, whose libraries (HTTP, OAuth, JWT) a node without a provider never loads."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from server.accounts.providers.flow_secrets import FlowSecrets
from server.accounts.providers.proven_identity import ProvenIdentity
from server.accounts.providers.provider_settings import Providers, ProviderSettings

if TYPE_CHECKING:
    from server.accounts.providers.exchange import Exchange


class ExchangeOnDemand:
    """An `Exchange`, made at once where a provider is set, else when one is first asked for."""

    def __init__(
        self, providers: Providers, secret: bytes, accepted_secrets: Sequence[bytes] = ()
    ) -> None:
        self.providers = providers
        """Others after a reload."""
        self.secrets = FlowSecrets(secret, accepted_secrets)
        """`accepted_secrets`: beside the secret, while that is changed."""
        self._exchange_made: Exchange | None = None
        """None: nobody has logged in by a provider, and none was set at the start."""
        if providers.by_name:
            self._exchange_made = _exchange_class()(self.secrets)

    async def close(self) -> None:
        if self._exchange_made is not None:
            await self._exchange_made.close()

    async def address(
        self, settings: ProviderSettings, redirect_uri: str, flow: str, state: str
    ) -> str:
        """As that of `Exchange`."""
        return await (await self._exchange()).address(settings, redirect_uri, flow, state)

    async def who(
        self, settings: ProviderSettings, redirect_uri: str, flow: str, code: str, iss: str | None
    ) -> ProvenIdentity:
        """As that of `Exchange`."""
        return await (await self._exchange()).who(settings, redirect_uri, flow, code, iss)

    async def _exchange(self) -> "Exchange":
        if self._exchange_made is not None:
            return self._exchange_made
        kind = await asyncio.to_thread(_exchange_class)  # it takes a tenth of a second
        if self._exchange_made is None:  # another login may have been as fast
            self._exchange_made = kind(self.secrets)
        return self._exchange_made


def _exchange_class() -> "type[Exchange]":
    from server.accounts.providers.exchange import Exchange

    return Exchange
