"""Calls on what shows who someone is: register, log in."""

import asyncio
import contextlib
import uuid

from msgspec import structs

from persistence.errors import Taken
from persistence.tables import audit_log, auth_credentials, users
from persistence.tables.one_time_tokens import Purpose
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent, Cause
from schema.calling.accounts.registration_and_login_calls import Login, Register, Tokens
from schema.errors import ErrorCode
from server.accounts.password_logins import PasswordProof
from server.accounts.password_rules import checked
from server.accounts.proving.asked_mails import AskedMail
from server.calls.accounts.opening_logins import LoginBy, open_login
from server.calls.accounts.self_service.password_and_email import require_address
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context, require_registration
from server.calls.sharing import invitations
from server.refused import Refused, too_often

MADE = (
    "an account that is new waits for its address to be proved: call auth.verify with what the mail"
    " has, then log in"
)

UNVERIFIED = (
    "the address of this account is not proved yet: call auth.verify with what the mail has"
    " (auth.send_verification asks for another), then log in"
)

TAKEN_COST = 4.0
"""What the answer `taken` costs, in registrations, beside its own: it reveals others' accounts."""


async def register(context: Context, caller: Caller, params: Register) -> Tokens:
    """Make an account and log in (rule A5), or wait for its address to be proved (rule A26)."""
    is_proved = await _require_open(context, caller, params)
    password = _new_password(params)
    rates, now = context.usage.registrations, asyncio.get_running_loop().time()
    if wait := rates.take(caller.address, now):
        raise too_often(wait, "too many registrations from this address")
    password_hash = await context.hashing_queue.hash(password, caller.address)
    if context.verify_address and not is_proved:
        await _make_unverified(context, caller, params, password_hash)
        raise Refused(ErrorCode.ADDRESS_UNVERIFIED, MADE)
    try:
        user, acceptance = await _make(context, caller, params, password_hash)
    except Taken:
        rates.charge(caller.address, now, TAKEN_COST)
        raise
    if acceptance:  # at once: the account is there, also if it lacks a second factor yet
        invitations.tell(context, acceptance)
    still = context.logins.still(PasswordProof(user, password_hash))
    tokens = await open_login(context, caller, user, login_by=LoginBy.REGISTRATION, still=still)
    await context.logins.logged_in(context.db, params.email, caller.address)
    if context.proves_addresses and not is_proved:
        ask_for_mail(context, AskedMail(Purpose.VERIFY_ADDRESS, params.email))
    return tokens


async def _require_open(context: Context, caller: Caller, params: Register) -> bool:
    """Raises `Refused` to strangers where they make no accounts; an invitation lets one in.

    Whether it proves the address as well: it was mailed there (rule R36).
    """
    if params.invitation is not None:
        token, email = params.invitation, params.email
        invitation = await invitations.require_open(context, caller, token, email)
        return invitation.address is not None
    require_registration(context)
    return False


async def _make(
    context: Context, caller: Caller, params: Register, password_hash: str, *, later: bool = False
) -> tuple[UserRow, invitations.Joined | None]:
    """The account, in its project if it was invited; raises `Taken`.

    `later`: it is invited once its address is proved.
    """
    name = params.name or params.username
    async with context.db.transaction() as tx:
        user = await users.create(tx, email=params.email, username=params.username, name=name)
        await auth_credentials.create_password(tx, user.id, password_hash)
        await audit_log.insert(tx, AuditEvent.ACCOUNT_MADE, user=user.id, address=caller.address)
        acceptance = None
        if params.invitation is not None and later:
            await invitations.put_pending(tx, user.id, params.invitation)
        elif params.invitation is not None:
            acceptance = await invitations.accept_for(context, caller, tx, params.invitation, user)
    return user, acceptance


async def _make_unverified(
    context: Context, caller: Caller, params: Register, password_hash: str
) -> None:
    """The account, or if the address has one, another that nobody has; and a mail to its owner.

    Whatever can be seen of it is the same (rule A59): the username is taken, and an invitation is
    as open as before. The owner is sent what sets a new password: whoever has registered the
    address before, knowing another one, is out then. A username is no secret: one that is in use is
    `Taken` whoever has the address.
    """
    if await users.has_username(context.db, params.username):
        now = asyncio.get_running_loop().time()
        context.usage.registrations.charge(caller.address, now, TAKEN_COST)
        raise Taken("username")
    purpose = Purpose.VERIFY_ADDRESS
    try:
        await _make(context, caller, params, password_hash, later=True)
    except Taken as taken:
        if taken.field != "email":
            raise
        purpose = Purpose.RESET_PASSWORD
        nobodys = structs.replace(params, email=f"{uuid.uuid4()}@nobody.invalid")
        await _make(context, caller, nobodys, password_hash, later=True)
    ask_for_mail(context, AskedMail(purpose, params.email))


def ask_for_mail(context: Context, mail: AskedMail) -> None:
    """Have it sent; if too many wait it is left out."""
    with contextlib.suppress(Refused):  # `auth.send_verification` asks again
        context.asked_mails.ask(mail)


async def login(context: Context, caller: Caller, params: Login) -> Tokens:
    """Log in; an unknown address takes as long as a wrong password (rule A1)."""
    now = asyncio.get_running_loop().time()
    proof = await context.logins.proved(
        context.db, params.email, params.password, caller.address, now, params.device_token
    )
    user = proof.user
    if context.verify_address and not await users.is_verified(context.db, user.id):
        context.audit.note(
            AuditEvent.LOGIN_FAILED, user=user.id, address=caller.address, cause=Cause.UNVERIFIED
        )
        raise Refused(ErrorCode.ADDRESS_UNVERIFIED, UNVERIFIED)
    still = context.logins.still(proof)
    return await open_login(context, caller, user, login_by=LoginBy.PASSWORD, still=still)


def _new_password(params: Register) -> str:
    """The password as it is hashed, of an account that may be made; raises `Refused`."""
    require_address(params.email)
    return checked(params.password, params.email, params.username)


ANSWERS: dict[str, Answer] = {"auth.register": register, "auth.login": login}
