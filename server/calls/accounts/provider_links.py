"""Identities of providers that a user links to their account, and takes off again."""

from persistence.tables import auth_credentials
from persistence.tables.logging_in import provider_identities
from persistence.tables.logging_in.provider_identities import ProviderIdentity
from persistence.tables.mail_outbox import MailKind
from schema.accounts.audit_events import AuditEvent
from schema.calling.accounts.provider_login_calls import (
    BeginLink,
    FinishLink,
    LinkedIdentities,
    LinkedIdentity,
    ListIdentities,
    ProviderLoginBegun,
    Unlink,
)
from schema.calling.params import Done
from schema.errors import ErrorCode
from schema.limits import MAX_IDENTITIES_PER_USER
from server.calls.accounts import provider_login_flow
from server.calls.accounts.recent_login import require_proved, require_recent
from server.calls.accounts.self_service.login_way_mails import tell
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused

TAKEN = "this identity is linked to another account: log in with it, and take it off there first"
LAST = "this is the last way in to your account: set a password or link another provider first"


async def identities(context: Context, caller: Caller, params: ListIdentities) -> LinkedIdentities:
    """The oldest first."""
    linked = await provider_identities.of_user(context.db, caller.user, MAX_IDENTITIES_PER_USER)
    password = await auth_credentials.password_of(context.db, caller.user)
    return LinkedIdentities([_linked_row(identity) for identity in linked], password is not None)


async def link_begin(context: Context, caller: Caller, params: BeginLink) -> ProviderLoginBegun:
    """Within ten minutes of the login (rule A33), with a proved address (rule A56)."""
    await require_recent(context, caller)
    await require_proved(context, caller.user)
    return await provider_login_flow.begin(context, caller, params, caller.auth_session)


async def link_finish(context: Context, caller: Caller, params: FinishLink) -> LinkedIdentity:
    """By the login that began it (rule A33)."""
    await require_proved(context, caller.user)
    provider, proven = await provider_login_flow.finish(
        context, caller, params, caller.auth_session
    )
    async with context.db.transaction() as tx:
        await provider_identities.lock_user(tx, caller.user)
        linked = await provider_identities.link(
            tx, caller.user, provider, proven.issuer, proven.subject, proven.email
        )
        if linked is None:
            raise Refused(ErrorCode.TAKEN, TAKEN, field="identity")
        if await provider_identities.count_of(tx, caller.user) > MAX_IDENTITIES_PER_USER:
            text = f"there may be {MAX_IDENTITIES_PER_USER} identities; take one off first"
            raise Refused(ErrorCode.LIMIT_REACHED, text)
        if linked.linked_at == linked.last_used_at:  # not one that was linked before
            await tell(tx, MailKind.IDENTITY_LINKED, caller.user, provider=provider)
    _note_in_audit(context, caller, AuditEvent.IDENTITY_LINKED, provider)
    return _linked_row(linked)


async def unlink(context: Context, caller: Caller, params: Unlink) -> Done:
    """Not the last way in, and within ten minutes of the login (rule A33)."""
    await require_recent(context, caller)
    async with context.db.transaction() as tx:
        await provider_identities.lock_user(tx, caller.user)
        provider = await provider_identities.unlink(tx, caller.user, params.identity)
        if provider is None:
            raise Refused(ErrorCode.NOT_FOUND, "no such identity is linked to your account")
        has_password = await auth_credentials.password_of(tx, caller.user) is not None
        if not has_password and not await provider_identities.count_of(tx, caller.user):
            raise Refused(ErrorCode.FORBIDDEN, LAST)
        await tell(tx, MailKind.IDENTITY_UNLINKED, caller.user, provider=provider)
    _note_in_audit(context, caller, AuditEvent.IDENTITY_UNLINKED, provider)
    return Done()


def _note_in_audit(context: Context, caller: Caller, event: AuditEvent, provider: str) -> None:
    context.audit.note(
        event,
        user=caller.user,
        auth_session=caller.auth_session,
        address=caller.address,
        provider=provider,
    )


def _linked_row(identity: ProviderIdentity) -> LinkedIdentity:
    return LinkedIdentity(
        id=identity.id,
        provider=identity.provider,
        email=identity.email,
        linked_at=identity.linked_at * 1_000,
        last_used_at=identity.last_used_at * 1_000,
    )


ANSWERS: dict[str, Answer] = {
    "auth.identities": identities,
    "auth.link_begin": link_begin,
    "auth.link_finish": link_finish,
    "auth.unlink": unlink,
}
