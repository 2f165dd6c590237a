"""The SDK: one connection to Prime that comes back by itself, calls, and joined rooms."""

import asyncio
import contextlib
import logging
import random
import ssl

# Long: the one door of the SDK, with a short method for each thing that a program asks.
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Literal, Self

from prime_client import past_deltas, past_states
from prime_client.connecting.auth_session import HeldAuthSession, tokens_in
from prime_client.connecting.calls_in_flight import result_of
from prime_client.connecting.codec import CodecName, codec_named
from prime_client.connecting.login_state import CALLS_TO_LOG_IN, AskForLogin, LoginState
from prime_client.connecting.reconnecting import LoginMissing, Reconnecting
from prime_client.copy.state_ops import State
from prime_client.failures import (
    CallFailed,
    CallInterrupted,
    CallTimedOut,
    CannotConnect,
    ConnectionOver,
    WrongUse,
)
from prime_client.ids import new_id
from prime_client.logging_in import device_login, provider_login
from prime_client.logging_in.device_login import ShowCode
from prime_client.logging_in.invitation_links import token_of
from prime_client.logging_in.provider_login import OpenAddress
from prime_client.room import Room
from prime_client.schema.calls import (
    READS,
    WRITES,
    Calls,
    HistoryDelta,
    InvitationShown,
    ProjectMember,
    User,
)
from prime_client.schema.close_codes import AUTH_FAILED, SESSION_REVOKED
from prime_client.schema.limits import MAX_CALLS_IN_FLIGHT
from prime_client.watching.watch import Watch

_log = logging.getLogger(__name__)

SENT_AGAIN = READS | WRITES
"""Calls that may be sent twice: the second time changes nothing."""

NOT_DONE = "not_done"
"""The code of a call of an atomic batch of which another was refused."""


