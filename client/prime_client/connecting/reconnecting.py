"""One connection after the other: said hello on, kept logged in, and handed to the rooms."""

import asyncio
import logging
import math
import random
import ssl
from typing import Any

from prime_client.connecting.auth_session import HeldAuthSession
from prime_client.connecting.backoff import Backoff
from prime_client.connecting.calls_in_flight import CallsInFlight
from prime_client.connecting.codec import Codec, Message
from prime_client.connecting.connection import Connection, CouldNotOpen
from prime_client.connecting.ending import Ending
from prime_client.connecting.login_state import LoginState
from prime_client.events import Left
from prime_client.failures import CallFailed, ConnectionOver, NotConnected, RoomClosed
from prime_client.ids import new_id
from prime_client.room import Room
from prime_client.schema.calls import User
from prime_client.schema.close_codes import TOKEN_EXPIRED
from prime_client.watching.watches import Watches

_log = logging.getLogger(__name__)

OPEN_SECONDS = 5.0

REFRESH_REFUSED = frozenset({"auth_failed", "token_expired", "validation"})

LOGIN_OVER = frozenset({"auth_failed", "auth_required", "token_expired"})
"""Behind these the connection ends, and what comes of that is told, or another login is had."""


class LoginMissing(Exception):
    """The application has to log in before anything is connected, and has not begun to."""


