"""Nonsense in any setting, told to any command that reads settings: exit code 2 and one line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from persistence.errors import BadSetting
from server.settings.reading import read_all, read_settings
from server.settings.setting import Setting
from server.settings.settings_table import SETTINGS, TABLES

ROOT = Path(__file__).parents[3]

NONSENSE = " nonsense, of any kind /"

PATHS = {"PRIME_ADMIN_SOCKET", "PRIME_DATA", "PRIME_TLS_CERT", "PRIME_TLS_KEY"}
"""Any text is a path: what is there is seen when it is opened."""

CHECKED = [each for each in SETTINGS if each.variable not in PATHS]

BY_VARIABLE = pytest.mark.parametrize("setting", CHECKED, ids=lambda each: each.variable)

COMMANDS = (
    "server",
    "server.commands.migrate_commands migrate",
    "server.commands.migrate_commands new-epochs",
    "server.commands.users_command list",
    "server.commands.check_command --json",
    "server.backups.backup_command --to .",
    "server.backups.rehearse_command --from .",
)
"""All that read settings."""

WALK = """
import importlib, io, json, os, sys
from contextlib import redirect_stderr, redirect_stdout
name, *words = {command!r}.split()
module = importlib.import_module("server.__main__" if name == "server" else name)
for variable in {variables!r}:
    sys.argv = [name, *words]
    os.environ[variable] = {nonsense!r}
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = module.main()
        except SystemExit as ended:
            code = ended.code
    del os.environ[variable]
    sys.__stdout__.write(json.dumps([variable, code, out.getvalue(), err.getvalue()]) + "\\n")
"""
"""In one process: what is looked at is how `main` ends, and to load it takes a second."""


@BY_VARIABLE
def test_each_says_what_would_be_right_wherever_it_is_set(setting: Setting, tmp_path: Path) -> None:
    by_file = tmp_path / "value"
    by_file.write_text(NONSENSE)
    by_file.chmod(0o600)
    config = tmp_path / "prime.toml"
    table, _, key = setting.toml_key.rpartition(".")
    inner = f"[{setting.toml_key}]\n{json.dumps(NONSENSE)} = 1" if key in TABLES else None
    config.write_text(
        inner or (f"[{table}]\n" if table else "") + f"{key} = {json.dumps(NONSENSE)}"
    )
    config.chmod(0o600)
    right = f"must be {setting.shape}, as {setting.example}"
    for environment, name in (
        ({setting.variable: NONSENSE}, setting.variable),
        ({f"{setting.variable}_FILE": str(by_file)}, f"{setting.variable}_FILE"),
        ({"PRIME_CONFIG": str(config)}, f"{setting.toml_key} in {config}"),
    ):
        with pytest.raises(BadSetting) as refused:
            read_settings({}, environment)
        [line] = str(refused.value).splitlines()
        assert line.startswith(f"{name} {right}")
        assert list(read_all({}, environment).problems) == [setting.field]


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("DATABASE_URL", 'postgresql://ann:hunter22@db",/prime'),
        ("PRIME_CALLER_DATABASE_URL", 'postgresql://ann:hunter22@db",/prime'),
        ("REDIS_URL", 'redis://ann:hunter22@db",/0'),
        ("SMTP_URL", 'smtps://ann:hunter22@db",'),
    ],
)
def test_junk_in_a_host_is_told_without_the_password(variable: str, url: str) -> None:
    with pytest.raises(BadSetting, match=f"^{variable} must be .*its host has '\"'") as refused:
        read_settings({}, {variable: url})
    assert "hunter22" not in str(refused.value)


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses_each_in_one_line(command: str) -> None:
    variables = [each.variable for each in CHECKED]
    bare = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("PRIME_", "DATABASE_", "REDIS_", "SMTP_"))
    }
    program = WALK.format(command=command, variables=variables, nonsense=NONSENSE)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=bare | {"PRIME_PORT": "0"},
        check=False,
    )
    walked = [json.loads(line) for line in done.stdout.splitlines()]
    assert [variable for variable, *_ in walked] == variables, done.stderr
    said = done.stderr.splitlines()
    for variable, code, out, err in walked:
        assert code == 2, variable
        # Each server of this process writes its log from a thread of its own.
        lines = [*out.splitlines(), *err.splitlines(), *said]
        told = [line for line in lines if re.search(rf"\b{variable} must be ", line)]
        assert len(told) == 1, (variable, lines)
        assert len(lines) == max(1, len(said)), (variable, lines)
        assert "Traceback" not in told[0]


def test_these_are_all_commands_that_read_settings() -> None:
    reading = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
        for path in (ROOT / "server").rglob("*.py")
        if '__name__ == "__main__"' in (text := path.read_text()) and _reads_settings(text)
    }
    assert reading == {command.split()[0] for command in COMMANDS}


def _reads_settings(program: str) -> bool:
    """By itself, or by the command that it loads."""
    loaded = re.findall(r"from (server\.commands\.\w+_command) import", program)
    texts = (Path(ROOT, *name.split(".")).with_suffix(".py").read_text() for name in loaded)
    return any("from server.settings.reading import" in text for text in (program, *texts))
