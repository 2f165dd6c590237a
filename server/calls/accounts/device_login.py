"""Letting in a device without a browser (RFC 8628), by someone who is logged in elsewhere."""

import asyncio

from persistence.errors import Taken
from persistence.pool import Executor
from persistence.tables import auth_sessions, users
from persistence.tables.logging_in import device_logins, second_factors
from persistence.tables.logging_in.device_logins import PolledLogin, WaitingDevice
from persistence.tables.mail_outbox import MailKind
from schema.accounts.audit_events import AuditEvent, Cause
from schema.calling.accounts.device_login_calls import (
    ApproveDeviceLogin,
    BeginDeviceLogin,
    DenyDeviceLogin,
    DeviceLoginBegun,
    DeviceLoginPolled,
    DeviceLoginShown,
    LookAtDeviceLogin,
    PollDeviceLogin,
)
from schema.calling.params import Done
from schema.errors import ErrorCode
from server.accounts.guessing.networks import network_of
from server.calls.accounts.opening_logins import LoginBy, open_held
from server.calls.accounts.recent_login import require_recent
from server.calls.accounts.self_service.login_way_mails import tell
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused, too_often

CODE_SECONDS = 600
"""How long a pair of codes lives."""

INTERVAL_MS = 5_000
"""Between two polls (RFC 8628, 3.2)."""

SLOW_DOWN_MS = 5_000
"""What a poll that came too soon adds to it (RFC 8628, 3.5)."""

LOOK_SECONDS = 1.0
"""How soon one who waits here hears of what was decided on another node."""

NO_DEVICE = "this device code is not valid any more; ask for another with auth.device_begin"
NO_FACTOR = "this login was made without your second factor: log in again, with it"
NO_CODE = "no device asks with this code; look at it again, or let the device ask for another"


async def begin(context: Context, caller: Caller, params: BeginDeviceLogin) -> DeviceLoginBegun:
    """Make a pair of codes, at a rate for each address (rule A30)."""
    now = asyncio.get_running_loop().time()
    if wait := context.usage.device_codes.take(caller.address, now):
        raise too_often(wait, "too many devices ask from this address")
    codes = context.device_codes
    device_code, user_code = codes.new_device_code(), codes.new_user_code()
    try:
        await device_logins.create(
            context.db,
            codes.hash_of(device_code),
            codes.hash_of_user_code(user_code),
            device=caller.device,
            name=params.name,
            address=caller.address,
            interval_ms=INTERVAL_MS,
            seconds=CODE_SECONDS,
        )
    except Taken:  # one in ten thousand millions, times those that wait
        raise Refused(
            ErrorCode.UNAVAILABLE, "no code was free; ask again", retry_after_ms=100
        ) from None
    page = context.public_url.account_page("device")
    return DeviceLoginBegun(
        device_code=device_code,
        user_code=user_code,
        verification_uri=page,
        verification_uri_complete=f"{page}={user_code}",
        interval_ms=INTERVAL_MS,
        expires_in=CODE_SECONDS,
    )


async def poll(context: Context, caller: Caller, params: PollDeviceLogin) -> DeviceLoginPolled:
    """How it stands; an approval is answered with the tokens, once (rule A30)."""
    device_hash = context.device_codes.hash_of(params.device_code)
    polled = await device_logins.poll(context.db, device_hash, SLOW_DOWN_MS)
    if polled is not None and polled.is_too_early and polled.state == "waiting":
        return DeviceLoginPolled("slow_down", polled.interval_ms)
    if polled is not None and polled.state == "waiting" and params.wait_ms:
        polled = await _decided(context, device_hash, polled, params.wait_ms / 1_000)
    if polled is None:
        raise _refused(context, caller, NO_DEVICE, Cause.UNKNOWN)
    if polled.state == "approved":
        return await _let_in(context, caller, device_hash, polled)
    return DeviceLoginPolled(polled.state, polled.interval_ms)


async def _decided(
    context: Context, device_hash: bytes, polled: PolledLogin, seconds: float
) -> PolledLogin | None:
    """As it stands when it is decided, or so many seconds later."""
    loop = asyncio.get_running_loop()
    until, now_it_is = loop.time() + seconds, polled
    async with context.device_codes.waiting(device_hash) as event:
        while event is not None and now_it_is.state == "waiting" and loop.time() < until:
            if context.device_codes.is_over:
                break
            try:
                async with asyncio.timeout(min(LOOK_SECONDS, until - loop.time())):
                    await event.wait()
            except TimeoutError:
                pass
            event.clear()
            login_state = await device_logins.state_of(context.db, device_hash)
            if login_state is None:
                return None
            now_it_is = login_state
    return now_it_is