class Reconnecting:
    """Comes back with full jitter until a close code says not to; `Client` is what others see."""

    def __init__(
        self,
        url: str,
        device: str,
        codec: Codec,
        call_seconds: float,
        rng: random.Random | None,
        login: LoginState,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.url = url
        self.device = device
        self.user: User | None = None  # who was logged in last
        self.connections = 0  # how many there were so far
        self.last_problem = ""  # in words, for who cannot connect
        self._device_fields = dict[str, str]()  # of the device, for people, in each hello
        self._codec = codec
        self._tls = tls  # whom to trust; None: whom the system trusts
        self._call_seconds = call_seconds
        self._backoff = Backoff(rng or random.Random())
        self._login_state = login
        self._connection: Connection | None = None  # once calls may go out on it
        self._is_ready = asyncio.Event()
        """Set while there is a connection, when all is over, and when nobody connects for want of
        a login: whoever waits is told at once."""
        self._end_reason: ConnectionOver | None = None  # why we do not come back
        self._life: asyncio.Task[None] | None = None  # `_live`, from `connect` to `close`
        self._calls = CallsInFlight(call_seconds)
        self._rooms = dict[str, Room]()  # by project
        self._watches = Watches(self._end_watch)

    async def _live(self) -> None:
        clock = asyncio.get_running_loop().time
        try:
            while self._end_reason is None:
                await self._login_state.begun()
                started = clock()
                ending = await self._connect_once()
                self.last_problem = ending.reason
                if self.connections and self._login_state.is_refused(ending.code):
                    self._need_login(ending.reason)
                elif ending.is_final and (ending.code is not None or not self.connections):
                    self._finish(ConnectionOver(ending.code, ending.reason))
                    return
                await asyncio.sleep(self._backoff.pause(clock() - started, ending.after_ms))
        except Exception as error:
            _log.exception("a fault of the SDK has ended the client")
            self._finish(ConnectionOver(None, f"this client broke: {error!r}"))

    async def _connect_once(self) -> Ending:
        try:
            connection = await Connection.open(
                self.url, self._codec, self._hello(), OPEN_SECONDS, self._tls
            )
        except CouldNotOpen as error:
            return self._judged(error.ending)
        self.connections += 1
        try:
            ending = await connection.run(self._received, self._serve(connection))
        finally:
            self._disconnected()
        return self._judged(ending)

    def _hello(self) -> Message:
        session = self._login_state.session
        token = None if session is None or self._token_is_old() else session.access_token
        hello = {"t": "hello", "versions": [1], "device": self.device, "client": "prime-python"}
        return hello | self._device_fields | {"token": token}

    def _token_is_old(self) -> bool:
        session = self._login_state.session
        return session is not None and asyncio.get_running_loop().time() >= session.expires_at

    def _judged(self, ending: Ending) -> Ending:
        """A token that ran out is a reason to fetch another one before saying anything else."""
        session = self._login_state.session
        if ending.code == TOKEN_EXPIRED.code and session is not None:
            if session.is_borrowed:
                self._need_login("the borrowed access token ran out")
            else:
                self._login_state.session = session.run_out()
        return ending

    def _need_login(self, why: str) -> None:
        self._login_state.need(why)
        self._tell_who_waits()
        for room in tuple(self._rooms.values()):
            room.login_needed(why)

    async def _serve(self, connection: Connection) -> None:
        """What goes on beside reading: fresh tokens, and rooms once we are logged in."""
        is_old = self._token_is_old()
        if is_old and not await self._refresh(connection) and self._login_state.why_needed is None:
            return
        self._is_now(connection.welcome.get("user"))
        self._connection = connection
        self._tell_who_waits()
        if self._login_state.why_needed is None:
            self._attach_rooms()
        while True:
            await self._until_refresh_is_due()
            if not await self._refresh(connection):
                return

    def _begin_login(self) -> None:
        """The application logs in: there has to be a connection, and calls wait for it."""
        self._login_state.begin()
        self._tell_who_waits()

    def _connect_anew(self) -> None:
        """Nothing more goes out on the connection of before: calls wait for the next one."""
        connection, self._connection = self._connection, None
        self._tell_who_waits()
        if connection is not None:
            connection.end()

    def _tell_who_waits(self) -> None:
        if self._connection or self._end_reason or self._login_state.is_missing:
            self._is_ready.set()
        else:
            self._is_ready.clear()

    def _attach_rooms(self) -> None:
        if self._connection is not None:
            for room in tuple(self._rooms.values()):
                room.attach(self._connection)

    async def _until_refresh_is_due(self) -> None:
        while True:
            self._login_state.session_changed.clear()
            refresh_at = (
                math.inf
                if self._login_state.session is None
                else self._login_state.session.refresh_at
            )
            try:
                async with asyncio.timeout_at(refresh_at if math.isfinite(refresh_at) else None):
                    await self._login_state.session_changed.wait()
            except TimeoutError:
                return

    async def _refresh(self, connection: Connection) -> bool:
        if self._login_state.session is None:
            return True
        params = {"refresh_token": self._login_state.session.refresh_token}
        try:
            self._logged_in(await self._calls.send(connection, "auth.refresh", params))
        except CallFailed as failed:
            if failed.code in REFRESH_REFUSED:
                self._need_login(failed.message)
                if self._connection is None:
                    return False  # said hello as a guest: the application can log in here
            connection.end()
            return False
        return True

    def _logged_in(self, result: dict[str, Any]) -> User:
        was_needed = self._login_state.why_needed is not None
        self._login_state.take(HeldAuthSession.of(result, asyncio.get_running_loop().time()))
        self._login_state.device_token = result.get("device_token", self._login_state.device_token)
        user: User = result["user"]
        self._is_now(user)
        if was_needed:
            self._attach_rooms()
        return user

    def _is_now(self, user: User | None) -> None:
        """What one user has pending is never proposed as another."""
        before, self.user = self.user, user or self.user
        if user is not None and before is not None and before["id"] != user["id"]:
            for room in tuple(self._rooms.values()):
                room.close(RoomClosed(Left("another_user", "another user has logged in")))
            self._watches.other_user()

    def _disconnected(self) -> None:
        self._connection = None
        self._tell_who_waits()
        self._calls.interrupt()
        self._watches.interrupt()
        for room in tuple(self._rooms.values()):
            room.detach()

    def _finish(self, connection_over: ConnectionOver) -> None:
        if self._end_reason is not None:
            return
        self._end_reason = connection_over
        self._is_ready.set()
        for room in tuple(self._rooms.values()):
            room.close(connection_over)
        self._watches.finish()

    def _check_begun(self) -> None:
        """Raises `NotConnected` where nothing will ever connect, or what ended the client."""
        if self._end_reason is not None:
            raise self._end_reason
        if self._life is None:
            raise NotConnected

    async def _until_ready(self, seconds: float) -> None:
        self._check_begun()
        async with asyncio.timeout(seconds):
            await self._is_ready.wait()
        if self._end_reason is not None:
            raise self._end_reason
        if self._connection is None and self._login_state.is_missing:
            raise LoginMissing

    def _received(self, message: Message) -> None:
        match message["t"]:
            case "reply":
                self._calls.reply(message)
            case "error":
                self._told_of_error(message)
            case "token_expiring":
                self._login_state.runs_out()
            case "rows" | "resync":
                self._watches.receive(message)
            case _:
                room = self._rooms.get(message.get("project", ""))
                if room is not None:
                    room.receive(message)

    def _end_watch(self, watch: str) -> None:
        """Nobody waits for the answer."""
        if self._connection is not None:
            call = {"id": new_id(), "method": "watch.end", "params": {"watch": watch}}
            self._connection.send({"t": "call", **call})

    def _told_of_error(self, message: Message) -> None:
        if self._calls.error(message):
            return
        subject = message.get("id")
        problem = f"{message['code']}: {message['message']}"
        for room in tuple(self._rooms.values()):
            if subject is not None and room.owns(subject):
                room.receive(message)
                return
        if self._is_told_otherwise(message):
            return
        if problem != self.last_problem:  # a gesture may be refused thirty times a second
            _log.warning("the server refused what waits for no answer: %s", problem)
        self.last_problem = problem

    def _is_told_otherwise(self, message: Message) -> bool:
        """Whether it comes of an end that is known: of this client, of a login, of a room."""
        if self._end_reason is not None or message["code"] in LOGIN_OVER:
            return True
        project = message.get("project")
        room = None if project is None else self._rooms.get(project)
        return project is not None and (room is None or not room.is_live)
