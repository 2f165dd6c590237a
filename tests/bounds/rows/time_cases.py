"""Cases of the table of bounds: what has a time to happen in. No clock decides."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, Mock, patch

import msgspec

from schema.bounds import Instead, Past
from schema.close_codes import SILENT
from schema.limits import (
    CALL_SECONDS,
    HEARTBEAT_SECONDS,
    HELLO_SECONDS,
    LOGIN_SECONDS,
    TOKEN_WARNING_SECONDS,
)
from schema.messages import Call
from schema.server_limits import CLOSING_SECONDS, HANDSHAKE_SECONDS, MAX_SPREAD_MS
from server.accounts.access_tokens import LEEWAY_SECONDS
from server.calls.all_answers import ANSWERS
from server.calls.call_queue import CallQueue
from server.encoding.codec import JSON
from server.loop.deadlines import Deadlines
from server.router.call_replies import CallReplies
from server.router.liveness import Liveness
from server.router.sending_away import SPREAD_MS_PER_MEMBER, spread_ms
from server.sockets.connection import Connection
from server.sockets.connection_states import Greeted, LoggedIn, Session, WaitingForHello
from tests.bounds.cases import Seen, case
from tests.server.sockets.test_connection import ANN, HANDSHAKE
from tests.simulation.world.virtual_loop import VirtualLoop, run_virtually

A_BIT = 0.001


def _closed_after(silence: float, session: Session) -> Past | None:
    """With what the clock of a node closes a connection that has said nothing more for so long."""
    closes: list[Past] = []
    connection = SimpleNamespace(
        check=lambda _: True,
        session=session,
        last_received_at=0.0 if isinstance(session, LoggedIn) else silence,
        close=closes.append,
        ping=lambda: None,
        send=lambda _: None,
        waits_for_turn=False,
    )
    connections: Any = {"one": connection}
    Liveness(connections, 900).check(silence)
    return closes[0] if closes else None


@case("HELLO_SECONDS")
def hello() -> Seen:
    session = WaitingForHello(0.0, 0.0)
    return Seen(
        _closed_after(HELLO_SECONDS, session), _closed_after(HELLO_SECONDS + A_BIT, session)
    )


@case("TOKEN_WARNING_SECONDS")
def token_warning() -> Seen:
    """Who has not refreshed so long after the warning, and 30 seconds for clocks that differ."""
    now = time.time()

    def after(seconds: float) -> Past | None:
        expires_at = now + TOKEN_WARNING_SECONDS - seconds
        session = LoggedIn("laptop", replace(ANN, expires_at=expires_at))
        return _closed_after(0.0, session)

    return Seen(after(TOKEN_WARNING_SECONDS), after(TOKEN_WARNING_SECONDS + LEEWAY_SECONDS))


@case("LOGIN_SECONDS")
def login() -> Seen:
    session = Greeted(0.0, "laptop")
    return Seen(
        _closed_after(LOGIN_SECONDS, session), _closed_after(LOGIN_SECONDS + A_BIT, session)
    )


@case("HEARTBEAT_SECONDS")
def heartbeat() -> Seen:
    """Two and a half of them missed."""
    most = 2.5 * HEARTBEAT_SECONDS
    session = LoggedIn("laptop", ANN)
    return Seen(_closed_after(most, session), _closed_after(most + A_BIT, session))


@case("CALL_SECONDS")
def call() -> Seen:
    def answered(seconds: float) -> Past | None:
        told: list[Past | None] = []

        async def answer(*_: object) -> object:
            await asyncio.sleep(seconds)
            return {}

        async def main() -> None:
            connection: Any = Mock(codec=JSON, identity=ANN, calls_in_flight=0)
            connection.send_frame = lambda frame: told.append(None)
            connection.send = lambda error: told.append(error.code)
            tasks: list[asyncio.Task[None]] = []
            calls = CallReplies(
                Mock(),
                lambda coroutine: tasks.append(asyncio.ensure_future(coroutine)),
                Mock(queue=CallQueue(), deadlines=Deadlines()),
                Mock(),
                MagicMock(),
            )
            calls.start(connection, Call("c1", "projects.list", msgspec.Raw(b"{}")))
            await asyncio.gather(*tasks)

        as_it_is = patch("server.calls.dispatch.as_login", lambda context, *_, **__: context)
        with patch.dict(ANSWERS, {"projects.list": answer}), as_it_is:
            run_virtually(main())
        return told[0]

    return Seen(answered(CALL_SECONDS - A_BIT), answered(CALL_SECONDS + A_BIT))


def _cut_off_after(
    seconds: float, *, meet: Callable[[Connection], None], late: Callable[[Connection], None]
) -> Past | None:
    """Whether a socket that does `late` so long after `meet` has been cut off by then."""
    transport = Mock()
    transport.get_write_buffer_size = lambda: 0

    async def main() -> None:
        loop: Any = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        server: Any = Mock(origins=None)
        server.answer_http = server.refuse_handshake = lambda *_: None
        connection = Connection(server, loop)
        connection.connection_made(transport)
        meet(connection)
        await asyncio.sleep(seconds)
        if not transport.abort.called:
            late(connection)
            await asyncio.sleep(100)

    run_virtually(main())
    return Instead.CUT_OFF if transport.abort.called else None


@case("HANDSHAKE_SECONDS")
def handshake() -> Seen:
    def at(seconds: float) -> Past | None:
        return _cut_off_after(
            seconds, meet=lambda _: None, late=lambda peer: peer.data_received(HANDSHAKE)
        )

    return Seen(at(HANDSHAKE_SECONDS - A_BIT), at(HANDSHAKE_SECONDS + A_BIT))


@case("CLOSING_SECONDS")
def closing() -> Seen:
    def meet(connection: Connection) -> None:
        connection.data_received(HANDSHAKE)
        connection.close(SILENT)

    def at(seconds: float) -> Past | None:
        return _cut_off_after(seconds, meet=meet, late=lambda peer: peer.connection_lost(None))

    return Seen(at(CLOSING_SECONDS - A_BIT), at(CLOSING_SECONDS + A_BIT))


@case("MAX_SPREAD_MS")
def spread() -> Seen:
    def happens(members: int) -> Past | None:
        wished = members * SPREAD_MS_PER_MEMBER
        return None if spread_ms(members) == wished else Instead.CLIPPED

    most = MAX_SPREAD_MS // SPREAD_MS_PER_MEMBER
    return Seen(happens(most), happens(most + 1))
