"""Around every call that takes what can be guessed: whoever guessed too often waits (rule A42).

Known by the names of parameters, so that no call can be forgotten.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from persistence.tables import users
from persistence.tables.logging_in import login_challenges
from schema.calls import METHODS
from schema.errors import ErrorCode
from server.calls.accounts.second_factor_codes import CHALLENGE_TRIES
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused, too_often

CODES = frozenset({"code", "user_code"})
"""Parameters that hold a few digits or letters."""

PASSWORD = "password"
"""Of who is logged in, the one that is to be shown once more."""

ON_ITS_OWN = frozenset({"auth.login", "auth.register", "auth.upgrade_guest", "auth.reset_password"})
"""Calls whose `password` is none to be guessed, or is counted by account as well (rule A4)."""


def _fields(method: str) -> frozenset[str]:
    names = frozenset(field.name for field in msgspec.structs.fields(METHODS[method][0]))
    return names & (CODES if method in ON_ITS_OWN else CODES | {PASSWORD})


GUESSED: dict[str, frozenset[str]] = {
    method: fields for method in METHODS if (fields := _fields(method))
}
"""Method -> its parameters that can be guessed."""


async def _is_known(context: Context, caller: Caller, params: msgspec.Struct, now: float) -> bool:
    """Whether a login has come to its second step where its account was logged in before.

    Looked at only where the network is held back: what was heard at the first step is heard here.
    """
    challenge: str | None = getattr(params, "challenge", None)
    if challenge is None or not context.guesses.network_wait(caller.address, now):
        return False
    hashed = context.second_factors.hash_of(challenge)
    challenge_found = await login_challenges.get(context.db, hashed, caller.device, CHALLENGE_TRIES)
    user = (
        None if challenge_found is None else await users.by_id(context.db, challenge_found.user_id)
    )
    return user is not None and await context.logins.is_known(
        context.db, user.email, caller.address
    )


@asynccontextmanager
async def guarding(
    context: Context, caller: Caller, method: str, params: msgspec.Struct
) -> AsyncIterator[None]:
    """Raises `Refused` before anything is done; counts what is refused as wrong."""
    if not any(getattr(params, name, None) for name in GUESSED.get(method, ())):
        yield
        return
    user = None if caller.identity is None else caller.identity.user
    now = asyncio.get_running_loop().time()
    is_known = user is None and await _is_known(context, caller, params, now)
    if wait := context.guesses.take(caller.address, user, now, is_known=is_known):
        raise too_often(wait, "too many wrong codes and passwords")
    was_wrong = False
    try:
        yield
    except Refused as refused:
        was_wrong = refused.code is ErrorCode.AUTH_FAILED
        raise
    finally:
        if not was_wrong:
            context.guesses.give_back(caller.address, user, now)
        elif user is None:
            await context.guesses.wrong_in_network(caller.address, now)
