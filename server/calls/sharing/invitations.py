"""Calls that ask someone into a project, and that accept (rules R30 to R35)."""

import asyncio
import secrets
from hashlib import sha256
from typing import Any

from persistence.errors import TooMany
from persistence.pool import Executor
from persistence.tables import audit_log, invitations, mail_outbox, users
from persistence.tables.invitations import NewInvitation, OpenInvitation
from persistence.tables.mail_outbox import MailKind
from persistence.tables.project_members import MemberRow
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent, Cause
from schema.calling.invitation_calls import (
    AcceptInvitation,
    CreateInvitation,
    InvitationMade,
    InvitationShown,
    LookAtInvitation,
    WithdrawInvitation,
)
from schema.calling.params import Done
from schema.errors import ErrorCode
from schema.messages import User
from schema.text import email_addresses
from server.calls.accounts.recent_login import require_proved
from server.calls.accounts.self_service.password_and_email import require_address
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.projects.members import member_of, require_tracks
from server.calls.writes.transactions import one_transaction
from server.refused import Refused, too_often

TOKEN_LENGTH = 32

MAILS_AGAIN_SECONDS = 600.0
"""Before another invitation is mailed for who has had so many; they count for an hour."""

NO_INVITATION = (
    "this invitation is not valid: it may be used up, run out, withdrawn, or for someone else; ask"
    " whoever has sent it for another"
)


async def create(context: Context, caller: Caller, params: CreateInvitation) -> InvitationMade:
    """Make one: its link is told this once, or mailed and told to nobody else (rule R30)."""
    require_tracks(params.role, params.tracks)
    if params.email is not None and params.max_uses != 1:
        text = "max_uses: an invitation by mail is for one"
        raise Refused(ErrorCode.VALIDATION, text, field="max_uses")
    if params.email is not None and params.guests:
        text = "guests: an invitation by mail is for who has the address; make one by a link"
        raise Refused(ErrorCode.VALIDATION, text, field="guests")
    token = secrets.token_urlsafe(TOKEN_LENGTH)
    new_invitation = NewInvitation(
        project=params.project,
        inviter=caller.user,
        token_hash=hash_of(token),
        role=params.role,
        tracks=params.tracks,
        email=params.email and email_addresses.as_kept(params.email),
        address=None if params.email is None else require_address(params.email),
        max_uses=params.max_uses,
        seconds=params.expires_in,
        guests=params.guests,
    )
    async with one_transaction(context) as (inner_context, tx):
        invitation = await invitations.create(tx, new_invitation)
        details: dict[str, Any] = {"invitation": invitation, "role": params.role}
        details |= {"uses": params.max_uses, "guests": params.guests}
        await audit_log.insert(
            tx, AuditEvent.INVITATION_MADE, user=caller.user, project=params.project, **details
        )
        if params.email is not None:
            await _mail(inner_context, tx, caller, params, token)
        inner_context.announcer.rows_changed()
    if params.email is not None:
        return InvitationMade(invitation, None, None, is_mailed=context.sends_mails)
    return InvitationMade(invitation, token, _link(context, token))


def _link(context: Context, token: str) -> str:
    """Where who opens it takes part; a server without pages has only the one for accounts."""
    urls, part = context.public_url, f"invite={token}"
    has_pages = context.in_force.settings.pages
    return urls.studio_page(part) if has_pages else urls.account_page(part)


async def withdraw(context: Context, caller: Caller, params: WithdrawInvitation) -> Done:
    """Nobody accepts it any more; the second time changes nothing (rule R34)."""
    async with context.db.transaction() as tx:
        project = await invitations.withdraw(tx, params.invitation, caller.user)
        if project is not None:
            audit_details = {"invitation": params.invitation}
            await audit_log.insert(
                tx,
                AuditEvent.INVITATION_WITHDRAWN,
                user=caller.user,
                project=project,
                **audit_details,
            )
    context.announcer.rows_changed()
    return Done()


async def look(context: Context, caller: Caller, params: LookAtInvitation) -> InvitationShown:
    """What it is for, at a rate of those that are none; a member is told always (rule R31)."""
    invitation = await _find_of_member(context, caller, params.token)
    if invitation is None:
        invitation = await require_open(context, caller, params.token)
    return InvitationShown(
        project=invitation.project,
        name=invitation.project_name,
        inviter=User(invitation.inviter, invitation.inviter_username, invitation.inviter_name),
        role=invitation.role,
        tracks=None if invitation.tracks is None else list(invitation.tracks),
        expires_at=invitation.expires_at,
        is_for_address=invitation.address is not None,
        guests=invitation.guests,
    )


async def _find_of_member(context: Context, caller: Caller, token: str) -> OpenInvitation | None:
    if caller.identity is None:
        return None
    return await invitations.find_of_member(context.db, hash_of(token), caller.user)


