"""`./run --nodes 3`, as an operator meets it: one line, one port, and nodes that come back."""

import asyncio
import contextlib
import functools
import json
import logging
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import structlog

from prime_client.client import Client
from prime_client.failures import CallFailed
from server.logs.log import set_level
from server.settings.reading import read_all, read_settings
from server.settings.settings_table import SETTINGS, TABLES
from server.several_nodes import SeveralNodes
from tests.server.conftest import eventually
from tests.server.running.log_lines import lines_of

ROOT = Path(__file__).parents[2]
SOON = 60.0

pytestmark = [pytest.mark.node, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]


@contextlib.asynccontextmanager
async def serving(
    data: Path, *words: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, Any]]]:
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    with (data.parent / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", "serve", "--nodes", "3"),
            *("--port", "0", "--data", str(data), "--json", *words),
            cwd=ROOT,
            env=environment | {"DATABASE_URL": ""},
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        assert process.stdout is not None
        yield process, json.loads(await process.stdout.readline())
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def is_ready(url: str) -> bool:
    page = url.replace("ws://", "http://").replace("/v1", "/readyz")
    try:
        return bool(urllib.request.urlopen(page, timeout=1).status == 200)
    except OSError:
        return False


async def test_three_nodes_serve_one_port_and_one_that_ends_is_begun_again(tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as (process, ready):
        assert ready["pid"] == process.pid
        assert len({node["url"] for node in ready["nodes"]}) == 3
        async with Client(ready["url"], device="desk") as client:
            await client.register("ada@example.org", "ada", "a long password")
        victim = ready["nodes"][1]
        os.kill(victim["pid"], signal.SIGKILL)
        async with asyncio.timeout(SOON):
            while not await asyncio.to_thread(is_ready, victim["url"]):  # noqa: ASYNC110 -- asked
                await asyncio.sleep(0.1)
        async with Client(victim["url"], device="desk") as client:
            assert (await client.login("ada@example.org", "a long password"))["username"] == "ada"
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 5
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(SOON):
            assert await process.wait() == 0
        assert not [child for child in children if child.is_running()]


async def test_R30_A30_links_of_each_node_lead_to_the_balancer(tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as (_, ready):
        front = ready["url"].replace("ws://", "http://").removesuffix("/v1")
        async with Client(ready["url"], device="desk") as client:
            await client.register("ada@example.org", "ada", "a long password")
            project = await client.projects.create(name="Song")
        for node in ready["nodes"]:
            async with Client(node["url"], device="desk") as client:
                begun = await client.auth.device_begin(name="a machine")
                assert begun["verification_uri"] == f"{front}/account#device"
                await client.login("ada@example.org", "a long password")
                made = await client.invitations.create(project=project["id"], role="viewer")
                assert str(made["url"]).startswith(f"{front}/studio#invite=")


OTHERS = {
    "PRIME_LOG_LEVEL": "debug",
    "PRIME_DELETION_DAYS": "15",
    "PRIME_CORE_SHARE": "0.5",
    "PRIME_HISTORY_DAYS": "31",
    "PRIME_AUDIT_DAYS": "181",
    "PRIME_PROVIDERS": "google",
}
"""Values where the example is the default, or asks for more."""

RELOADABLE = [each for each in SETTINGS if each.is_reloadable and not each.field.startswith("tls_")]
"""All that a node takes over while it serves; nodes behind the balancer speak no TLS."""


def as_toml() -> str:
    """Each of them with another value than the default."""
    values = {each: OTHERS.get(each.variable, each.example) for each in RELOADABLE}
    assert all(value != each.default for each, value in values.items())
    lines = [
        f"{each.toml_key} = {json.dumps(value)}"
        for each, value in values.items()
        if each.toml_key not in TABLES
    ]
    tables = ["[provider.google]", 'client_id = "g"', "[limits]", "sockets_per_user = 7"]
    return "\n".join([*lines, *tables])


async def lines_with(log: Path, event: str) -> list[dict[str, Any]]:
    """As soon as there is one."""

    async def written() -> list[dict[str, Any]]:
        lines = await asyncio.to_thread(lines_of, log)
        return [line for line in lines if line["event"] == event]

    found: list[dict[str, Any]] = await eventually(written, SOON)
    return found


async def test_a_reload_reaches_every_node_with_all_that_can_be_reloaded(tmp_path: Path) -> None:
    config, data = tmp_path / "prime.toml", tmp_path / "data"
    config.write_text("")
    config.chmod(0o600)
    async with serving(data, "--config", str(config)) as (process, ready):
        config.write_text(as_toml())
        process.send_signal(signal.SIGHUP)
        logs = [data / f"node-{number}.log" for number in (1, 2, 3)]
        for log in logs:
            [line] = await lines_with(log, "reloaded")
            assert set(line["changed"]) == {each.variable for each in RELOADABLE}
            assert "needs_restart" not in line
        for node in ready["nodes"]:
            async with Client(node["url"], device="desk") as client:
                with pytest.raises(CallFailed) as refused:
                    await client.register("ada@example.org", "ada", "a long password")
                assert refused.value.code == "forbidden"
        config.write_text("limits = 7")
        process.send_signal(signal.SIGHUP)
        [line] = await lines_with(tmp_path / "log", "what is wrong stays as it was, on all nodes")
        assert any("limits" in each for each in line["wrong"])
        for log in logs:
            kept = "reloaded, but for what is wrong: that stays as it was"
            assert len(await lines_with(log, kept)) == 1
        shown = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "admin", "nodes", "--json", "--data", str(data)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert len(json.loads(shown.stdout)["nodes"]) == 3


@pytest.mark.parametrize(
    ("wrong", "is_kept"), [("", False), ("nonsense = 1", True), ('host = "0.0.0.0"', True)]
)
def test_of_a_file_that_a_node_takes_nothing_of_the_balancer_takes_nothing(
    tmp_path: Path, wrong: str, is_kept: bool
) -> None:
    config = tmp_path / "prime.toml"
    config.write_text(f'log_level = "warning"\n{wrong}')
    config.chmod(0o600)
    read = functools.partial(read_all, {"config": str(config)}, {})
    settings = read_settings({}, {"DATABASE_URL": "postgresql://prime@127.0.0.1:1/prime"})
    set_level("info")
    try:
        SeveralNodes(settings, 0, {}, read)._reload()
        assert structlog.get_logger().is_enabled_for(logging.INFO) == is_kept
    finally:
        set_level("info")


async def test_what_keeps_a_node_from_starting_is_said(tmp_path: Path) -> None:
    only_a_node_sees_it = "postgresql://prime@127.0.0.1:1/prime?sslmode=nonsense"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "--nodes", "2", "--port", "0", "--data", str(tmp_path)),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": only_a_node_sees_it, "REDIS_URL": ""},
        stderr=subprocess.PIPE,
    )
    _, problem = await process.communicate()
    assert process.returncode == 1
    assert b"did not start" in problem
    assert b"must be a database URL" in problem
    assert b"Traceback" not in problem


async def test_a_database_that_is_down_is_waited_for_until_told_to_stop(tmp_path: Path) -> None:
    nobody = "postgresql://prime@127.0.0.1:1/prime"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "--nodes", "2", "--port", "0", "--data", str(tmp_path)),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": nobody, "REDIS_URL": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    async with asyncio.timeout(SOON):
        while not (tmp_path / "node-2.log").exists():  # noqa: ASYNC110 -- another process
            await asyncio.sleep(0.1)
        while "trying again" not in (tmp_path / "node-2.log").read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        said, problem = await process.communicate()
    assert (process.returncode, said) == (0, b"")
    assert b"Traceback" not in problem


def test_how_many_nodes_is_a_small_number() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server", "--nodes", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "must be a whole number from 1 to 16" in done.stderr
