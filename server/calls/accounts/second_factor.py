"""The second factor: asked for by the door of logins, set up, shown, renewed and taken off."""

from persistence.errors import NotFound
from persistence.pool import Executor
from persistence.tables import auth_sessions, users
from persistence.tables.logging_in import login_challenges, second_factors
from persistence.tables.logging_in.login_challenges import LoginChallenge
from persistence.tables.mail_outbox import MailKind
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent, Cause
from schema.calling.accounts.registration_and_login_calls import Tokens
from schema.calling.accounts.second_factor_calls import (
    AuthenticatorApp,
    BeginTotp,
    ConfirmTotp,
    DisableTotp,
    GetSecondFactor,
    GiveSecondFactor,
    RecoveryCodes,
    RemoveTotp,
    RenewRecoveryCodes,
    SecondFactorState,
    TotpBegun,
    TotpConfirmed,
)
from schema.calling.params import Done
from schema.errors import ErrorCode
from schema.limits import MAX_APPS_PER_USER
from server.calls.accounts.opening_logins import LoginBy, open_held
from server.calls.accounts.recent_login import require_proved, require_recent
from server.calls.accounts.second_factor_codes import (
    CHALLENGE_TRIES,
    count_success,
    count_try,
    use_code,
)
from server.calls.accounts.self_service.login_way_mails import tell
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context, as_login
from server.refused import Refused

NO_CHALLENGE = "this login is not under way any more, or the code is wrong; log in again"
WRONG_CODE = (
    "the code is wrong, or it was used before; take the newest one of the app, and log in again"
    f" after {CHALLENGE_TRIES} wrong ones"
)
NO_CODE = "the code is wrong, or it was used before; take the newest one of the app"
IT_STAYS = (
    "this server asks everyone for a second factor; for a new app ask its operator to take the"
    " old one off: your next login sets up the new one"
)
THERE_IS_ONE = "there is a second factor already: log in with it to add another app"
NO_FACTOR = "this login was made without your second factor: log in again, with it"
NAMELESS = "an app without a name"
TOO_MANY = f"an account has at most {MAX_APPS_PER_USER} authenticator apps; take one off first"


async def second_factor(context: Context, caller: Caller, params: GiveSecondFactor) -> Tokens:
    """Finish a login by its challenge and a code (rule A35)."""
    token_hash = context.second_factors.hash_of(params.challenge)
    challenge = await login_challenges.count_try(
        context.db, token_hash, caller.device, CHALLENGE_TRIES
    )
    if challenge is None:
        raise _failed(context, caller, None, NO_CHALLENGE, Cause.UNKNOWN)
    user = await _user_of(context, caller, challenge)
    await count_try(context, caller, user.id)
    async with context.db.transaction() as tx:
        await auth_sessions.hold_user(tx, user.id)
        await use_code(context, caller, tx, user.id, params.code, WRONG_CODE)
        await _take_challenge(context, caller, tx, user, params.challenge)
        tokens = await open_held(context, caller, user, login_by=LoginBy.SECOND_FACTOR, tx=tx)
    await count_success(context, caller, user.id)
    return tokens


async def totp_begin(context: Context, caller: Caller, params: BeginTotp) -> TotpBegun:
    """A secret for an app, which counts for nothing yet."""
    context = _for_login(context, caller, params.challenge)
    user = await _who_sets_up(context, caller, params.challenge)
    secret, sealed = context.second_factors.new_secret(user.id)
    if params.challenge is None and await second_factors.is_confirmed(context.db, user.id):
        await _require_factor(context, caller)
        most = MAX_APPS_PER_USER
        if not await second_factors.begin_one_more(context.db, user.id, sealed, most):
            raise Refused(ErrorCode.CONFLICT, TOO_MANY)
    elif not await second_factors.begin(context.db, user.id, sealed):
        raise Refused(ErrorCode.CONFLICT, THERE_IS_ONE)
    uri = context.second_factors.uri_of(secret, user.email, context.server_name)
    return TotpBegun(secret=secret, uri=uri)


