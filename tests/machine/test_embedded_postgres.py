import asyncio
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from machine import embedded_postgres
from machine.children import child_process
from machine.children.child_directory import DirectoryInUse
from machine.children.child_process import ChildUser, Launcher, ServerUnavailable
from machine.embedded_postgres import EmbeddedPostgres
from tests.machine.children.test_child_process import is_alive, needs_root, needs_setpriv, wait_for

pytestmark = pytest.mark.postgres

ROOT = Path(__file__).parents[2]
NOBODY = ChildUser("nobody", 65534, 65534)


def fetch(dsn: str, query: str) -> Any:
    async def ask() -> Any:
        connection = await asyncpg.connect(dsn, timeout=10)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(ask())


def as_superuser(dsn: str) -> str:
    return dsn.replace("//prime@", "//postgres@")


HAS_ROLE = "SELECT count(*) FROM pg_roles WHERE rolname = 'prime_caller'"


def postmaster_of(directory: Path) -> int:
    return int((directory / "postgres" / "postmaster.pid").read_text().splitlines()[0])


@contextmanager
def foreground(directory: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command line on a directory, in a process of its own that may be killed."""
    command = [sys.executable, "-m", "machine.embedded_postgres", "--data", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())["database_url"]
        finally:
            process.kill()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cluster for all tests here: after the first they start warm."""
    return tmp_path_factory.mktemp("embedded")


def test_a_cold_start_creates_the_database_and_a_warm_one_keeps_it(directory: Path) -> None:
    with EmbeddedPostgres(directory) as postgres:
        assert postgres.is_running
    postgres = EmbeddedPostgres(directory)
    dsn = postgres.start()
    fetch(dsn, "CREATE TABLE kept AS SELECT 'take one' AS name")
    postgres.stop()
    with pytest.raises((OSError, asyncpg.PostgresError)):
        fetch(dsn, "SELECT 1")
    assert postgres.start() == dsn
    assert fetch(dsn, "SELECT name FROM kept") == "take one"
    postgres.stop()


def test_it_is_set_up_to_keep_what_it_acknowledged(directory: Path) -> None:
    postgres = EmbeddedPostgres(directory)
    dsn = postgres.start()
    settings = {
        name: fetch(dsn, f"SHOW {name}")
        for name in (
            "fsync",
            "synchronous_commit",
            "full_page_writes",
            "timezone",
            "wal_segment_size",
        )
    }
    locale = fetch(dsn, "SELECT datlocale FROM pg_database WHERE datname = 'prime'")
    listening = fetch(dsn, "SHOW listen_addresses")
    postgres.stop()
    assert settings == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "timezone": "UTC",
        "wal_segment_size": "4MB",
    }
    assert (locale, listening) == ("C.UTF-8", "")


def test_extensions_that_search_needs_can_be_created_by_prime(directory: Path) -> None:
    postgres = EmbeddedPostgres(directory)
    dsn = postgres.start()
    fetch(dsn, "CREATE EXTENSION pg_trgm")
    similarity = fetch(dsn, "SELECT similarity('Überblende', 'überblende')")
    postgres.stop()
    assert similarity == 1.0


def test_a_second_start_on_the_directory_is_refused(directory: Path) -> None:
    with (
        EmbeddedPostgres(directory),
        pytest.raises(ServerUnavailable, match=f"Process {os.getpid()} already runs"),
    ):
        EmbeddedPostgres(directory).start()


@pytest.mark.parametrize("has_port", [False, True])
@pytest.mark.parametrize("has_psql", [True, False])
def test_that_refusal_ends_with_a_command_that_reaches_the_one_that_runs(
    directory: Path, monkeypatch: pytest.MonkeyPatch, has_port: bool, has_psql: bool
) -> None:
    port = 20_000 + os.getpid() % 10_000 if has_port else None
    if has_psql and shutil.which("psql") is None:
        pytest.skip("no psql on the PATH")
    with EmbeddedPostgres(directory, port=port):
        if not has_psql:
            monkeypatch.setattr(shutil, "which", lambda _name: None)
        with pytest.raises(DirectoryInUse) as refused:
            EmbeddedPostgres(directory).start()
        command = shlex.split(str(refused.value).split(" To reach it: ")[1])
        query = [*command, "-X", "-A", "-t", "-c", "SELECT current_database(), current_user"]
        answer = subprocess.run(query, capture_output=True, text=True, timeout=60, check=False)
    assert Path(command[0]).is_absolute() is not has_psql
    assert (answer.stdout, answer.stderr) == ("prime|prime\n", "")


def test_a_killed_postmaster_is_followed_by_recovery(directory: Path) -> None:
    postgres = EmbeddedPostgres(directory)
    dsn = postgres.start()
    fetch(dsn, "CREATE TABLE crashed AS SELECT 42 AS answer")
    os.kill(postgres.pid, signal.SIGKILL)
    postgres.stop()
    with EmbeddedPostgres(directory):
        assert fetch(dsn, "SELECT answer FROM crashed") == 42


@needs_setpriv
def test_a_killed_parent_takes_the_server_along(directory: Path) -> None:
    with foreground(directory) as (parent, _):
        postmaster = postmaster_of(directory)
        parent.kill()
        wait_for(lambda: not is_alive(postmaster))
        wait_for(lambda: not (directory / "postgres" / "postmaster.pid").exists())


