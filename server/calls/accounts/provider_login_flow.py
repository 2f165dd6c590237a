"""What a login by a provider and a link to one have in common: begun, and finished once."""

import asyncio

import structlog

from persistence.tables.logging_in import provider_flows
from schema.accounts.audit_events import AuditEvent, Cause
from schema.calling.accounts.provider_login_calls import (
    BeginProviderLogin,
    FinishLink,
    FinishProviderLogin,
    ProviderLoginBegun,
)
from schema.errors import ErrorCode
from server.accounts.providers.failures import ProviderDown, ProviderRefused
from server.accounts.providers.proven_identity import ProvenIdentity
from server.accounts.providers.provider_settings import ProviderSettings
from server.accounts.providers.redirects import problem_with_redirect
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused, too_often

log = structlog.get_logger()

FLOW_SECONDS = 600
"""How long someone may take at the provider."""

REFUSED = (
    "the login by this provider did not succeed: begin it anew, and see that your e-mail address"
    " is confirmed there"
)


async def begin(
    context: Context, caller: Caller, params: BeginProviderLogin, auth_session: str | None
) -> ProviderLoginBegun:
    """A row, and an address that holds nothing that ends it (rule A32)."""
    settings = _provider(context, params)
    now = asyncio.get_running_loop().time()
    if wait := context.usage.provider_logins.take(caller.address, now):
        raise too_often(wait, "too many logins by providers from this address")
    secrets = context.exchange.secrets
    flow, state = secrets.new_flow(), secrets.new()
    try:
        url = await context.exchange.address(settings, params.redirect_uri, flow, state)
    except ProviderDown as down:
        raise _down(settings, down) from None
    except ProviderRefused as refused:
        raise _refused(context, caller, settings.name, refused.cause) from None
    await provider_flows.create(
        context.db,
        secrets.hash_of(state),
        secrets.hash_of(flow),
        settings.name,
        params.redirect_uri,
        auth_session,
        FLOW_SECONDS,
    )
    return ProviderLoginBegun(flow=flow, state=state, url=url, expires_in=FLOW_SECONDS)


async def finish(
    context: Context,
    caller: Caller,
    params: FinishProviderLogin | FinishLink,
    auth_session: str | None,
) -> tuple[str, ProvenIdentity]:
    """The provider, and who someone is there; raises `Refused` (rules A32, A34)."""
    secrets = context.exchange.secrets
    state_hash, flow_hash = secrets.hash_of(params.state), secrets.hash_of(params.flow)
    flow = await provider_flows.take(context.db, state_hash, flow_hash, auth_session)
    settings = None if flow is None else context.exchange.providers.by_name.get(flow.provider)
    if flow is None or settings is None:
        raise _refused(context, caller, None, Cause.UNKNOWN)
    try:
        proven = await context.exchange.who(
            settings, flow.redirect_uri, params.flow, params.code, params.iss
        )
    except ProviderDown as down:
        await provider_flows.give_back(context.db, state_hash)
        raise _down(settings, down) from None
    except ProviderRefused as refused:
        raise _refused(context, caller, settings.name, refused.cause) from None
    return settings.name, proven


def _provider(context: Context, params: BeginProviderLogin) -> ProviderSettings:
    settings = context.exchange.providers.by_name.get(params.provider)
    if settings is None:
        provider_names = ", ".join(context.exchange.providers.by_name) or "none"
        text = f"provider: there is none of this name; this server has: {provider_names}"
        raise Refused(ErrorCode.VALIDATION, text, field="provider")
    allowed_addresses = {context.public_url.account_page(), *context.exchange.providers.redirects}
    if problem := problem_with_redirect(params.redirect_uri, allowed_addresses):
        raise Refused(ErrorCode.VALIDATION, f"redirect_uri: {problem}", field="redirect_uri")
    return settings


def no_address(context: Context, caller: Caller, provider: str) -> Refused:
    """The provider has not proved an address: no account is made, or found, by it."""
    return _refused(context, caller, provider, Cause.UNVERIFIED)


def _refused(context: Context, caller: Caller, provider: str | None, cause: Cause) -> Refused:
    user = None if caller.identity is None else caller.user
    event = AuditEvent.PROVIDER_FAILED
    context.audit.note(event, user=user, address=caller.address, provider=provider, cause=cause)
    return Refused(ErrorCode.AUTH_FAILED, REFUSED)


def _down(settings: ProviderSettings, failure: ProviderDown) -> Refused:
    """Which host it was, and what it said, is the operator's to know: it is in the log."""
    log.warning("provider is down", provider=settings.name, reason=str(failure))
    text = f"{settings.label} cannot be asked now; try again in a moment, or log in in another way"
    return Refused(ErrorCode.UNAVAILABLE, text, retry_after_ms=3_000)
