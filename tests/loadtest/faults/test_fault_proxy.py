"""The fault proxy over real sockets: each fault is felt as what it is, and can be lifted."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from loadtest.faults.fault_proxy import Direction, FaultProxy, Streams, tcp, unix

SOON = 30.0
NEVER = 0.15
"""How long nothing must come for a stall to be believed."""


class Echo:
    """A server that says back what it hears, and keeps it."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.endings: list[str] = []
        self.ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                self.received += data
                writer.write(data)
                await writer.drain()
            self.endings.append("eof")
            self.ended.set()
            writer.write(b"bye")
            await writer.drain()
        except ConnectionResetError:
            self.endings.append("reset")
            self.ended.set()
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def through_a_proxy() -> AsyncIterator[tuple[Echo, FaultProxy, Streams]]:
    echo = Echo()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    async with server, FaultProxy(tcp("127.0.0.1", server.sockets[0].getsockname()[1])) as proxy:
        streams = await asyncio.open_connection("127.0.0.1", proxy.port)
        try:
            yield echo, proxy, streams
        finally:
            streams[1].transport.abort()


async def said_back(streams: Streams, data: bytes) -> bytes:
    streams[1].write(data)
    async with asyncio.timeout(SOON):
        return await streams[0].readexactly(len(data))


async def nothing_comes(streams: Streams) -> bool:
    try:
        async with asyncio.timeout(NEVER):
            await streams[0].read(1)
    except TimeoutError:
        return True
    return False


async def test_without_a_fault_bytes_pass_unchanged_and_in_order() -> None:
    async with through_a_proxy() as (_, proxy, streams):
        data = bytes(range(256)) * 4_000
        assert await said_back(streams, data) == data
        assert proxy.links == 1


async def test_cut_resets_both_ends_and_the_next_link_works() -> None:
    async with through_a_proxy() as (echo, proxy, streams):
        assert await said_back(streams, b"a") == b"a"
        assert proxy.cut() == 1
        with pytest.raises(ConnectionResetError):
            await streams[0].read(1)
        async with asyncio.timeout(SOON):
            await echo.ended.wait()
        assert echo.endings == ["reset"]
        again = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await said_back(again, b"b") == b"b"
        again[1].transport.abort()


async def test_refuse_resets_who_comes_until_healed() -> None:
    async with through_a_proxy() as (_, proxy, _streams):
        proxy.refuse()
        refused = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises(ConnectionResetError):
            await refused[0].read(1)
        proxy.heal()
        again = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await said_back(again, b"b") == b"b"
        again[1].transport.abort()


async def test_stall_holds_bytes_back_and_heal_lets_them_go_on() -> None:
    async with through_a_proxy() as (echo, proxy, streams):
        proxy.stall()
        streams[1].write(b"held")
        assert await nothing_comes(streams)
        assert echo.received == b""
        proxy.heal()
        assert await streams[0].readexactly(4) == b"held"


async def test_stall_of_one_direction_leaves_the_other() -> None:
    async with through_a_proxy() as (echo, proxy, streams):
        proxy.stall(Direction.DOWN)
        streams[1].write(b"heard")
        assert await nothing_comes(streams)
        assert echo.received == b"heard"
        proxy.heal()
        assert await streams[0].readexactly(5) == b"heard"


async def test_who_comes_while_it_is_stalled_is_let_in_and_not_answered() -> None:
    async with through_a_proxy() as (_, proxy, _streams):
        proxy.stall()
        late = await asyncio.open_connection("127.0.0.1", proxy.port)
        late[1].write(b"late")
        assert await nothing_comes(late)
        proxy.heal()
        assert await late[0].readexactly(4) == b"late"
        late[1].transport.abort()


async def test_delay_adds_to_the_way_there_and_back_and_not_to_the_rate() -> None:
    async with through_a_proxy() as (_, proxy, streams):
        proxy.delay(0.3)
        began = time.perf_counter()
        for number in range(10):
            streams[1].write(bytes([number]))
            await asyncio.sleep(0.01)
        assert await streams[0].readexactly(10) == bytes(range(10))
        assert 0.6 <= time.perf_counter() - began < 6.0  # ten times as long, if one by one


async def test_throttle_bounds_the_rate_of_a_direction() -> None:
    async with through_a_proxy() as (_, proxy, streams):
        proxy.throttle(20_000, Direction.UP)
        began = time.perf_counter()
        data = b"x" * 8_000
        assert await said_back(streams, data) == data
        assert time.perf_counter() - began >= 0.3


@pytest.mark.parametrize("direction", list(Direction))
async def test_half_close_ends_one_direction_and_the_other_goes_on(direction: Direction) -> None:
    async with through_a_proxy() as (echo, proxy, streams):
        assert await said_back(streams, b"a") == b"a"
        assert proxy.half_close(direction) == 1
        async with asyncio.timeout(SOON):
            if direction is Direction.UP:
                assert await streams[0].read() == b"bye"
                assert echo.endings == ["eof"]
            else:
                assert await streams[0].read() == b""
                streams[1].write(b"still heard")
                streams[1].write_eof()
                await echo.ended.wait()
                assert echo.received == b"astill heard"


async def test_a_half_close_of_the_client_is_passed_on() -> None:
    async with through_a_proxy() as (echo, _proxy, streams):
        streams[1].write(b"all")
        streams[1].write_eof()
        async with asyncio.timeout(SOON):
            assert await streams[0].read() == b"allbye"
        assert echo.endings == ["eof"]


async def test_a_server_that_is_not_there_is_felt_as_a_reset() -> None:
    async with FaultProxy(tcp("127.0.0.1", 1)) as proxy:
        streams = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises(ConnectionResetError):
            await streams[0].read(1)


async def test_it_reaches_a_socket_in_the_file_system(tmp_path: Path) -> None:
    echo = Echo()
    path = str(tmp_path / "echo.sock")
    async with await asyncio.start_unix_server(echo.serve, path), FaultProxy(unix(path)) as proxy:
        streams = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await said_back(streams, b"a") == b"a"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            await streams[0].read(1)


async def test_a_slow_reader_holds_its_sender_back() -> None:
    async with through_a_proxy() as (echo, proxy, streams):
        proxy.stall(Direction.UP)

        async def send_much() -> None:
            for _ in range(2_000):
                streams[1].write(b"x" * 65_536)
                await streams[1].drain()

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(send_much(), 1.0)
        assert echo.received == b""


async def test_a_stalled_link_can_be_cut() -> None:
    async with through_a_proxy() as (_, proxy, streams):
        proxy.stall()
        streams[1].write(b"never")
        assert await nothing_comes(streams)
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            await streams[0].read(1)
        await asyncio.sleep(0)
        assert proxy.links == 0
