"""The one way in for calls, whichever door they come through: a method goes to who answers it."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec

from schema.calling.batch_calls import Batch
from schema.calls import METHODS, WITHOUT_LOGIN
from schema.errors import ErrorCode
from schema.limits import CALL_SECONDS
from schema.operating.operator_calls import OPERATOR_METHODS
from server.calls.accounts.guess_guard import GUESSED, guarding
from server.calls.all_answers import ANSWERS
from server.calls.batches import Batches
from server.calls.caller import Caller
from server.calls.context import Context, as_login
from server.calls.writes.idempotency import answered_once
from server.encoding.codec import JSON, Codec
from server.refused import Refused, no_such_call, too_often
from server.states.state_pages import StatePage

ABOUT_LOGINS = ("auth.", "auth_sessions.", "operator.kick")
"""What calls begin with that change who gets in."""


def require_callable(method: str, *, is_logged_in: bool) -> None:
    """Raises `Refused` if there is no such call, or not for who is not logged in (rules C2, H5)."""
    if method not in METHODS:
        raise no_such_call(method)
    if not is_logged_in and method not in WITHOUT_LOGIN:
        text = "log in first: call auth.login, or say hello with a token"
        raise Refused(ErrorCode.AUTH_REQUIRED, text)


async def dispatch(
    context: Context,
    caller: Caller,
    method: str,
    params: msgspec.Struct,
    codec: Codec = JSON,
    key: str | None = None,
) -> Any:
    """What the call is answered: a struct of `schema.calls`, of the type that METHODS names.

    `params` is of the type that METHODS names; `codec` is what pages of states are encoded in.
    With a `key` it is done once (rule C10); the second time, the answer is the same as a map.
    Raises `Refused`, `PersistenceError`, `TimeoutError` after `CALL_SECONDS`, and whatever is a
    mistake of ours: `server.calls.failures.as_error` finds the error for each.
    """
    require_callable(method, is_logged_in=caller.identity is not None)
    if method not in WITHOUT_LOGIN:
        is_alone = method.startswith(ABOUT_LOGINS)
        context = as_login(context, caller.user, caller.auth_session, alone=is_alone)
    if isinstance(params, Batch) and not params.atomic:
        return await _BATCHES.one_by_one(context, caller, params, codec, key)
    with context.deadlines.within(CALL_SECONDS):
        if not isinstance(params, Batch):
            return await _answer(context, caller, method, params, codec, key)
        async with _turn_of_caller(context, caller):
            return await _BATCHES.all_or_none(context, caller, params, codec, key)


async def dispatch_operators(
    context: Context, caller: Caller, method: str, params: msgspec.Struct | None
) -> Any:
    """What a call of operators is answered that comes by the socket on the machine.

    `caller` says who on the machine it is. Raises as `dispatch` does.
    """
    if method not in OPERATOR_METHODS or params is None:
        raise Refused(ErrorCode.UNKNOWN_MESSAGE, f"there is no call of operators {method!r}")
    with context.deadlines.within(CALL_SECONDS):
        return await ANSWERS[method](context, caller, params)


async def _answer(
    context: Context, caller: Caller, method: str, params: Any, codec: Codec, key: str | None
) -> Any:
    """One call, in its turn; of strangers so many, before anything is looked up (rule A59)."""
    if caller.identity is None:
        rates, now = context.usage.stranger_calls, asyncio.get_running_loop().time()
        if wait := rates.take(caller.address, now):
            raise too_often(wait, "too many calls without a login from this address")
    async with _turn_of_caller(context, caller):
        if method not in GUESSED:
            return await _answer_call(context, caller, method, params, codec, key)
        async with guarding(context, caller, method, params):
            return await _answer_call(context, caller, method, params, codec, key)


async def _answer_call(
    context: Context, caller: Caller, method: str, params: Any, codec: Codec, key: str | None
) -> Any:
    answer = ANSWERS[method]
    if key is not None:
        return await answered_once(context, caller, method, params, key, answer)
    result = await answer(context, caller, params)
    if isinstance(result, StatePage):
        result = await context.pages.encoded(result, codec)
    return result


def _turn_of_caller(context: Context, caller: Caller) -> AbstractAsyncContextManager[None]:
    """Of the user, or of the connection of who is not logged in (rule C9)."""
    identity = caller.identity
    if identity is None:
        return context.queue.slot(caller.id, caller.id)
    return context.queue.slot(identity.user, identity.auth_session)


_BATCHES = Batches(_answer, ANSWERS)
