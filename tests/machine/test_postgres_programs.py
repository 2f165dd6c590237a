import os
from pathlib import Path

import pytest

from machine import postgres_programs
from machine.postgres_programs import (
    NoProgram,
    PostgresProgram,
    ProgramFailed,
    address,
    find,
    has_password,
    run,
)


def program(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def versions(directory: Path, *majors: int) -> list[str]:
    return [
        program(directory / f"pg_dump{n}", f"echo 'pg_dump (PostgreSQL) {n}.4'") for n in majors
    ]


def test_the_oldest_that_is_new_enough_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = versions(tmp_path, 18, 14, 15)
    monkeypatch.setattr(postgres_programs, "_paths", lambda _name: iter(there))
    assert [find("pg_dump", least).major for least in (13, 15, 16)] == [14, 15, 18]
    with pytest.raises(NoProgram, match=r"PostgreSQL 19, and the newest pg_dump here is 18; inst"):
        find("pg_dump", 19)


def test_none_at_all_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_programs, "_paths", lambda _name: iter(["/nowhere/pg_dump"]))
    with pytest.raises(NoProgram, match="there is no pg_dump here; install pg_dump 15 or newer"):
        find("pg_dump", 15)


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("postgresql://prime:s%40fe@db/prime", "s@fe"),
        ("postgresql://prime@db/prime?password=s%40fe", "s@fe"),
        ("postgresql://prime:safe@/prime?host=/run/x&sslmode=require", "safe"),
    ],
)
def test_a_password_goes_by_the_environment_alone(url: str, password: str) -> None:
    at = address(url)
    assert has_password(url)
    assert not has_password(at.url)
    assert at.environment["PGPASSWORD"] == password
    assert "safe" not in at.url
    assert "fe" not in at.url.partition("?")[0]


def test_what_libpq_does_not_know_is_a_setting_of_the_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PGOPTIONS", raising=False)
    at = address("postgresql://a@h1,h2:5433/x?search_path=a b&target_session_attrs=read-write")
    assert at.url == "postgresql://a@h1,h2:5433/x?target_session_attrs=read-write"
    assert at.environment["PGOPTIONS"] == "-c search_path=a\\ b"


async def test_an_error_is_what_the_program_said_in_one_line(tmp_path: Path) -> None:
    script = "echo 'pg_dump: dumping' >&2; echo 'pg_dump: error: no space' >&2; exit 1"
    failing = PostgresProgram(program(tmp_path / "pg_dump", script), 15)
    told: list[str] = []
    with pytest.raises(ProgramFailed, match=r"^pg_dump: error: no space$"):
        await run(failing, [], os.environ, told.append)
    assert told == ["dumping", "error: no space"]
