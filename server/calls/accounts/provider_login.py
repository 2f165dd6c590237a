"""Logging in by a provider: found by issuer and subject, or a new account."""

import asyncio
import secrets
from dataclasses import dataclass

from persistence.errors import Taken
from persistence.pool import Executor
from persistence.tables import users
from persistence.tables.logging_in import provider_identities
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent
from schema.calling.accounts.provider_login_calls import (
    BeginProviderLogin,
    FinishProviderLogin,
    ListProviders,
    ProviderLoginBegun,
    ProviderShown,
    ProvidersShown,
)
from schema.calling.accounts.registration_and_login_calls import Tokens
from schema.errors import ErrorCode
from schema.limits import MAX_ADDRESS_LENGTH
from schema.text import email_addresses
from schema.text.account_names import nearest_shown_name, nearest_username
from server.accounts.providers.proven_identity import ProvenIdentity
from server.calls.accounts import provider_login_flow
from server.calls.accounts.opening_logins import LoginBy, open_login
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context, require_registration
from server.calls.sharing import invitations
from server.refused import Refused, too_often

USERNAME_TRIES = 6
"""The one that is wished for, then with a number behind it."""

LINK = (
    "there is an account with this e-mail address: log in to it as before, then link the provider"
    " with auth.link_begin"
)


async def providers(context: Context, caller: Caller, params: ListProviders) -> ProvidersShown:
    """In the order of the settings."""
    known_providers = context.exchange.providers.by_name.values()
    return ProvidersShown(
        [
            ProviderShown(known_provider.name, known_provider.label)
            for known_provider in known_providers
        ]
    )


async def provider_begin(
    context: Context, caller: Caller, params: BeginProviderLogin
) -> ProviderLoginBegun:
    """Where the browser goes (rule A32)."""
    return await provider_login_flow.begin(context, caller, params, None)


async def provider_finish(context: Context, caller: Caller, params: FinishProviderLogin) -> Tokens:
    """The account of this identity, or a new one; never one of the same address (rule A33)."""
    provider, proven = await provider_login_flow.finish(context, caller, params, None)
    user_id = await provider_identities.use(context.db, proven.issuer, proven.subject, proven.email)
    user = None if user_id is None else await users.by_id(context.db, user_id)
    if user is None:
        email = _address(proven)
        if email is None:
            raise provider_login_flow.no_address(context, caller, provider)
        newcomer = _Newcomer(provider, proven, email, params.invitation)
        user = await _new_user(context, caller, newcomer)
    user_id = user.id

    async def still(tx: Executor) -> bool:
        return await provider_identities.is_linked(tx, proven.issuer, proven.subject, user_id)

    return await open_login(context, caller, user, login_by=LoginBy.PROVIDER, still=still)


@dataclass(frozen=True, slots=True)
class _Newcomer:
    """Whose identity has no account yet."""

    provider: str
    proven: ProvenIdentity
    email: str
    """That the provider has proved."""
    invitation: str | None
    """The token of one, if there is one."""


async def _new_user(context: Context, caller: Caller, newcomer: _Newcomer) -> UserRow:
    """An account with the address that the provider has proved; raises `Refused`."""
    # Here, as whoever has an account logs in (rule R53).
    context.hub.standing_orders.refuse_to_write()
    await _require_open(context, caller, newcomer)
    for username in _usernames(newcomer.proven, newcomer.email):
        try:
            user, acceptance = await _make(context, caller, newcomer, username)
        except Taken as taken:
            if taken.field == "email":
                raise Refused(ErrorCode.LINK_REQUIRED, LINK) from None
            continue
        if acceptance:
            invitations.tell(context, acceptance)
        return user
    text = "no username was free; try again"
    raise Refused(ErrorCode.UNAVAILABLE, text, retry_after_ms=1_000)


async def _require_open(context: Context, caller: Caller, newcomer: _Newcomer) -> None:
    """Raises `Refused` where no account may be made, or there is one of this address."""
    if await users.by_email(context.db, newcomer.email) is not None:
        raise Refused(ErrorCode.LINK_REQUIRED, LINK)
    if newcomer.invitation is not None:
        await invitations.require_open(context, caller, newcomer.invitation, newcomer.email)
    else:
        require_registration(context)
    rates, now = context.usage.registrations, asyncio.get_running_loop().time()
    if wait := rates.take(caller.address, now):
        raise too_often(wait, "too many registrations from this address")


async def _make(
    context: Context, caller: Caller, newcomer: _Newcomer, username: str
) -> tuple[UserRow, invitations.Joined | None]:
    """Account and identity in one transaction, and in its project if invited; raises `Taken`."""
    proven, provider = newcomer.proven, newcomer.provider
    shown_name = nearest_shown_name(proven.name, username)
    async with context.db.transaction() as tx:
        user = await users.create(tx, email=newcomer.email, username=username, name=shown_name)
        await users.verify_email(tx, user.id, user.email)
        linked = await provider_identities.link(
            tx, user.id, provider, proven.issuer, proven.subject, proven.email
        )
        if linked is None:
            raise Taken("email")  # the same identity, at the same moment, from another window
        acceptance = None
        if newcomer.invitation is not None:
            acceptance = await invitations.accept_for(
                context, caller, tx, newcomer.invitation, user
            )
    context.audit.note(AuditEvent.ACCOUNT_MADE, user=user.id, by="provider", provider=provider)
    return user, acceptance


def _address(proven: ProvenIdentity) -> str | None:
    """The address that the provider has proved, if it is one that accounts have (rule A6)."""
    if proven.email is None or len(proven.email) > MAX_ADDRESS_LENGTH:
        return None
    try:
        email_addresses.key_of(proven.email)
    except email_addresses.NoAddress:
        return None
    return email_addresses.as_kept(proven.email)


def _usernames(proven: ProvenIdentity, email: str) -> list[str]:
    plain_name = nearest_username(proven.username or email.partition("@")[0])
    numbers = (
        f"{plain_name[:26]}_{secrets.randbelow(100_000):05}" for _ in range(USERNAME_TRIES - 1)
    )
    return [plain_name, *numbers]


ANSWERS: dict[str, Answer] = {
    "auth.providers": providers,
    "auth.provider_begin": provider_begin,
    "auth.provider_finish": provider_finish,
}