class Client(Calls, Reconnecting):
    """One device of one user. Comes back with full jitter until a close code says not to.

    Every call is a method: `await client.projects.list(limit=20)`.

    `device`: an id of this device or window, the same at each start, never used twice at once.
    `refresh_token`: that of the last start, to be logged in without a password. `access_token`: one
    that somebody lends us. `device_token`: that of the last start, by which `login` is not kept
    waiting while others guess at the account. `call_seconds`: how long an answer may take.
    `device_name` and `device_kind` (desktop, browser, plugin, mobile, tool): what people see in
    their list of logins.
    `tls`: whom to trust of servers behind wss://; None: whom the system trusts.

    A login that the server does not know any more (a restored backup, a token too old) ends
    nothing: rooms keep their copies and pending edits, hear `LoginNeeded`, and go on after `login`,
    `register` or `log_in_with`. `on_login_needed` is called with the reason, and may do that.
    """

    def __init__(
        self,
        url: str,
        *,
        device: str,
        codec: CodecName = "msgpack",
        call_seconds: float = 10.0,
        access_token: str | None = None,
        refresh_token: str | None = None,
        rng: random.Random | None = None,
        on_login_needed: AskForLogin | None = None,
        device_name: str = "",
        device_kind: str = "",
        tls: ssl.SSLContext | None = None,
        device_token: str | None = None,
    ) -> None:
        Calls.__init__(self, self.call, self.watch)
        auth_session = HeldAuthSession.given(access_token, refresh_token)
        login = LoginState(auth_session, on_login_needed, device_token)
        Reconnecting.__init__(self, url, device, codec_named(codec), call_seconds, rng, login, tls)
        device_fields = {"device_name": device_name, "device_kind": device_kind}
        self._device_fields = {name: text for name, text in device_fields.items() if text}
        self._may_call = asyncio.Semaphore(MAX_CALLS_IN_FLIGHT)

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def is_connected(self) -> bool:
        """Whether calls go straight to a server."""
        return self._connection is not None

    @property
    def node(self) -> str:
        """The node that serves us, by its own name; empty while there is none."""
        return "" if self._connection is None else str(self._connection.welcome["node"])

    @property
    def over(self) -> ConnectionOver | None:
        """Why this client does not come back, if it does not."""
        return self._end_reason

    @property
    def login_needed(self) -> str | None:
        """Why the application has to log in again, if it has to."""
        return self._login_state.why_needed

    @property
    def access_token(self) -> str | None:
        """What another client may borrow to log in as the same user, until it runs out."""
        return self._login_state.session.access_token if self._login_state.session else None

    @property
    def refresh_token(self) -> str | None:
        """What this device logs in with when it starts again: keep it as you would a password.

        Another one after each refresh; one whose answer was lost can be traded again.
        """
        return (
            (self._login_state.session.refresh_token or None) if self._login_state.session else None
        )

    @property
    def device_token(self) -> str | None:
        """What the next `login` on this device shows; keep it, also over a logout (rule A74)."""
        return self._login_state.device_token

    async def connect(self, seconds: float = 15.0) -> None:
        """Connect, and go on trying for so long; raises `CannotConnect` or `ConnectionOver`.

        Gives up at once where no further try can help: a wrong address, no TLS at `wss://`, a
        certificate not trusted.
        """
        if self._life is None:
            self._life = asyncio.create_task(self._live(), name=f"prime client {self.device}")
        try:
            await self._until_ready(seconds)
        except ConnectionOver as over:
            if self.connections or over.code is not None or not self.last_problem:
                raise
            await self.close()
            raise CannotConnect(f"{self.url}: {over.reason}") from None
        except (TimeoutError, LoginMissing):
            problem = self.last_problem or "no answer"
            await self.close()
            raise CannotConnect(f"{self.url}: {problem} (tried for {seconds:g} s)") from None

    async def close(self, seconds: float = 2.0) -> None:
        """End the connection and everything that waits for it. May be called again.

        What is on its way is saved first, if it takes no longer than told; the log says how many
        edits were given up. Never raises what ended the client: `over` is that.
        """
        await self._save_what_is_on_its_way(seconds)
        self._finish(ConnectionOver(None, "this client was closed"))
        self._login_state.close()
        life, self._life = self._life, None
        if life is not None:
            life.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await life  # never raises what ended it: `over` has told that

    async def _save_what_is_on_its_way(self, seconds: float) -> None:
        saving = [room.settled() for room in self._rooms.values() if room.is_live]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.gather(*saving, return_exceptions=True)
        unsaved = sum(len(room.replica.pending) for room in self._rooms.values())
        if unsaved:
            edits = "1 edit that was" if unsaved == 1 else f"{unsaved} edits that were"
            _log.warning("closed with %s not saved", edits)

    # Calls.

    async def call(
        self, method: str, /, *, idempotency_key: str | None = None, **params: Any
    ) -> Any:
        """Call a method by its name on the wire, for one that this SDK has no method for yet.

        A call whose connection ends before the answer is sent again over the next one, within
        `call_seconds`: what writes has a key by which the server does it once. Give a key of your
        own, kept on disk with what is to be written, and your program may end without the answer
        and ask again with the same key when it starts: within a day it gets the same answer.

        A call that answers tokens logs this client in, as `login` does.

        Raises `CallFailed`, `CallTimedOut`, `CallInterrupted`, `ConnectionOver`, `NotConnected`,
        and `WrongUse` for what cannot be sent.
        """
        self._check_login(method)
        key = idempotency_key
        if key is None and method in WRITES:
            key = new_id()
        answer = await self._call_until_answered(method, params, key)
        tokens = tokens_in(answer)
        if tokens is not None:
            self._logged_in(tokens)
        return answer

    async def batch(
        self,
        calls: Iterable[tuple[str, Mapping[str, Any]]],
        *,
        atomic: bool = False,
        idempotency_key: str | None = None,
    ) -> list[Any]:
        """Several calls in one message, at most 20: `[("presets.get", {"preset": id}), ...]`.

        Their results in order; for one that was refused, its `CallFailed`. With `atomic` all are
        done or none: then the first refusal is raised. Raises as `call`.
        """
        self._check_login("batch")
        call_maps = [{"method": method, "params": dict(params)} for method, params in calls]
        is_write = atomic or any(call["method"] in WRITES for call in call_maps)
        key = idempotency_key
        if key is None and is_write:
            key = new_id()
        params = {"calls": call_maps, "atomic": atomic}
        answers = (await self._call_until_answered("batch", params, key))["answers"]
        results = [result_of(answer) for answer in answers]
        if atomic:
            for failed in results:
                if isinstance(failed, CallFailed) and failed.code != NOT_DONE:
                    raise failed
        return results

    def _check_login(self, method: str) -> None:
        if self._login_state.why_needed is not None and self._end_reason is None:
            if method not in CALLS_TO_LOG_IN:
                raise self._login_state.failure()
            self._begin_login()

    def _check_joinable(self) -> None:
        if self._login_state.is_hopeless and self._end_reason is None:
            raise self._login_state.failure()

    async def _call_until_answered(
        self, method: str, params: dict[str, Any], key: str | None
    ) -> Any:
        until = asyncio.get_running_loop().time() + self._call_seconds
        try:
            await self._until_ready(self._call_seconds)
        except TimeoutError:
            raise CallTimedOut(method, self._call_seconds) from None
        except LoginMissing:
            raise self._login_state.failure() from None
        own_user = self.user
        while True:
            try:
                async with self._may_call:
                    if self._connection is None:
                        raise CallInterrupted(method)
                    return await self._calls.send(self._connection, method, params, key, until)
            except CallInterrupted:
                if not await self._may_send_again(method, own_user, until):
                    raise

    async def _may_send_again(self, method: str, who: User | None, until: float) -> bool:
        """Whether there is a connection again, of the same user, for what may be sent twice."""
        if method not in SENT_AGAIN:
            return False
        try:
            await self._until_ready(until - asyncio.get_running_loop().time())
        except (TimeoutError, LoginMissing, ConnectionOver):
            return False
        is_same = who is None or self.user is None or who["id"] == self.user["id"]
        return is_same and self._login_state.why_needed is None

    async def register(
        self, email: str, username: str, password: str, name: str = "", *, invitation: str = ""
    ) -> User:
        """Make an account and log in; returns the user.

        `invitation`: the link or the token of one, which makes the user a member of its project.
        """
        params = {"email": email, "username": username, "password": password, "name": name}
        if invitation:
            params["invitation"] = token_of(invitation)
        return _user_of(await self.call("auth.register", **params))

    async def accept_as_guest(self, link: str, name: str) -> User:
        """Come in without an account; raises as `look`, and `forbidden` if it lets no guests in."""
        params = {"invitation": token_of(link), "name": name}
        return _user_of(await self.call("auth.register_guest", **params))

    async def look_at_invitation(self, link: str) -> InvitationShown:
        """What its link, or its token, is for; without a login, too.

        Raises `CallFailed` with the code `auth_failed` where nobody may accept it any more.
        """
        invitation: InvitationShown = await self.call("invitations.look", token=token_of(link))
        return invitation

    async def accept_invitation(self, link: str) -> ProjectMember:
        """Become a member of the project that its link, or its token, is for; raises as `look`."""
        member: ProjectMember = await self.call("invitations.accept", token=token_of(link))
        return member

    async def login(self, email: str, password: str) -> User:
        """Log in; returns the user. Raises `CallFailed` with the code `auth_failed`."""
        params, known_device = {"email": email, "password": password}, self.device_token
        if known_device is not None:
            try:
                return _user_of(await self.call("auth.login", **params, device_token=known_device))
            except CallFailed as failed:
                if failed.code != "validation":  # as servers of before the token say
                    raise
        return _user_of(await self.call("auth.login", **params))

    async def log_in_by_device(self, show: ShowCode, *, name: str = "") -> User:
        """Be let in by someone who is logged in elsewhere, for programs without a browser.

        `show` is called with a `DeviceCode` to show; returns the user, as soon as they have let us
        in. Raises `LoginDenied`, and `CallFailed` with `auth_failed` when the code has run out.
        """
        return _user_of(
            await device_login.log_in_as_device(self.call, show, name, self._call_seconds)
        )

    async def log_in_by_provider(
        self, provider: str, open_address: OpenAddress | None = None, *, invitation: str = ""
    ) -> User:
        """Log in by a provider, in the browser of this machine; returns the user.

        `open_address` opens an address some other way. `invitation`: the link or the token of one,
        by which a new account is a member of its project. Raises `LoginDenied`, and `CallFailed`.
        """
        return _user_of(
            await provider_login.by_provider(
                self.call, provider, open_address, token_of(invitation)
            )
        )

    async def give_second_factor(self, challenge: str, code: str) -> User:
        """Finish a login that raised `CallFailed` with the code `second_factor_required`.

        `challenge` is in its `details`; `code`: of the app, or a recovery code.
        """
        tokens = await self.call("auth.second_factor", challenge=challenge, code=code)
        return _user_of(tokens)

    async def log_in_with(self, access_token: str) -> None:
        """Log in with a token that someone lends us, and connect anew with it."""
        self._login_state.take(HeldAuthSession(access_token))
        self._connect_anew()

    def give_up(self, why: str) -> None:
        """End for good where nobody can log in again: who waits gets `ConnectionOver`."""
        self._finish(ConnectionOver(AUTH_FAILED.code, why))

    async def logout(self, scope: Literal["this", "others", "all"] = "this") -> None:
        """End the auth session, and with it this client: all that is called then is over.

        Of `others` only those end, and this client goes on.
        """
        if scope == "others":
            await self.call("auth.logout", scope=scope)
            return
        self._login_state.is_logged_out = True
        try:
            await self.call("auth.logout", scope=scope)
        except BaseException:
            self._login_state.is_logged_out = False  # whether it was done is not known
            raise
        self._login_state.session = None
        self._finish(ConnectionOver(SESSION_REVOKED.code, "logged out"))

    # Rows.

    def watch(self, calls: str, /, **params: Any) -> Watch[Any]:
        """Rows of a table by its name on the wire; `client.presets.watch()` is the same with types.

        `async for event in client.presets.watch(where=...)` tells what happens to these rows (all
        that you may see). Or watch one by its id (`preset=...`), or those of a `project`. `fields`:
        which columns. It survives reconnects; its `rows` is the list as of the last event. Close
        it, or use `async with`, where you end before the client does.
        """
        watch = Watch[Any](calls, params, self.call, self._watches)
        self._watches.add(watch)
        return watch

    # Rooms.

    async def join(self, project: str, seconds: float = 60.0) -> Room:
        """Enter a project's room, and wait until we are in and the whole project is here.

        The same room for the same project. Raises `CallFailed` if the server does not let us in, or
        a login is needed; with `on_login_needed` it waits for that as long as for the rest.
        `CallTimedOut` if it took too long, `ConnectionOver`, `NotConnected`.
        """
        if not isinstance(project, str):
            raise WrongUse(f"join takes the id of a project, like project['id']: {project!r}")
        self._check_begun()
        room = self._rooms.get(project)
        if room is None:
            room = Room(
                project, self._codec, new_id, self._forget_room, self.call, self._check_joinable
            )
            self._rooms[project] = room
            if self._connection is not None and self._login_state.why_needed is None:
                room.attach(self._connection)
        try:
            async with asyncio.timeout(seconds):
                await room.joined()
        except TimeoutError:
            if self._login_state.why_needed is not None:
                raise self._login_state.failure() from None
            raise CallTimedOut("join", seconds) from None
        except CallFailed as failed:
            raise self._login_state.reason_of(failed) from None
        finally:
            if room.is_unwanted:
                room.leave()
        return room

    # States of other moments.

    async def snapshot_state(self, project: str, snapshot: str) -> State:
        """What a snapshot holds; raises `CallFailed`, `StateDamaged`."""
        return await past_states.snapshot_state(self.call, self._codec, project, snapshot)

    async def state_at(
        self, project: str, *, seq: int | None = None, time: float | None = None
    ) -> State:
        """The state after `seq`, or at `time` (ms since 1970); raises as `snapshot_state`."""
        return await past_states.state_at(self.call, self._codec, project, seq, time)

    def history_ops(
        self, project: str, *, after: int = 0, to: int | None = None
    ) -> AsyncIterator[HistoryDelta]:
        """The whole deltas after a seq, oldest first; `apply_delta` replays them on its state.

        Raises `CallFailed`, `StateDamaged` (as after a backup was restored): begin anew.
        """
        return past_deltas.past_deltas(self.call, project, after, to)

    def _forget_room(self, project: str) -> None:
        self._rooms.pop(project, None)


def _user_of(tokens: Mapping[str, Any]) -> User:
    user: User = tokens["user"]
    return user
