"""The embedded servers that end are started again by whoever started them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
from structlog.testing import capture_logs

from machine.embedded_postgres import EmbeddedPostgres
from machine.embedded_valkey import EmbeddedValkey
from server.embedded_servers import EmbeddedServers, keep_running
from server.metrics.metrics import uncounted
from server.tasks import supervisor as supervisor_module
from server.tasks.supervisor import Supervisor
from tests.server.conftest import eventually

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture
async def supervisor(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Supervisor]:
    monkeypatch.setattr(supervisor_module, "STEADY_SECONDS", 0.05)
    monkeypatch.setattr(supervisor_module, "LAST_DELAY_SECONDS", 0.1)
    made = Supervisor(asyncio.create_task, uncounted)
    with capture_logs():
        yield made
    made.stop()


@pytest.mark.parametrize("make", [EmbeddedPostgres, EmbeddedValkey])
async def test_F10_a_server_that_ends_is_started_again(
    make: Callable[[Path], EmbeddedPostgres | EmbeddedValkey],
    tmp_path: Path,
    supervisor: Supervisor,
) -> None:
    with make(tmp_path) as server:
        supervisor.keep("the server", lambda: keep_running("the server", server))
        for _ in range(2):
            before = server.pid
            os.kill(before, signal.SIGKILL)

            async def serves_again(before: int = before) -> bool:
                return server.pid != before and server.is_ready

            await eventually(serves_again, within=30)

        async def nothing_is_down() -> bool:
            return supervisor.down == []

        await eventually(nothing_is_down)
        supervisor.stop()


async def test_F10_what_was_stored_is_there_when_it_is_back(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        url = server._address()
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        before = server.pid
        os.kill(before, signal.SIGKILL)
        connection.terminate()
        supervisor.keep("the server", lambda: keep_running("the server", server))

        async def is_ready() -> bool:
            return server.pid != before and server.is_ready

        await eventually(is_ready, within=30)
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT n FROM kept") == 7
        await connection.close()
        supervisor.stop()


async def test_F10_one_that_does_not_come_up_is_said_to_be_down(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    class Broken:
        log = tmp_path / "log"
        is_running = is_ready = False
        begun = 0

        def begin_again(self) -> None:
            self.begun += 1

    server: EmbeddedServers = Broken()
    supervisor.keep("the server", lambda: keep_running("the server", server), vital=True)

    async def is_down() -> bool:
        return supervisor.down == ["the server"]

    await eventually(is_down)