async def _let_in(
    context: Context, caller: Caller, device_hash: bytes, polled: PolledLogin
) -> DeviceLoginPolled:
    """The approval is used up in the transaction that makes the login."""
    async with context.db.transaction() as tx:
        device_login = await device_logins.take(tx, device_hash)
        user = None if device_login is None else await users.by_id(tx, device_login[0])
        if (
            device_login
            and user is not None
            and not await _lacks_factor(tx, user.id, device_login[1])
        ):
            tokens = await open_held(
                context, caller, user, login_by=LoginBy.DEVICE, tx=tx, approved_by=device_login[1]
            )
            return DeviceLoginPolled("approved", polled.interval_ms, tokens)
    raise _refused(context, caller, NO_DEVICE, Cause.REVOKED)


async def look(context: Context, caller: Caller, params: LookAtDeviceLogin) -> DeviceLoginShown:
    """Which device asks; only who was shown it may decide (rule A31)."""
    _take_a_try(context, caller)
    code_hashes = context.device_codes.hashes_of_user_code(params.user_code)
    device = _known_device_login(
        context, caller, await device_logins.look(context.db, code_hashes, caller.user)
    )
    return DeviceLoginShown(
        device=device.device,
        name=device.name,
        network=network_of(device.address),
        same_network=device.address == caller.address,
        expires_in=device.expires_in,
    )


async def approve(context: Context, caller: Caller, params: ApproveDeviceLogin) -> Done:
    """The device is let in as this user, as long as this login lasts until it asks (rule A31)."""
    await require_recent(context, caller)
    if await _lacks_factor(context.db, caller.user, caller.auth_session):
        raise Refused(ErrorCode.LOGIN_TOO_OLD, NO_FACTOR)
    _take_a_try(context, caller)
    code_hashes = context.device_codes.hashes_of_user_code(params.user_code)
    async with context.db.transaction() as tx:
        device_login = await device_logins.approve(
            tx, code_hashes, caller.user, caller.auth_session
        )
        if device_login is not None:
            device_name, network = (
                device_login.name or device_login.device,
                network_of(device_login.address),
            )
            await tell(tx, MailKind.DEVICE_APPROVED, caller.user, device=device_name, place=network)
    return _decide(context, caller, device_login, AuditEvent.DEVICE_APPROVED)


async def _lacks_factor(db: Executor, user: str, auth_session: str) -> bool:
    """Whether the user has a second factor, and this login is from before it."""
    return await second_factors.is_confirmed(db, user) and not await auth_sessions.has_factor(
        db, auth_session
    )


async def deny(context: Context, caller: Caller, params: DenyDeviceLogin) -> Done:
    """The device is turned away (rule A31)."""
    _take_a_try(context, caller)
    code_hashes = context.device_codes.hashes_of_user_code(params.user_code)
    device_login = await device_logins.deny(context.db, code_hashes, caller.user)
    return _decide(context, caller, device_login, AuditEvent.DEVICE_DENIED)


def _decide(
    context: Context, caller: Caller, device_login: WaitingDevice | None, event: AuditEvent
) -> Done:
    device = _known_device_login(context, caller, device_login)
    context.device_codes.decided(device.device_hash)
    context.audit.note(
        event,
        user=caller.user,
        auth_session=caller.auth_session,
        address=caller.address,
        device=device.device,
        name=device.name,
        asked_from=device.address,
    )
    return Done()


def _take_a_try(context: Context, caller: Caller) -> None:
    """Codes are short: wrong ones are counted by user; raises `Refused`."""
    rates, now = context.usage.user_codes, asyncio.get_running_loop().time()
    if wait := rates.take(caller.user, now):
        raise too_often(wait, "too many codes of devices that do not ask")


def _known_device_login(
    context: Context, caller: Caller, device: WaitingDevice | None
) -> WaitingDevice:
    if device is None:
        raise _refused(context, caller, NO_CODE, Cause.WRONG_CODE)
    context.usage.user_codes.charge(caller.user, asyncio.get_running_loop().time(), -1)
    return device


def _refused(context: Context, caller: Caller, text: str, cause: Cause) -> Refused:
    user = None if caller.identity is None else caller.user
    context.audit.note(AuditEvent.DEVICE_FAILED, user=user, address=caller.address, cause=cause)
    return Refused(ErrorCode.AUTH_FAILED, text)


ANSWERS: dict[str, Answer] = {
    "auth.device_begin": begin,
    "auth.device_poll": poll,
    "auth.device_look": look,
    "auth.device_approve": approve,
    "auth.device_deny": deny,
}
