"""Calls that prove an e-mail address by what a mail to it has (rules A23, A24)."""

import asyncio

from persistence.pool import Executor
from persistence.tables import audit_log, one_time_tokens, users
from persistence.tables.one_time_tokens import Purpose, TakenToken
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent
from schema.calling.accounts.password_and_email_calls import SendVerification, Verify
from schema.calling.params import Done
from server.accounts.proving.asked_mails import AskedMail
from server.calls.accounts.ending_logins import close_ways_in, tell_ended
from server.calls.accounts.self_service.mailed_tokens import ask_for_mail, refuse, taker_of, use_up
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.sharing import invitations


async def verify(context: Context, caller: Caller, params: Verify) -> Done:
    """Prove the address (rule A23); who shows nothing else takes all ways in off (rule A55)."""
    take = taker_of(context, Purpose.VERIFY_ADDRESS, params.token, params.email, params.code)
    users_allowed = {await _whose_password(context, caller, params)}
    if caller.identity is not None:
        users_allowed.add(caller.user)
    ended_ids: list[str] = []
    is_closed = False
    joined_projects: list[invitations.Joined] = []

    async def prove(tx: Executor, user: UserRow, taken_token: TakenToken) -> None:
        nonlocal is_closed
        if user.id not in users_allowed and not await users.is_verified(tx, user.id):
            is_closed = True
            ended_ids.extend(await close_ways_in(context, tx, user.id, caller.address))
        elif (
            accepted_invitation := await invitations.accept_pending(context, tx, user)
        ) is not None:
            joined_projects.append(accepted_invitation)
        await users.verify_email(tx, user.id, taken_token.email)
        await audit_log.insert(
            tx, AuditEvent.ADDRESS_VERIFIED, user=user.id, address=caller.address
        )

    user = await use_up(context, caller, Purpose.VERIFY_ADDRESS, take, prove)
    tell_ended(context, ended_ids)
    if is_closed:
        await context.logins.others_were_here(context.db, user.email, caller.address)
    for membership in joined_projects:
        invitations.tell(context, membership)
    return Done()


async def _whose_password(context: Context, caller: Caller, params: Verify) -> str | None:
    """Whose password was given beside the token or code; None: none was. Raises `Refused`."""
    if params.password is None:
        return None
    email = params.email
    if params.token is not None:
        hashed = context.one_time.hash_of_token(params.token)
        user_found = await one_time_tokens.user_of(context.db, Purpose.VERIFY_ADDRESS, hashed)
        user = None if user_found is None else await users.by_id(context.db, user_found)
        if user is None:
            raise refuse(context, caller, Purpose.VERIFY_ADDRESS)
        email = user.email
    now = asyncio.get_running_loop().time()
    password = params.password
    owner = await context.logins.proved(context.db, email or "", password, caller.address, now)
    return owner.user.id


async def send_verification(context: Context, caller: Caller, params: SendVerification) -> Done:
    """A mail for `auth.verify`, if there is such an account and it needs one (rule A24)."""
    return ask_for_mail(context, caller, AskedMail(Purpose.VERIFY_ADDRESS, params.email))


ANSWERS: dict[str, Answer] = {
    "auth.verify": verify,
    "auth.send_verification": send_verification,
}
