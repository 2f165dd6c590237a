"""While a hello is looked at its connection is left unread; what came goes on behind its answer."""

import socket
import sys
from typing import Any, cast

import pytest
from websockets.frames import Opcode

from schema.close_codes import AUTH_FAILED, NO_HELLO
from schema.limits import LOGIN_SECONDS
from server.router.liveness import Liveness
from server.sockets.connection_states import WaitingForHello
from tests.server.sockets.reading.test_pacing import Kernel, paced
from tests.server.sockets.test_connection import ANN
from tests.server.sockets.test_turns import Line, frame, ping

HELLO = ping(0)
"""What says hello here: the ping of the time 0."""


def greeting(*, is_paced: bool = False) -> tuple[Line, Kernel]:
    """A stranger's connection, the first ping of which has its token looked at."""
    if is_paced:
        line, kernel = paced(is_stranger=True)
    else:
        line = Line(is_stranger=True)
        kernel = Kernel(line)
    server = cast("Any", line.connection._server)
    received = server.received

    def say_hello_first(connection: Any, message: Any) -> None:
        received(connection, message)
        if isinstance(connection.session, WaitingForHello) and message.time == 0:
            connection.greet("laptop", is_looked_at=True)

    server.received = say_hello_first
    return line, kernel


def go_on(line: Line) -> None:
    line.wait(20.0)
    while line.soon:
        line.turn()


@pytest.mark.parametrize("is_paced", [False, True])
@pytest.mark.parametrize("size", [1, 7, 86, 10_000])
def test_H7_what_is_behind_hello_is_dealt_with_in_order_once_it_is_answered(
    size: int, *, is_paced: bool
) -> None:
    line, kernel = greeting(is_paced=is_paced)
    data = ping(50) + HELLO + b"".join(ping(n) + frame(Opcode.PING) for n in range(1, 40))
    for start in range(0, len(data), size):
        kernel.send(data[start : start + size])
    go_on(line)
    assert line.heard == [50, 0]
    assert not kernel._is_read
    line.connection.log_in(ANN)
    assert line.heard == [50, 0]  # not before `welcome` is sent
    go_on(line)
    assert line.heard == [50, *range(40)]
    kernel.send(ping(40))
    go_on(line)
    assert line.heard[-1] == 40
    assert line.closed_with() is None


def test_H7_what_a_transport_reads_on_waits_as_well() -> None:
    line, _ = greeting()
    line.connection.data_received(ping(50) + HELLO)
    for number in range(1, 20):
        line.connection.data_received(ping(number))
        go_on(line)
    assert line.heard == [50, 0]
    line.connection.log_in(ANN)
    line.connection.data_received(ping(20))
    go_on(line)
    assert line.heard == [50, *range(21)]


def test_H4_behind_a_hello_that_is_refused_nothing_is_dealt_with() -> None:
    line, kernel = greeting()
    kernel.send(HELLO + b"".join(ping(n) for n in range(1, 40)))
    go_on(line)
    line.connection.close(AUTH_FAILED)
    go_on(line)
    assert line.heard == [0]
    assert line.closed_with() == AUTH_FAILED.code
    assert not kernel.sent  # also the answer to the close is read


def test_H3_who_waits_for_the_answer_to_hello_is_not_silent_and_has_its_time() -> None:
    line, kernel = greeting()
    liveness = Liveness({"a": line.connection}, 900.0)
    kernel.send(HELLO + ping(1))
    began_at = line.now
    while line.closed_with() is None:
        line.wait(1.0)
        liveness.check(line.now)
    assert line.closed_with() == NO_HELLO.code
    assert LOGIN_SECONDS - 2.0 < line.now - began_at <= LOGIN_SECONDS + 1.0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_H7_who_has_gone_while_hello_is_looked_at_is_let_go_in_the_next_round() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        peer = socket.create_connection(listening.getsockname())
        ours, _ = listening.accept()
    line, kernel = greeting()
    line.transport.get_extra_info = {"socket": ours}.get
    lost = []
    line.transport.abort = lambda: lost.append(kernel.protocol.connection_lost(None))
    liveness = Liveness({"a": line.connection}, 900.0)
    kernel.send(HELLO + ping(1))
    with ours:
        liveness.check(line.now)
        assert not lost
        peer.close()
        liveness.check(line.now)
    assert line.connection._transport is None
    line.connection.log_in(ANN)
    go_on(line)
    assert line.heard == [0]