async def totp_confirm(context: Context, caller: Caller, params: ConfirmTotp) -> TotpConfirmed:
    """It counts, if the code is the app's; challenges of before the first are void (rule A35)."""
    context = _for_login(context, caller, params.challenge)
    user = await _who_sets_up(context, caller, params.challenge)
    codes: list[str] = []
    await count_try(context, caller, user.id)
    async with context.db.transaction() as tx:
        await auth_sessions.hold_user(tx, user.id)
        if params.challenge is not None:
            await _take_challenge(context, caller, tx, user, params.challenge)
        is_first = not await second_factors.is_confirmed(tx, user.id)
        if params.challenge is not None and not is_first:
            raise Refused(ErrorCode.CONFLICT, THERE_IS_ONE)
        name = params.name
        await use_code(context, caller, tx, user.id, params.code, NO_CODE, confirm_as=name)
        if is_first:
            codes = await _new_codes(context, tx, user.id)
            await login_challenges.end_all(tx, user.id)
            await tell(tx, MailKind.SECOND_FACTOR_ADDED, user.id)
        else:
            await tell(tx, MailKind.APP_ADDED, user.id, app=name or NAMELESS)
        tokens = None
        if params.challenge is None:
            await auth_sessions.give_factor(tx, caller.auth_session)
        else:
            login_by = LoginBy.SECOND_FACTOR
            tokens = await open_held(context, caller, user, login_by=login_by, tx=tx)
    await count_success(context, caller, user.id)
    _note_in_audit(context, caller, AuditEvent.SECOND_FACTOR_ADDED, user.id)
    return TotpConfirmed(recovery_codes=codes, tokens=tokens)


async def totp_disable(context: Context, caller: Caller, params: DisableTotp) -> Done:
    """By a code: a session that was left open cannot do it (rules A36, A62)."""
    if context.second_factor_required:
        raise Refused(ErrorCode.FORBIDDEN, IT_STAYS)
    await count_try(context, caller, caller.user)
    async with context.db.transaction() as tx:
        await use_code(context, caller, tx, caller.user, params.code, NO_CODE)
        await _take_off(tx, caller.user)
    await count_success(context, caller, caller.user)
    _note_in_audit(context, caller, AuditEvent.SECOND_FACTOR_REMOVED, caller.user)
    return Done()


async def totp_remove(context: Context, caller: Caller, params: RemoveTotp) -> Done:
    """One app of several, or with the last one all; what is refused uses no code up (A75)."""
    await count_try(context, caller, caller.user)
    async with context.db.transaction() as tx:
        await use_code(context, caller, tx, caller.user, params.code, NO_CODE)
        apps = {app.id: app.name for app in await second_factors.apps(tx, caller.user)}
        if params.app not in apps:
            raise NotFound("you have no such app")
        if len(apps) > 1:
            if not await second_factors.remove_app(tx, caller.user, params.app):
                raise NotFound("this app was taken off just now")
            name = apps[params.app] or NAMELESS
            await tell(tx, MailKind.APP_REMOVED, caller.user, app=name)
        elif context.second_factor_required:
            raise Refused(ErrorCode.FORBIDDEN, IT_STAYS)
        else:
            await _take_off(tx, caller.user)
    await count_success(context, caller, caller.user)
    _note_in_audit(context, caller, AuditEvent.SECOND_FACTOR_REMOVED, caller.user)
    return Done()


async def recovery_codes(
    context: Context, caller: Caller, params: RenewRecoveryCodes
) -> RecoveryCodes:
    """New ones instead of those of before (rule A36)."""
    await count_try(context, caller, caller.user)
    async with context.db.transaction() as tx:
        await use_code(context, caller, tx, caller.user, params.code, NO_CODE)
        codes = await _new_codes(context, tx, caller.user)
        await tell(tx, MailKind.RECOVERY_CODES_MADE, caller.user)
    await count_success(context, caller, caller.user)
    _note_in_audit(context, caller, AuditEvent.RECOVERY_CODES_MADE, caller.user)
    return RecoveryCodes(codes)


async def _take_off(tx: Executor, user: str) -> None:
    """All apps: logins take no code from now on."""
    await second_factors.remove(tx, user)
    await tell(tx, MailKind.SECOND_FACTOR_REMOVED, user)
    await login_challenges.end_all(tx, user)


