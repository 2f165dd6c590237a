"""Whether a code of a second factor is right: counted before it is looked at, and good once."""

from persistence.pool import Executor
from persistence.tables.internal import login_tries
from persistence.tables.logging_in import login_challenges, second_factors
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent, Cause
from schema.errors import ErrorCode
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused, too_often

CHALLENGE_SECONDS = 300.0
"""How long a login waits for its second factor."""

CHALLENGE_TRIES = 5
"""Codes that are looked at for one challenge; then log in again."""

NEEDED = "this account asks for a second factor: call auth.second_factor with the challenge"
MISSING = (
    "this server asks everyone for a second factor: set one up by auth.totp_begin and"
    " auth.totp_confirm with the challenge"
)


async def lacks_second_factor(
    context: Context, caller: Caller, tx: Executor, user: UserRow, login_by: str
) -> Refused | None:
    """The refusal, with a challenge, if this login takes a second factor (rules A35, A37).

    To be raised behind the COMMIT: it would take the challenge back.
    """
    confirmed = await second_factors.is_confirmed(tx, user.id)
    if not confirmed and not context.second_factor_required:
        return None
    challenge = context.second_factors.new_challenge()
    token_hash = context.second_factors.hash_of(challenge)
    await login_challenges.create(
        tx, token_hash, user.id, login_by, caller.device, CHALLENGE_SECONDS
    )
    if confirmed:
        return Refused(ErrorCode.SECOND_FACTOR_REQUIRED, NEEDED, challenge=challenge)
    return Refused(ErrorCode.SECOND_FACTOR_MISSING, MISSING, challenge=challenge)


async def count_try(context: Context, caller: Caller, user: str) -> None:
    """A code of this user's comes; raises `Refused` if too many were wrong (rule A58).

    Before the transaction that looks at it: this takes a connection of its own.
    """
    account = context.second_factors.account_of(user)
    if wait := await login_tries.count_code(context.db, account, caller.address):
        raise too_often(wait, "too many wrong codes for this account")


async def count_success(context: Context, caller: Caller, user: str) -> None:
    """The code was right, and its transaction is done."""
    account = context.second_factors.account_of(user)
    await login_tries.count_right_code(context.db, account, caller.address)


async def use_code(
    context: Context,
    caller: Caller,
    tx: Executor,
    user: str,
    code: str,
    text: str,
    *,
    confirm_as: str | None = None,
) -> None:
    """Use up a code of an app, or a recovery code; raises `Refused` with the text (rule A36).

    `confirm_as`: the code is of the secret that was begun, and it counts from now on, so named.
    """
    if confirm_as is None:
        is_right = await _is_right(context, caller, tx, user, code)
    else:
        is_right = await _is_confirmed(context, tx, user, code, confirm_as)
    if not is_right:
        event = AuditEvent.SECOND_FACTOR_FAILED
        context.audit.note(event, user=user, address=caller.address, cause=Cause.WRONG_CODE)
        context.asked_mails.wrong_code(user, context.second_factors.account_of(user))
        raise Refused(ErrorCode.AUTH_FAILED, text)


async def _is_confirmed(context: Context, tx: Executor, user: str, code: str, name: str) -> bool:
    sealed = await second_factors.begun(tx, user)
    if sealed is None:
        return False
    step = context.second_factors.step_of(user, sealed, "".join(code.split()))
    return step is not None and await second_factors.confirm(tx, user, step, sealed, name)


async def _is_right(context: Context, caller: Caller, tx: Executor, user: str, code: str) -> bool:
    factors, text = context.second_factors, "".join(code.split())
    apps = await second_factors.apps(tx, user)
    for app in apps:
        step = factors.step_of(user, app.sealed_secret, text)
        if step is not None and await second_factors.use_step(tx, user, app.id, step):
            return True
    if apps and await second_factors.take_code(tx, user, factors.hash_of_recovery(code)):
        context.audit.note(AuditEvent.RECOVERY_CODE_USED, user=user, address=caller.address)
        return True
    return False
