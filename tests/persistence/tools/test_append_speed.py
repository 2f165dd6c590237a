import json
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

ROOT = Path(__file__).parents[3]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "persistence.tools.append_speed", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=50,
        check=False,
    )


async def databases(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        return {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
    finally:
        await connection.close(timeout=10)


@pytest.mark.postgres
async def test_it_counts_what_was_stored_and_leaves_nothing_behind(postgres_dsn: str) -> None:
    sizes = ("--batch", "20", "--batch", "5", "--projects", "3", "--seconds", "0.3")
    done = run("--database-url", postgres_dsn, *sizes, "--json")
    assert done.returncode == 0, done.stderr
    large, small = json.loads(done.stdout)["results"]
    assert (large["batch"], small["batch"]) == (20, 5)
    for row in (large, small):
        assert row["deltas"] >= row["batch"]
        assert row["deltas"] % row["batch"] == 0
        assert row["deltas_per_s"] == pytest.approx(row["deltas"] / row["seconds"], rel=0.02)
        assert 0 < row["batch_p50_ms"] <= row["batch_p99_ms"]
    assert not {name for name in await databases(postgres_dsn) if name.startswith("prime_speed_")}


@pytest.mark.postgres
def test_ops_that_cannot_be_stored_are_told(postgres_dsn: str) -> None:
    done = run("--database-url", postgres_dsn, "--ops", '[{"x":"\\u0000"}]', "--seconds", "0.3")
    assert done.returncode == 1
    assert "answered invalid" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_there_is_one_line() -> None:
    done = run("--database-url", "postgresql://prime@127.0.0.1:1/prime", "--seconds", "0.3")
    assert done.returncode == 1
    assert done.stderr.startswith("append_speed: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("--batch", "0"), ("--seconds", "-1"), ("--projects", "0")])
def test_sizes_are_above_zero(words: tuple[str, str]) -> None:
    assert run(*words).returncode == 2