async def _new_codes(context: Context, tx: Executor, user: str) -> list[str]:
    """Recovery codes that were never told; those of before are void."""
    factors = context.second_factors
    codes = factors.new_recovery_codes()
    await second_factors.replace_codes(tx, user, [factors.hash_of_recovery(code) for code in codes])
    return codes


async def state(context: Context, caller: Caller, params: GetSecondFactor) -> SecondFactorState:
    """What logins of this user take."""
    apps = await second_factors.apps(context.db, caller.user)
    return SecondFactorState(
        totp=bool(apps),
        apps=[AuthenticatorApp(app.id, app.name, app.confirmed_at) for app in apps],
        recovery_codes_left=await second_factors.codes_left(context.db, caller.user),
        required=context.second_factor_required,
    )


def _for_login(context: Context, caller: Caller, challenge: str | None) -> Context:
    """These calls need no login; where it is one that sets up, nothing is written once it ended."""
    if challenge is not None or caller.identity is None:
        return context
    return as_login(context, caller.user, caller.auth_session, alone=True)


async def _require_factor(context: Context, caller: Caller) -> None:
    """Raises `Refused` if this login, or the one that has let it in, has shown no code."""
    if not await auth_sessions.has_factor(context.db, caller.auth_session):
        raise Refused(ErrorCode.LOGIN_TOO_OLD, NO_FACTOR)


async def _who_sets_up(context: Context, caller: Caller, challenge: str | None) -> UserRow:
    """Who is logged in, recently; or whose login has come so far that only this is missing."""
    user = await _who_asks(context, caller, challenge)
    await require_proved(context, user.id)
    return user


async def _who_asks(context: Context, caller: Caller, challenge: str | None) -> UserRow:
    if challenge is None:
        return await _logged_in(context, caller)
    challenge_found = await login_challenges.get(
        context.db,
        context.second_factors.hash_of(challenge),
        caller.device,
        CHALLENGE_TRIES,
    )
    if challenge_found is None:
        raise _failed(context, caller, None, NO_CHALLENGE, Cause.UNKNOWN)
    return await _user_of(context, caller, challenge_found)


async def _logged_in(context: Context, caller: Caller) -> UserRow:
    if caller.identity is None:
        text = "log in first, or give the challenge of a login that lacks a second factor"
        raise Refused(ErrorCode.AUTH_REQUIRED, text)
    await require_recent(context, caller)
    user = await users.by_id(context.db, caller.user)
    if user is None:
        raise Refused(ErrorCode.AUTH_REQUIRED, "this account is gone")
    return user


async def _take_challenge(
    context: Context, caller: Caller, tx: Executor, user: UserRow, challenge: str
) -> None:
    """Use the challenge up; raises `Refused` if the login that it is of was ended meanwhile."""
    if not await login_challenges.take(tx, context.second_factors.hash_of(challenge)):
        raise _failed(context, caller, user.id, NO_CHALLENGE, Cause.REUSED)


async def _user_of(context: Context, caller: Caller, challenge: LoginChallenge) -> UserRow:
    user = await users.by_id(context.db, challenge.user_id)
    if user is None:
        raise _failed(context, caller, None, NO_CHALLENGE, Cause.UNKNOWN_ACCOUNT)
    return user


def _failed(context: Context, caller: Caller, user: str | None, text: str, cause: Cause) -> Refused:
    event = AuditEvent.SECOND_FACTOR_FAILED
    context.audit.note(event, user=user, address=caller.address, cause=cause)
    return Refused(ErrorCode.AUTH_FAILED, text)


def _note_in_audit(context: Context, caller: Caller, event: AuditEvent, user: str) -> None:
    context.audit.note(event, user=user, address=caller.address)


ANSWERS: dict[str, Answer] = {
    "auth.second_factor": second_factor,
    "auth.second_factor_state": state,
    "auth.totp_begin": totp_begin,
    "auth.totp_confirm": totp_confirm,
    "auth.totp_disable": totp_disable,
    "auth.totp_remove": totp_remove,
    "auth.recovery_codes": recovery_codes,
}
