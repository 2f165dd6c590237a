"""A package where nothing else of ours is: it says what it lacks, serves, and stops in order."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from prime_client import Client, ops
from tests.machine.deploying.installed import bare_environment, installed, run, unpacked
from tests.ops import units
from tests.server import valkey_servers

pytestmark = [pytest.mark.node, pytest.mark.postgres]


@pytest.fixture(scope="module")
def prime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[valkey_servers.Valkey]:
    with valkey_servers.server(tmp_path_factory.mktemp("bus")) as running:
        yield running


@contextmanager
def serving(prime: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """`./run serve` there, and its line when it is ready."""
    with subprocess.Popen(
        [prime / "run", "serve", "--port", "0", "--json"],
        cwd="/",
        env=bare_environment() | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            yield process, json.loads(line)
        finally:
            process.kill()


@pytest.mark.parametrize("word", ["serve", "migrate"])
def test_without_an_address_of_a_database_one_line_asks_for_it(prime: Path, word: str) -> None:
    said = run(prime, word)
    assert said.returncode == 2
    told = "DATABASE_URL is not set, and there is no PostgreSQL to start"
    assert [told in line for line in said.stderr.splitlines()][-1:] == [True]
    assert said.stderr.count(told) == 1
    assert "Traceback" not in said.stderr
    assert not list(prime.glob(".data*")), "nothing was made"


def test_without_an_address_of_redis_one_line_asks_for_it(
    prime: Path, empty_database_url: str
) -> None:
    said = run(prime, "serve", "--port", "0", DATABASE_URL=empty_database_url)
    assert said.returncode == 2
    assert "REDIS_URL is not set, and there is no Valkey to start" in said.stderr.splitlines()[-1]


def test_what_is_not_packed_is_said_before_a_module_is_missed(prime: Path) -> None:
    said = run(prime, "demo")
    assert said.returncode == 1
    assert said.stderr.startswith("prime: demo is not in this package of Prime")


def test_what_was_not_installed_is_never_fetched_by_a_start(tmp_path: Path) -> None:
    said = run(unpacked(tmp_path), "serve")
    assert said.returncode == 1
    assert "is not installed yet; run " in said.stderr
    assert len(said.stderr.splitlines()) == 1


def procfile(prime: Path) -> dict[str, str]:
    """Name of each process -> its command."""
    lines = (prime / "Procfile").read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines)


def typed(prime: Path, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command as a platform starts it, which has installed the lock: `python` has its modules."""
    path = f"{prime / '.venv' / 'bin'}:{bare_environment()['PATH']}"
    return subprocess.run(
        ["sh", "-c", command],
        cwd=prime,
        env=bare_environment() | {"PATH": path} | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_the_procfile_starts_what_is_there(prime: Path) -> None:
    for command in procfile(prime).values():
        said = typed(prime, f"{command} --help", PORT="8801")
        assert said.returncode == 0, said.stderr
    web = typed(prime, procfile(prime)["web"], PORT="8801")
    assert "DATABASE_URL is not set" in web.stderr


async def test_it_serves_as_the_units_start_it_and_stops_in_order(
    prime: Path, empty_database_url: str, bus: valkey_servers.Valkey, tmp_path: Path
) -> None:
    secrets = {"DATABASE_URL": empty_database_url, "REDIS_URL": bus.url}
    migrated = typed(prime, procfile(prime)["release"], **units.environment(secrets))
    assert migrated.returncode == 0, migrated.stderr
    environment = units.environment(secrets, tmp_path)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(tmp_path / "notify"))
    environment["PRIME_REGISTRATION"] = "open"
    environment["NOTIFY_SOCKET"] = str(tmp_path / "notify")
    with listening, serving(prime, **environment) as (process, ready):
        assert await asyncio.to_thread(listening.recv, 100) == b"READY=1"
        assert ready["pid"] == process.pid, "the script is replaced: signals reach the node"
        async with Client(ready["url"], device="laptop") as client:
            await client.register("ada@example.org", "ada", "a long password")
            project = await client.projects.create(name="Night drive", bpm=92)
            room = await client.join(project["id"])
            assert await room.saved(room.edit([ops.set("channels", "ch_master", volume=0.5)])) == 1
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0


@pytest.mark.longest(15)
def test_install_makes_it_from_the_lock(tmp_path: Path) -> None:
    """Half a minute and a package registry, so only where it is asked for."""
    if not os.environ.get("PRIME_TEST_INSTALL"):
        pytest.skip("installs 42 packages from a registry; PRIME_TEST_INSTALL=1 does it")
    uv = shutil.which("uv")
    prime = unpacked(tmp_path)
    path = f"{Path(uv).parent}:/usr/bin:/bin" if uv else "/usr/bin:/bin"
    proxies = {key: value for key, value in os.environ.items() if key.startswith(("PIP_", "UV_"))}
    said = run(prime, "install", PATH=path, **proxies)
    if said.returncode != 0:
        pytest.skip(f"no package registry was reached: {said.stderr.splitlines()[-1]}")
    assert said.stdout == f"{prime}/.venv\n"
    again = run(prime, "serve")
    assert "DATABASE_URL is not set" in again.stderr, "it is installed, and starts"
