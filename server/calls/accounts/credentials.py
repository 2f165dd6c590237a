"""Calls on what shows who someone is: register, log in."""

import asyncio

from persistence.errors import Taken
from persistence.tables import auth_credentials, users
from schema.calling.credential_calls import Login, Register, Tokens
from schema.errors import ErrorCode
from schema.text import email_addresses
from server.accounts.password_rules import checked
from server.calls.accounts.opening import LoginBy, open_login
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.roles import invitations
from server.refused import Refused, too_often

TAKEN_COST = 4.0
"""What the answer `taken` costs, in registrations, beside its own: it reveals others' accounts."""


async def register(context: Context, caller: Caller, params: Register) -> Tokens:
    """Make an account and log in (rule A5)."""
    invited = params.invitation
    if invited is not None:  # it lets one in where nobody else makes an account
        await invitations.require_open(context, caller, invited, params.email)
    elif not context.registration:
        text = "this server makes no accounts by itself; ask its operator for one"
        raise Refused(ErrorCode.FORBIDDEN, text)
    password = _new_password(params)
    rates, now = context.usage.registrations, asyncio.get_running_loop().time()
    if wait := rates.take(caller.address, now):
        raise too_often(wait, "too many registrations from this address")
    password_hash = await context.passwords.hash(password, caller.address)
    async with context.db.transaction() as tx:
        try:
            user = await users.create(
                tx,
                email=params.email,
                username=params.username,
                name=params.name or params.username,
            )
        except Taken:
            rates.charge(caller.address, now, TAKEN_COST)
            raise
        await auth_credentials.create_password(tx, user.id, password_hash)
        joined = invited and await invitations.accept_for(context, caller, tx, invited, user)
    tokens = await open_login(context, caller, user, by=LoginBy.REGISTRATION)
    await context.logins.logged_in(context.db, params.email, caller.address)
    if joined:
        invitations.tell(context, joined)
    return tokens


async def login(context: Context, caller: Caller, params: Login) -> Tokens:
    """Log in; an unknown address takes as long as a wrong password (rule A1)."""
    now = asyncio.get_running_loop().time()
    user = await context.logins.user_of(
        context.db, params.email, params.password, caller.address, now
    )
    return await open_login(context, caller, user, by=LoginBy.PASSWORD)


def _new_password(params: Register) -> str:
    """The password as it is hashed, of an account that may be made; raises `Refused`."""
    try:
        email_addresses.key_of(params.email)
    except email_addresses.NoAddress as error:
        raise Refused(ErrorCode.VALIDATION, f"email: {error}", field="email") from None
    return checked(params.password, params.email, params.username)


ANSWERS: dict[str, Answer] = {"auth.register": register, "auth.login": login}
