"""A login by a provider: the address it begins at, and who has come of it."""

import asyncio
from typing import Any
from urllib.parse import quote

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from schema.accounts.audit_events import Cause
from server.accounts.providers import apple, id_tokens, user_endpoints
from server.accounts.providers.discovery import Discovery, Metadata
from server.accounts.providers.failures import ProviderDown, ProviderRefused
from server.accounts.providers.fetching import Fetching
from server.accounts.providers.flow_secrets import FlowSecrets
from server.accounts.providers.proven_identity import ProvenIdentity, from_claims
from server.accounts.providers.provider_settings import Kind, ProviderSettings

FINISH_SECONDS = 12.0
"""All that a login asks of a provider: less than a call may take."""


class Exchange:
    """Of one node; knows no database."""

    def __init__(self, secrets: FlowSecrets) -> None:
        self.secrets = secrets
        self._fetching = Fetching()
        self._discovery = Discovery(self._fetching)

    async def close(self) -> None:
        await self._fetching.close()

    async def address(
        self, settings: ProviderSettings, redirect_uri: str, flow: str, state: str
    ) -> str:
        """Where the browser goes, with PKCE (S256), state and nonce; raises `ProviderDown`."""
        metadata = await self._metadata(settings)
        is_oidc = settings.kind is Kind.OIDC
        return str(
            prepare_grant_uri(
                metadata.authorization_endpoint,
                settings.client_id,
                "code",
                redirect_uri,
                " ".join(settings.scopes),
                state,
                code_challenge=create_s256_code_challenge(self.secrets.verifier_of(flow)),
                code_challenge_method="S256",
                nonce=self.secrets.nonce_of(flow) if is_oidc else None,
                response_mode=settings.response_mode,
            )
        )

    async def who(
        self, settings: ProviderSettings, redirect_uri: str, flow: str, code: str, iss: str | None
    ) -> ProvenIdentity:
        """Trade the code, and check what comes; raises `ProviderDown`, `ProviderRefused`."""
        try:
            async with asyncio.timeout(FINISH_SECONDS):
                metadata = await self._metadata(settings)
                _check_iss(metadata, iss)
                tokens = await self._trade(settings, metadata, redirect_uri, flow, code)
                if settings.kind is not Kind.OIDC:
                    token = str(tokens["access_token"])
                    return await user_endpoints.proven_by(self._fetching, settings, token)
                return await self._by_id_token(settings, metadata, flow, tokens)
        except TimeoutError:
            raise ProviderDown(f"{settings.name} takes too long") from None

    async def _metadata(self, settings: ProviderSettings) -> Metadata:
        if settings.kind is Kind.OIDC:
            return await self._discovery.metadata(settings.issuer)
        return user_endpoints.metadata_of(settings)

    async def _trade(
        self,
        settings: ProviderSettings,
        metadata: Metadata,
        redirect_uri: str,
        flow: str,
        code: str,
    ) -> dict[str, Any]:
        """RFC 6749, 4.1.3, with the verifier of RFC 7636."""
        body = prepare_token_request(
            "authorization_code",
            redirect_uri=redirect_uri,
            code=code,
            code_verifier=self.secrets.verifier_of(flow),
        )
        uri, headers, body = _client_auth(settings, metadata).prepare(
            "POST", metadata.token_endpoint, {}, body
        )
        fetched = await self._fetching.post_form(uri, headers, body)
        tokens = fetched.body
        is_fine = fetched.status == 200 and isinstance(tokens, dict)
        if not is_fine or not isinstance(tokens.get("access_token"), str):
            raise ProviderRefused(Cause.WRONG_CODE, "the provider does not take the code")
        return dict(tokens)

    async def _by_id_token(
        self, settings: ProviderSettings, metadata: Metadata, flow: str, tokens: dict[str, Any]
    ) -> ProvenIdentity:
        id_token, access_token = tokens.get("id_token"), str(tokens["access_token"])
        if not isinstance(id_token, str):
            raise ProviderRefused(Cause.MALFORMED, "the provider sends no ID token")
        keys = await self._discovery.keys(settings.issuer, id_tokens.kid_of(id_token))
        claims = id_tokens.claims_of(
            id_token,
            keys,
            issuer=settings.issuer,
            client_id=settings.client_id,
            nonce=self.secrets.nonce_of(flow),
            access_token=access_token,
        )
        if "email" not in claims and metadata.userinfo_endpoint and "email" in settings.scopes:
            claims = await self._with_user_info(metadata.userinfo_endpoint, access_token, claims)
        return from_claims(settings.issuer, claims)

    async def _with_user_info(
        self, endpoint: str, access_token: str, claims: dict[str, Any]
    ) -> dict[str, Any]:
        """What the ID token leaves out, of the same user (OpenID Connect Core, 5.3.2)."""
        fetched = await self._fetching.get(endpoint, {"Authorization": f"Bearer {access_token}"})
        user_info = fetched.body
        if fetched.status != 200 or not isinstance(user_info, dict):
            raise ProviderRefused(Cause.MALFORMED, "the provider does not say who it is")
        if user_info.get("sub") != claims["sub"]:
            raise ProviderRefused(Cause.FOREIGN, "the provider tells of another user")
        return {**user_info, **claims}


def _check_iss(metadata: Metadata, iss: str | None) -> None:
    """Which provider has answered, where it says so: a login mixed up with another's ends here."""
    if iss is None and not metadata.authorization_response_iss_parameter_supported:
        return
    if iss != metadata.issuer:
        raise ProviderRefused(Cause.FOREIGN, "another provider has answered (RFC 9207)")


def _client_auth(settings: ProviderSettings, metadata: Metadata) -> ClientAuth:
    """In the body if it takes that; otherwise in a header, encoded as RFC 6749, 2.3.1 asks."""
    if settings.apple is not None:
        secret = apple.client_secret(settings.apple, settings.client_id, settings.issuer)
        return ClientAuth(settings.client_id, secret, "client_secret_post")
    if settings.client_secret is None:
        return ClientAuth(settings.client_id, None, "none")
    if "client_secret_post" in metadata.token_endpoint_auth_methods_supported:
        return ClientAuth(settings.client_id, settings.client_secret, "client_secret_post")
    encoded_pair = quote(settings.client_id, safe=""), quote(settings.client_secret, safe="")
    return ClientAuth(*encoded_pair, "client_secret_basic")
