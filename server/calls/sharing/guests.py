"""Calls of guests: who comes in by a link without an account, and makes one of it later."""

import asyncio

from persistence.errors import Taken
from persistence.tables import audit_log, auth_credentials, auth_sessions
from persistence.tables.internal import guests
from persistence.tables.one_time_tokens import Purpose
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent
from schema.calling.accounts.registration_and_login_calls import RegisterGuest, Tokens, UpgradeGuest
from schema.errors import ErrorCode
from schema.messages import User
from schema.text import email_addresses
from server.accounts.password_logins import PasswordProof
from server.accounts.password_rules import checked
from server.accounts.proving.asked_mails import AskedMail
from server.calls.accounts.opening_logins import LoginBy, open_login
from server.calls.accounts.registration_and_login import TAKEN_COST, ask_for_mail
from server.calls.accounts.self_service.password_and_email import require_address
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.sharing import invitations
from server.refused import Refused, too_often

NOT_FOR_GUESTS = frozenset(
    {
        "projects.create",
        "snapshots.fork",
        "presets.create",
        "presets.copy",
        "invitations.create",
        "auth.link_begin",
        "auth.totp_begin",
        "auth.change_password",
        "auth.change_email",
        "auth.device_look",
        "auth.device_approve",
    }
)
"""What takes an account: it makes what the caller owns, asks others in, or is a way in."""

MAKE_ONE = "this takes an account: make one by auth.upgrade_guest, you stay who you are"

NO_GUESTS = (
    "this invitation lets in who has an account: log in or register, or ask whoever has sent it"
    " for one with `guests`"
)


async def register_guest(context: Context, caller: Caller, params: RegisterGuest) -> Tokens:
    """Make a guest who is a member by the invitation, or neither, and log in (rule R70)."""
    invitation = await invitations.require_open(context, caller, params.invitation)
    if not invitation.guests:
        raise Refused(ErrorCode.FORBIDDEN, NO_GUESTS)
    if context.second_factor_required:
        text = "this server asks everyone for a second factor: register with the invitation"
        raise Refused(ErrorCode.FORBIDDEN, text)
    rates, now = context.usage.registrations, asyncio.get_running_loop().time()
    if wait := rates.take(caller.address, now):
        raise too_often(wait, "too many registrations from this address")
    async with context.db.transaction() as tx:
        user = await guests.create(tx, params.name)
        audit_details = {"invitation": invitation.id}
        await audit_log.insert(
            tx, AuditEvent.GUEST_MADE, user=user.id, address=caller.address, **audit_details
        )
        acceptance = await invitations.accept_for(context, caller, tx, params.invitation, user)
    invitations.tell(context, acceptance)
    still = context.logins.still(PasswordProof(user, None))
    return await open_login(context, caller, user, login_by=LoginBy.REGISTRATION, still=still)


async def upgrade_guest(context: Context, caller: Caller, params: UpgradeGuest) -> User:
    """Give a guest an address and a password (rule R73).

    Where only proved addresses log in, the address is the account's once its mail is answered, and
    the answer does not tell whether it is someone's (rule A59).
    """
    require_address(params.email)
    form = checked(params.password, params.email, params.username)
    rates, now = context.usage.registrations, asyncio.get_running_loop().time()
    if wait := rates.take(caller.address, now):
        raise too_often(wait, "too many registrations from this address")
    password_hash = await context.hashing_queue.hash(form, caller.address)
    try:
        user, mail = await _upgrade(context, caller, params, password_hash)
    except Taken:
        rates.charge(caller.address, now, TAKEN_COST)
        raise
    context.announcer.rows_changed()
    if mail is not None:
        ask_for_mail(context, mail)
    return User(user.id, user.username, user.name)


async def _upgrade(
    context: Context, caller: Caller, params: UpgradeGuest, password_hash: str
) -> tuple[UserRow, AskedMail | None]:
    """The account, and which mail proves its address."""
    at_once = not context.verify_address
    async with context.db.transaction() as tx:
        await auth_sessions.hold_user(tx, caller.user)
        email = params.email if at_once else None
        user = await guests.upgrade(tx, caller.user, params.username, email)
        if user is None:
            raise _no_guest()
        await auth_credentials.create_password(tx, user.id, password_hash)
        await audit_log.insert(tx, AuditEvent.GUEST_UPGRADED, user=user.id, address=caller.address)
        if at_once:
            mail = AskedMail(Purpose.VERIFY_ADDRESS, params.email)
            return user, mail if context.proves_addresses else None
        purpose, address = Purpose.CHANGE_ADDRESS, email_addresses.as_kept(params.email)
        prepared = await context.asked_mails.prepare(tx, purpose, user, address)
    return user, None if prepared is None else AskedMail(purpose, address, prepared)


def _no_guest() -> Refused:
    return Refused(ErrorCode.CONFLICT, "you have an account already: nothing is to be made of it")


def for_accounts(method: str, answer: Answer) -> Answer:
    """The same, refused to guests where it takes an account (rule R72)."""
    if method not in NOT_FOR_GUESTS:
        return answer

    async def asked(context: Context, caller: Caller, params: object) -> object:
        if caller.identity is not None and await guests.is_guest(context.db, caller.user):
            raise Refused(ErrorCode.FORBIDDEN, MAKE_ONE)
        return await answer(context, caller, params)

    return asked


ANSWERS: dict[str, Answer] = {
    "auth.register_guest": register_guest,
    "auth.upgrade_guest": upgrade_guest,
}