def test_parent_and_server_killed_together_leave_a_directory_that_starts(directory: Path) -> None:
    with foreground(directory) as (parent, dsn):
        parent.kill()
        os.kill(postmaster_of(directory), signal.SIGKILL)
        parent.wait()
        with EmbeddedPostgres(directory):
            assert fetch(dsn, "SELECT 1") == 1


def test_an_orphan_of_an_earlier_launcher_is_stopped(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphaned = EmbeddedPostgres(directory)
    dsn = orphaned.start()
    orphan = orphaned.pid
    orphaned._lock.release()  # as the kernel does when the launcher is killed
    # The orphan is our own child here, so it must be reaped while the next one waits.
    reaper = threading.Thread(target=os.waitpid, args=(orphan, 0))
    reaper.start()
    with EmbeddedPostgres(directory) as postgres:
        assert postgres.pid != orphan
        assert fetch(dsn, "SELECT 1") == 1
    reaper.join()
    orphaned.stop()


def test_a_pid_file_that_names_a_stranger_does_not_matter(directory: Path) -> None:
    postgres = EmbeddedPostgres(directory)
    dsn = postgres.start()
    pid_file = directory / "postgres" / "postmaster.pid"
    _, *rest = pid_file.read_text().splitlines()
    os.kill(postgres.pid, signal.SIGKILL)
    postgres.stop()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *rest]) + "\n")
        with EmbeddedPostgres(directory):
            assert fetch(dsn, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


def test_sigterm_ends_the_foreground_in_order(directory: Path) -> None:
    with foreground(directory) as (process, dsn):
        assert fetch(dsn, "SELECT current_user") == "prime"
        process.terminate()
        assert process.wait(10) == 0
    assert not (directory / "postgres" / "postmaster.pid").exists()


def test_a_port_is_listened_on_when_asked_for(directory: Path) -> None:
    port = 20000 + os.getpid() % 10000
    with EmbeddedPostgres(directory, port=port):
        assert fetch(f"postgresql://prime@127.0.0.1:{port}/prime", "SELECT 1") == 1


def test_an_interrupted_creation_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "half").write_text("done")
    postgres = EmbeddedPostgres(tmp_path)
    assert fetch(postgres.start(), "SELECT 1") == 1
    postgres.stop()


def test_a_log_tail_explains_a_server_that_will_not_start(directory: Path) -> None:
    with EmbeddedPostgres(directory):
        pass
    version = directory / "postgres" / "PG_VERSION"
    original = version.read_text()
    version.write_text("12\n")
    try:
        with pytest.raises(ServerUnavailable, match="incompatible with server"):
            EmbeddedPostgres(directory).start()
    finally:
        version.write_text(original)


def test_a_missing_package_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres, "PACKAGE", "no_such_package")
    with pytest.raises(ServerUnavailable, match="DATABASE_URL is not set"):
        EmbeddedPostgres(tmp_path).start()


@needs_root
@needs_setpriv
@pytest.mark.parametrize("capability", child_process.SEARCH_CAPABILITIES)
def test_root_keeps_its_data_below_a_closed_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capability: str
) -> None:
    monkeypatch.setattr(child_process, "SEARCH_CAPABILITIES", (capability,))
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with foreground_killed(closed / "data") as dsn:
        assert fetch(dsn, "SELECT 1") == 1
    assert closed.stat().st_mode & 0o777 == 0o700
    assert (closed / "data" / "postgres").stat().st_uid != 0


@contextmanager
def foreground_killed(directory: Path) -> Iterator[str]:
    postgres = EmbeddedPostgres(directory)
    try:
        yield postgres.start()
    finally:
        postgres.stop()


@needs_root
@needs_setpriv
def test_a_plain_user_needs_no_root(tmp_path: Path) -> None:
    os.chown(tmp_path, NOBODY.uid, NOBODY.gid)
    launcher = Launcher(NOBODY, [Path(sys.executable).resolve(), ROOT, tmp_path])
    python = ["env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "machine.embedded_postgres"]
    log = tmp_path / "out.log"
    process = launcher.start([*python, "--data", str(tmp_path / "data")], log, signal.SIGTERM)
    try:
        process.wait_until(lambda: "database_url" in log.read_text(), 30, "the launcher")
        dsn = json.loads(log.read_text().splitlines()[-1])["database_url"]
        assert fetch(dsn, "SELECT current_user") == "prime"
        assert (tmp_path / "data" / "postgres").stat().st_uid == NOBODY.uid
    finally:
        process.stop((signal.SIGTERM, 10.0))
    with suppress(FileNotFoundError):
        assert not is_alive(postmaster_of(tmp_path / "data"))


def test_the_role_of_callers_is_there_and_is_made_for_data_of_before(directory: Path) -> None:
    marker = directory / "postgres" / embedded_postgres.HAS_CALLER
    with EmbeddedPostgres(directory) as postgres:
        assert fetch(postgres.caller_address, "SELECT session_user::text") == "prime_caller"
        url = postgres.caller_address.replace("//prime_caller@", "//prime@")
        fetch(as_superuser(url), "DROP ROLE prime_caller")
        assert fetch(url, HAS_ROLE) == 0
    marker.unlink()
    with EmbeddedPostgres(directory) as postgres:
        assert fetch(postgres.caller_address, "SELECT session_user::text") == "prime_caller"
        assert fetch(postgres.caller_address, "SELECT pg_has_role('prime', 'prime_caller', 'SET')")
    assert marker.exists()
