"""Logging in by password: counted before it is checked, also for accounts that do not exist."""

import asyncio
import contextlib
import hmac
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from persistence.pool import Executor
from persistence.tables import auth_credentials, users
from persistence.tables.internal import login_tries
from persistence.tables.internal.login_tries import Try
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent, Cause
from schema.errors import ErrorCode
from schema.limits import MAX_FREE_GUESSES
from schema.server_limits import (
    MAX_ADDRESSES_COUNTED,
    MAX_PASSWORD_WAIT_SECONDS,
    MAX_PASSWORDS_WAITING,
)
from schema.text.email_addresses import keys_of
from schema.text.text_rules import in_password_form
from server.accounts.audit_trail import AuditTrail
from server.accounts.guessing.guesses import Guesses
from server.accounts.guessing.known_devices import KnownDevices
from server.accounts.hashing.hashing_queue import HashingQueue, TooBusy
from server.accounts.usage import Usage
from server.events.events import EventSubject
from server.metrics.metrics import Count
from server.refused import Refused, too_often

GRID_SECONDS = 0.25
"""A wrong password is answered at a multiple of this after it came: what it took to look at it, by
the kind of hash or of nobody, does not show (OWASP ASVS 5.0, 6.3.8)."""

LOOK_AGAIN_SECONDS = 0.02
"""Until it is asked what became of the tries under way, at first; then twice as long each time."""

WRONG = "the e-mail address or the password is wrong"

log = structlog.get_logger()


def seconds_to_grid(seconds: float, grid: float) -> float:
    """How long until the next multiple of `grid` after the beginning; 0 without a grid."""
    return -seconds % grid if grid else 0.0


