"""The rows that plans and load tests are looked at with."""

import json
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from persistence.tools.fill_tables import FILL, sizes

pytestmark = pytest.mark.postgres

ROOT = Path(__file__).parents[3]

TRIGGERS_OFF = "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "persistence.tools.fill_tables", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        timeout=60,
        check=False,
    )


async def test_every_table_is_filled_and_nothing_is_left_switched_off(database_url: str) -> None:
    finished = run("--database-url", database_url, "--rows", "100")
    assert finished.returncode == 0, finished.stderr
    told = json.loads(finished.stdout)
    assert told["rows"] == 100
    connection = await asyncpg.connect(database_url)
    try:
        counts = {
            table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in FILL
        }
        assert min(counts.values()) >= 90, counts
        assert counts["prime_users"] == sizes(100)["users"]
        assert await connection.fetchval(TRIGGERS_OFF) == 0
        assert await connection.fetchval("SELECT count(*) FROM change_log") == 0
        seen = await connection.fetchval(
            "SELECT count(*) FROM project_members WHERE user_id = $1::text::uuid", told["user"]
        )
        assert seen > 1
    finally:
        await connection.close()


def test_a_database_with_rows_is_not_filled_twice(database_url: str) -> None:
    assert run("--database-url", database_url, "--rows", "100").returncode == 0
    again = run("--database-url", database_url, "--rows", "100")
    assert again.returncode == 1
    assert again.stderr.startswith("fill_tables: ")


def test_too_few_rows_are_refused() -> None:
    assert run("--rows", "3").returncode == 2