async def accept(context: Context, caller: Caller, params: AcceptInvitation) -> Any:
    """Become a member by it (rule R32); the answer is what was committed, whatever comes then."""
    async with one_transaction(context) as (inner_context, tx):
        user = await users.by_id(tx, caller.user)
        if user is None:
            raise Refused(ErrorCode.AUTH_FAILED, NO_INVITATION)
        acceptance = await accept_for(inner_context, caller, tx, params.token, user)
        tell(inner_context, acceptance)
        return await member_of(inner_context, caller, acceptance[0].project, user.id)


Joined = tuple[OpenInvitation, MemberRow, bool]
"""By which invitation, as what, and whether that is new."""


async def accept_for(
    context: Context, caller: Caller, tx: Executor, token: str, user: UserRow
) -> Joined:
    """Make this user a member in the transaction `tx`; `tell` comes behind its COMMIT.

    Raises `Refused`, `TooMany`.
    """
    acceptance = await _accept(context, tx, hash_of(token), user)
    if acceptance is None:
        raise await _refused(context, caller, tx, token, user.id)
    return acceptance


async def _accept(
    context: Context, tx: Executor, token_hash: bytes, user: UserRow
) -> Joined | None:
    most = context.usage.limits.members_per_project
    addresses = email_addresses.keys_of(user.email)
    acceptance = await invitations.accept(tx, token_hash, user.id, addresses, most)
    if acceptance is None:
        return None
    invitation, _, is_new = acceptance
    if invitation.address is not None:  # who has its token has read the mail
        await users.verify_email(tx, user.id, user.email)
    if is_new:
        audit_details = {"invitation": invitation.id, "role": invitation.role}
        await audit_log.insert(
            tx,
            AuditEvent.INVITATION_ACCEPTED,
            user=user.id,
            project=invitation.project,
            **audit_details,
        )
    return acceptance


async def put_pending(tx: Executor, user: str, token: str) -> None:
    """An account is made by it whose address is not proved yet: nothing is used up (rule A59)."""
    await invitations.put_pending(tx, user, hash_of(token))


async def accept_pending(context: Context, tx: Executor, user: UserRow) -> Joined | None:
    """Accept what waited for the proof of the address, if it is open still; else None."""
    token_hash = await invitations.take_pending(tx, user.id)
    if token_hash is None:
        return None
    try:
        return await _accept(context, tx, token_hash, user)
    except TooMany:
        return None


def tell(context: Context, acceptance: Joined) -> None:
    """Everyone hears of who is a member now."""
    invitation, member, is_new = acceptance
    if is_new:
        context.announcer.role_changed(invitation.project, member.user.id, member.grant)


async def require_open(
    context: Context, caller: Caller, token: str, email: str | None = None
) -> OpenInvitation:
    """The one with this token; raises `Refused`, alike for all that are none (rule R33).

    `email`: who wants to accept it.
    """
    key = caller.address if caller.identity is None else caller.user
    rates, now = context.usage.lookups, asyncio.get_running_loop().time()
    if wait := rates.take(key, now):
        raise too_often(wait, "too many invitations that are none")
    invitation = await invitations.find(context.db, hash_of(token))
    is_theirs = invitation is not None and (
        email is None
        or invitation.address is None
        or invitation.address in email_addresses.keys_of(email)
    )
    if invitation is None or not is_theirs:
        user = None if caller.identity is None else caller.user
        raise await _refused(context, caller, context.db, token, user)
    rates.charge(key, now, -1)
    return invitation


def hash_of(token: str) -> bytes:
    """What is kept of it; it has 256 random bits, so nothing slower is needed."""
    return sha256(token.encode()).digest()


async def _refused(
    context: Context, caller: Caller, db: Executor, token: str, user: str | None
) -> Refused:
    cause = Cause(await invitations.cause(db, hash_of(token)))
    context.audit.note(AuditEvent.INVITATION_FAILED, user=user, address=caller.address, cause=cause)
    return Refused(ErrorCode.AUTH_FAILED, NO_INVITATION)


async def _mail(
    context: Context, tx: Executor, caller: Caller, params: CreateInvitation, token: str
) -> None:
    """By who is known to be reached by mail too, and so often (rule A57); raises `Refused`."""
    assert params.email is not None
    await require_proved(context, caller.user)
    if not await mail_outbox.may_ask_for(tx, caller.user, MailKind.INVITATION, params.email):
        raise too_often(MAILS_AGAIN_SECONDS, "you have had too many invitations mailed")
    inviter = await users.by_id(tx, caller.user)
    payload = {
        "inviter": inviter.name if inviter is not None else "",
        "project": await invitations.name_of(tx, params.project),
        "role": params.role,
        "token": token,
        "token_minutes": params.expires_in // 60,
    }
    await mail_outbox.put(
        tx,
        recipient=params.email,
        kind=MailKind.INVITATION,
        payload=payload,
        user_id=caller.user,
    )


ANSWERS: dict[str, Answer] = {
    "invitations.create": create,
    "invitations.withdraw": withdraw,
    "invitations.look": look,
    "invitations.accept": accept,
}
