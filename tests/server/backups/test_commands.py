"""`./run backup`, `restore` and `rehearse` as an operator meets them: output and exit code."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from machine.embedded_postgres import EmbeddedPostgres
from persistence.migrate import bring_up_to_date
from persistence.pool import Database
from server.backups import backup_directory
from tests.databases import execute
from tests.server.backups.conftest import CHANNELS, a_song
from tests.server.conftest import Node
from tests.three_roles import owners

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.postgres


def ran(word: str, *arguments: str, url: str = "") -> "subprocess.CompletedProcess[str]":
    return ran_module(f"server.backups.{word}_command", *arguments, url=url)


def ran_module(module: str, *arguments: str, url: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"DATABASE_URL": url}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


async def done(word: str, *arguments: str, url: str) -> Any:
    finished = await asyncio.to_thread(ran, word, *arguments, "--json", url=url)
    assert (finished.returncode, finished.stderr) == (0, "")
    return json.loads(finished.stdout)


async def test_what_was_acknowledged_before_is_in_it_and_no_client_trusts_it_blindly(
    node: Node, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    """The whole way, while a node runs: backup, rehearsal, restore, and what is in it."""
    ann, project = await a_song(node)
    told = ann.tokens
    before = await node.context.db.fetchval("SELECT epoch FROM studio_projects")
    to = str(tmp_path / "backups")
    made = await done("backup", "--to", to, url=database_url)
    assert (made["projects"], made["deltas"], made["is_noted"]) == (1, CHANNELS, True)
    rehearsed = await done("rehearse", "--from", to, url=database_url)
    assert rehearsed["problems"] == []
    assert (rehearsed["projects"], rehearsed["deltas"]) == (1, CHANNELS)
    noted = await node.context.db.fetch("SELECT kind FROM backup_runs ORDER BY kind")
    assert [row["kind"] for row in noted] == ["backup", "rehearsal"]
    restored = await done("restore", made["file"], "--to", empty_database_url, url="")
    assert restored["is_proved"]
    assert restored["new_epochs"] == {"projects": 1, "snapshots": 2}
    db = await Database.open(empty_database_url, max_size=1, application_name="a test")
    try:
        row = await db.fetchrow("SELECT id::text, epoch, head_seq FROM studio_projects")
        assert row is not None
        assert (row["id"], row["head_seq"]) == (project, CHANNELS)
        assert row["epoch"] != before
        assert told["access_token"]
        logins = await db.fetchval("SELECT count(*) FROM auth_sessions")
        assert logins == 1
    finally:
        await db.close()
    databases = await node.context.db.fetch(
        "SELECT datname FROM pg_database WHERE datname ~ '^prime_rehearsal'"
    )
    assert databases == []


async def test_a_backup_that_fails_leaves_nothing_that_looks_like_one(
    database_url: str, tmp_path: Path
) -> None:
    made = await done("backup", "--to", str(tmp_path), url=database_url)
    for arguments, url, code, told in (
        (["--to", str(tmp_path)], "postgresql://127.0.0.1:1/x", 1, "does not answer"),
        (["--to", str(tmp_path)], "nonsense", 2, "DATABASE_URL"),
        (["--to", str(tmp_path), "--keep", "0"], database_url, 2, "1 or more"),
        (["--to", "/proc/none"], database_url, 1, "/proc/none"),
    ):
        refused = await asyncio.to_thread(ran, "backup", *arguments, url=url)
        assert (refused.returncode, refused.stdout) == (code, "")
        assert told in refused.stderr
        assert "Traceback" not in refused.stderr
    assert [one.dump.name for one in backup_directory.backups_in(tmp_path)] == [
        Path(made["file"]).name
    ]
    assert len(names_in(tmp_path)) == 3  # with the lock


async def test_one_that_is_ended_halfway_clears_up(database_url: str, tmp_path: Path) -> None:
    """A lock on a table holds pg_dump; SIGTERM then ends both."""
    holder = await asyncpg.connect(database_url)
    try:
        async with holder.transaction():
            await holder.execute("LOCK TABLE prime_users IN ACCESS EXCLUSIVE MODE")
            code, said = await asyncio.to_thread(ended_halfway, database_url, tmp_path)
    finally:
        await holder.close()
    assert (code, said) == (143, "backup: ended by SIGTERM; nothing was left half done\n")
    assert names_in(tmp_path) == [backup_directory.LOCK]


def ended_halfway(url: str, directory: Path) -> tuple[int, str]:
    child = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "machine.starting",
            "server.backups.backup_command",
            "--to",
            str(directory),
        ],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        stderr=subprocess.PIPE,
        text=True,
    )
    while child.poll() is None and not list(directory.glob("*.part")):
        time.sleep(0.02)
    child.send_signal(signal.SIGTERM)
    _, said = child.communicate(timeout=30)
    return child.returncode, said


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.mark.parametrize("word", ["backup", "restore", "rehearse"])
def test_the_help_says_where_a_refusal_is_told_with_json(word: str) -> None:
    said = " ".join(ran(word, "--help").stdout.split())
    assert "nothing there where that fails: why is one line on stderr" in said


def damage(dump: Path) -> None:
    dump.write_bytes(dump.read_bytes()[:-1] + b"x")


async def test_a_restore_refuses_in_one_line_and_changes_nothing(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    made = await done("backup", "--to", str(tmp_path), url=database_url)
    good = made["file"]
    other = tmp_path / "other.dump"
    other.write_text("no dump")
    secret = "postgresql://prime:secret@db/x"
    for arguments, code, told in (
        ([good, "--to", database_url], 1, "is not empty"),
        ([str(other), "--to", empty_database_url], 1, "is no dump in pg_dump's custom format"),
        ([str(tmp_path / "none"), "--to", empty_database_url], 1, "No such file"),
        ([good], 2, "into which database?"),
        ([good, "--to", database_url, "--json"], 1, "is not empty"),
        ([good, "--to", secret], 2, "PGPASSWORD"),
    ):
        refused = await asyncio.to_thread(ran, "restore", *arguments)
        assert (refused.returncode, refused.stdout) == (code, "")
        assert told in refused.stderr
        assert refused.stderr.count("\n") == 1 or "usage:" in refused.stderr
        assert "secret" not in refused.stderr
        assert "Traceback" not in refused.stderr
    damage(Path(good))
    for word, arguments in (
        ("restore", [good, "--to", empty_database_url]),
        ("rehearse", ["--from", str(tmp_path)]),
    ):
        refused = await asyncio.to_thread(ran, word, *arguments, url=database_url)
        assert (refused.returncode, "is damaged" in refused.stderr) == (1, True)
    await execute(empty_database_url, "CREATE TABLE prime_users ()")  # nothing is there


@pytest.mark.parametrize(
    ("word", "option"), [("restore", "--to"), ("rehearse", "--on"), ("migrate", "--database-url")]
)
async def test_a_database_that_an_option_names_is_blamed_by_that_option(
    database_url: str, tmp_path: Path, word: str, option: str
) -> None:
    made = await done("backup", "--to", str(tmp_path), url=database_url)
    nobody = "postgresql://prime@127.0.0.1:1/prime"
    files = {"restore": [made["file"]], "rehearse": ["--from", made["file"]], "migrate": []}
    module = "persistence.migrate" if word == "migrate" else f"server.backups.{word}_command"
    refused = await asyncio.to_thread(
        ran_module, module, *files[word], option, nobody, url=database_url
    )
    assert refused.returncode == 1, refused.stderr
    assert f"and that {option} names its host" in refused.stderr
    assert "DATABASE_URL" not in refused.stderr


async def test_what_a_superuser_restores_is_the_owners(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    made = await done("backup", "--to", str(tmp_path), url=database_url)
    superuser = empty_database_url.replace("//prime@", "//postgres@")
    await done("restore", made["file"], "--to", superuser, url="")
    assert await owners(superuser) == {"prime"}


async def test_the_database_that_is_backed_up_remembers_the_rehearsal_and_no_other(
    database_url: str, tmp_path: Path
) -> None:
    """Of an embedded one, while its server runs."""
    data, to = tmp_path / "data", tmp_path / "backups"
    postgres = EmbeddedPostgres(data)
    url = postgres.start()
    try:
        await bring_up_to_date(url)
        await done("backup", "--to", str(to), "--data", str(data), url="")
        await done("rehearse", "--from", str(to), "--data", str(data), url="")
        assert await kinds_noted(url) == ["backup", "rehearsal"]
    finally:
        postgres.stop()
    found = await asyncio.to_thread(ran, "rehearse", "--from", str(to), url=database_url)
    assert (found.returncode, "of another database" in found.stderr) == (0, True)
    assert await kinds_noted(database_url) == []


async def kinds_noted(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT kind FROM backup_runs ORDER BY kind")
    finally:
        await connection.close()
    return [row["kind"] for row in rows]


async def test_a_rehearsal_finds_what_the_rows_alone_do_not_tell(
    node: Node, database_url: str, tmp_path: Path
) -> None:
    """The dump holds what the database holds; whether that is a project is for the replay.

    On a server of its own, which knows none of the roles that the dump grants to.
    """
    await a_song(node)
    await node.stop()
    role, superuser = "prime_readers_test", database_url.replace("//prime@", "//postgres@", 1)
    await execute(superuser, f"CREATE ROLE {role}", f"GRANT SELECT ON prime_users TO {role}")
    try:
        await execute(database_url, "UPDATE studio_projects SET head_seq = head_seq + 1")
        await done("backup", "--to", str(tmp_path), url=database_url)
    finally:
        await execute(superuser, f"DROP OWNED BY {role}", f"DROP ROLE {role}")
    words = ("--from", str(tmp_path), "--on", "embedded", "--json")
    found = await asyncio.to_thread(ran, "rehearse", *words, url=database_url)
    assert found.returncode == 1
    [problem] = json.loads(found.stdout)["problems"]
    assert problem.endswith(f"its journal ends at {CHANNELS}, and its row says {CHANNELS + 1}")