@dataclass(frozen=True, slots=True)
class PasswordProof:
    """Who has shown a password, and the hash that it was of, as that is stored now; None: it
    was shown in another way that there is no password."""

    user: UserRow
    password_hash: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a try comes from. `counted_under`: the address, or a device that is known (A74)."""

    account: bytes
    address: str
    counted_under: str

    @property
    def is_known_device(self) -> bool:
        return self.counted_under != self.address


class PasswordLogins:
    """Who is told to wait is remembered here too: asking on costs the database nothing."""

    def __init__(
        self,
        hashing_queue: HashingQueue,
        usage: Usage,
        guesses: Guesses,
        secret: bytes,
        count: Count,
        audit: AuditTrail,
        devices: KnownDevices,
    ) -> None:
        self._hashing_queue = hashing_queue
        self._usage = usage
        self._guesses = guesses
        self._key = hmac.digest(secret, b"login tries", "sha256")
        self._count = count
        self._audit = audit
        self._devices = devices
        self.grid_seconds = GRID_SECONDS
        """Zero: as soon as it is known."""
        self._waits: OrderedDict[tuple[bytes, str], float] = OrderedDict()
        """Account, and what it is counted under -> when the next is heard, on this node's clock."""
        self._undecided_tries = 0
        """How many tries wait for what becomes of others."""

    def account_of(self, email: str) -> bytes:
        """What tries are counted under: it tells nobody which addresses have accounts."""
        return hmac.digest(self._key, keys_of(email)[-1].encode(), "sha256")[:16]

    def still(self, proof: PasswordProof) -> Callable[[Executor], Awaitable[bool]]:
        """Whether it is the password still; to be asked in a transaction that holds the user."""

        async def asked(tx: Executor) -> bool:
            stored_hash = await auth_credentials.password_of(tx, proof.user.id)
            return stored_hash == proof.password_hash

        return asked

    def device_token(self, email: str, made_at: int) -> str:
        """What the device shows at its next login to this account (rule A74)."""
        return self._devices.new(self.account_of(email), made_at)

    async def proved(
        self,
        db: Executor,
        email: str,
        password: str,
        address: str,
        now: float,
        device_token: str | None = None,
    ) -> PasswordProof:
        """Whose e-mail address and password these are; raises `Refused`, `TooBusy` (rule A4).

        `now`: seconds on the clock of this node, as the password came.
        """
        account = self.account_of(email)
        device = await self._known_device(db, email, account, device_token, now)
        source = _Source(account, address, device or address)
        if not source.is_known_device:
            await self._keep_out_networks(db, account, address, now)
        begun_try = await self._count_try(db, source, now)
        user = await users.by_email(db, email)
        stored_hash = None if user is None else await auth_credentials.password_of(db, user.id)
        try:
            right = await self._right(db, user, stored_hash, password, address)
        except TooBusy:
            await login_tries.count_nothing(db, account, source.counted_under, begun_try)
            self._usage.wrong_passwords.charge(address, now, -1)
            raise
        if right is not None and user is not None:
            await self._note_login(db, source, begun_try)
            self._usage.wrong_passwords.charge(address, now, -1)
            return PasswordProof(user, right)
        wrong_count = await login_tries.count_wrong(db, account, source.counted_under, begun_try)
        await self._guesses.wrong_in_network(address, now)
        self._note_failure(user, stored_hash, source, wrong_count)
        seconds_taken = asyncio.get_running_loop().time() - now
        await asyncio.sleep(seconds_to_grid(seconds_taken, self.grid_seconds))
        raise Refused(ErrorCode.AUTH_FAILED, WRONG)

    async def _known_device(
        self, db: Executor, email: str, account: bytes, token: str | None, now: float
    ) -> str | None:
        """What tries on this device are counted under; None: it is none of the account's.

        Nor is one from before the password that counts now, or before the address was proved.
        """
        device = self._devices.known(account, token) if token else None
        if device is None:
            return None
        if self._waits.get((account, device.counted_under), 0.0) > now:
            return device.counted_under  # refused without a look at the database
        user = await users.by_email(db, email)
        since = None if user is None else await auth_credentials.in_force_since(db, user.id)
        return None if since is None or device.made_at < since else device.counted_under

    async def _note_login(self, db: Executor, source: _Source, begun_try: Try) -> None:
        """A try was right: from now on the account is known at the address, too."""
        self._waits.pop((source.account, source.counted_under), None)
        await login_tries.count_login(db, source.account, source.counted_under, begun_try)
        if source.is_known_device:
            await login_tries.count_owner(db, source.account, source.address)

    async def _keep_out_networks(
        self, db: Executor, account: bytes, address: str, now: float
    ) -> None:
        """Of a network that tried too many accounts only those are heard that were here before."""
        wait = self._guesses.network_wait(address, now)
        if wait and not await login_tries.is_known(db, account, address):
            raise self._refuse_for_now(wait, account, address, "from this network")

    def _note_failure(
        self, user: UserRow | None, stored_hash: str | None, source: _Source, in_a_row: int
    ) -> None:
        self._count("login_failed")
        no_hash = Cause.UNKNOWN_ACCOUNT if user is None else Cause.NO_PASSWORD
        cause = no_hash if stored_hash is None else Cause.WRONG_PASSWORD
        user_id = None if user is None else user.id
        self._audit.note(
            AuditEvent.LOGIN_FAILED,
            user=user_id,
            account=source.account,
            address=source.address,
            cause=cause,
        )
        if in_a_row >= MAX_FREE_GUESSES:
            log.warning("wrong passwords", user=user_id, address=source.address, in_a_row=in_a_row)

    async def _right(
        self,
        db: Executor,
        user: UserRow | None,
        stored_hash: str | None,
        password: str,
        address: str,
    ) -> str | None:
        """The hash of a password that is right, as it is kept now; None: it is wrong.

        Also where it was hashed as it was typed, before rule A7, or in another way (A21).
        """
        form = in_password_form(password)
        verify = self._hashing_queue.verify
        is_in_form = await verify(form, stored_hash, address)
        if not is_in_form and (
            form == password or not await verify(password, stored_hash, address)
        ):
            return None
        if user is None or stored_hash is None:
            return None
        return await self._renewed(db, user, stored_hash, form, address, must=not is_in_form)

    async def _renewed(
        self, db: Executor, user: UserRow, stored_hash: str, form: str, address: str, *, must: bool
    ) -> str:
        """Hash a password that was right as ours are hashed now, if it is not yet; the hash."""
        if must or self._hashing_queue.is_old(stored_hash):
            with contextlib.suppress(TooBusy):  # then at the next login
                renewed = await self._hashing_queue.hash(form, address)
                await auth_credentials.renew_hash(db, user.id, stored_hash, renewed)
                return renewed
        return stored_hash

    async def logged_in(self, db: Executor, email: str, address: str) -> None:
        """The owner of this e-mail address was here, without a password that was looked at."""
        account = self.account_of(email)
        self._waits.pop((account, address), None)
        await login_tries.count_owner(db, account, address)

    async def is_known(self, db: Executor, email: str, address: str) -> bool:
        """Whether this account has logged in from this address lately."""
        return await login_tries.is_known(db, self.account_of(email), address)

    async def others_were_here(self, db: Executor, email: str, address: str) -> None:
        """Whoever logged in before may have been another: only this address is known now."""
        await login_tries.forget_known(db, self.account_of(email))
        await self.logged_in(db, email, address)

    async def _count_try(self, db: Executor, source: _Source, now: float) -> Try:
        """One more is to be looked at; raises `Refused`, `TooBusy` before it is."""
        rates, account, address = self._usage.wrong_passwords, source.account, source.address
        if wait := rates.take(address, now):
            raise self._refuse_for_now(wait, account, address, "from this address")
        wait = self._waits.get((account, source.counted_under), 0.0) - now
        try:
            begun_try = Try(wait) if wait > 0 else await self._begin(db, source)
        except TooBusy:
            rates.charge(address, now, -1)
            raise
        if wait <= 0:
            self._remember(account, source.counted_under, now, begun_try.wait)
        if begun_try.wait > 0:
            rates.charge(address, now, -1)
            raise self._refuse_for_now(begun_try.wait, account, address, "for this account")
        return begun_try

    async def _begin(self, db: Executor, source: _Source) -> Try:
        """The try, once it is known what becomes of others on which it depends (rule A4)."""
        begun_try = await self._tried(db, source)
        if not begun_try.is_undecided:
            return begun_try
        if self._undecided_tries >= MAX_PASSWORDS_WAITING:
            raise TooBusy
        self._undecided_tries += 1
        try:
            waited, pause = 0.0, LOOK_AGAIN_SECONDS
            while waited < MAX_PASSWORD_WAIT_SECONDS:
                await asyncio.sleep(pause)
                second_try = await self._tried(db, source)
                if not second_try.is_undecided:
                    return second_try
                waited, pause = waited + pause, 2 * pause
        finally:
            self._undecided_tries -= 1
        raise TooBusy

    @staticmethod
    async def _tried(db: Executor, source: _Source) -> Try:
        where, is_known = source.counted_under, source.is_known_device
        return await login_tries.count_try(db, source.account, where, is_known=is_known)

    def _refuse_for_now(
        self, seconds: float, account: bytes, address: str, whose_words: str
    ) -> Refused:
        self._count("login_held_back", 1, EventSubject(address=address))
        self._audit.note(AuditEvent.LOGIN_HELD_BACK, account=account, address=address)
        return too_often(seconds, f"too many wrong passwords {whose_words}")

    def _remember(self, account: bytes, address: str, now: float, wait: float) -> None:
        was_waiting = self._waits.pop((account, address), None) is not None
        if not wait:
            return
        self._waits[account, address] = now + wait
        if len(self._waits) > MAX_ADDRESSES_COUNTED:
            self._waits.popitem(last=False)
        if not was_waiting:  # once for each burst
            hashed = account.hex()
            log.warning("passwords held back", account=hashed, address=address, seconds=round(wait))
