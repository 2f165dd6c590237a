"""The server's command line, as an operator meets it: a process, its output, its exit code."""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import IO

import pytest

from persistence.pool import Database
from server.__main__ import main
from server.version import VERSION
from tests.persistence.planted_rows import make_project, make_user

ROOT = Path(__file__).parents[2]

ANY = "postgresql:///x"

pytestmark = [pytest.mark.node, pytest.mark.postgres]


def server(*words: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "server", *words],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: "subprocess.Popen[str]") -> tuple[str, str]:
    out, err = process.communicate(timeout=100)
    return out, err


def test_it_serves_on_its_own_servers_and_stops_in_order(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    first = server("--port", "0", "--data", data, "--json", DATABASE_URL="")
    assert first.stdout is not None
    ready = json.loads(first.stdout.readline())
    assert ready["ready"] is True
    assert ready["pid"] == first.pid
    second = server("--port", "0", "--data", data, DATABASE_URL="", REDIS_URL="")
    _, problem = said(second)
    assert second.returncode == 1
    assert f"{first.pid} already runs a server on" in problem
    assert_audited(data)
    first.send_signal(signal.SIGTERM)
    said(first)
    assert first.returncode == 0
    assert_audited(data)


def test_cycles_are_looked_for_once_all_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for: list[bool] = []

    class ServeCommand(ModuleType):
        @property
        def main(self) -> Callable[[], int]:
            looked_for.append(gc.isenabled())
            return self.serve

        def serve(self) -> int:
            looked_for.append(gc.isenabled())
            return 0

    name = "server.commands.serve_command"
    monkeypatch.setitem(sys.modules, name, ServeCommand(name))
    monkeypatch.setattr("server.__main__.hold_first", lambda: None)
    assert main() == 0
    assert looked_for == [False, True]


def test_what_is_no_node_loads_none() -> None:
    """An audit, several nodes, and a start that is refused: half of the load is a node's."""
    loaded = "import sys, server.commands.serve_command; print('server.node' in sys.modules)"
    answer = subprocess.check_output([sys.executable, "-c", loaded], cwd=ROOT, text=True)
    assert answer == "False\n"


def test_it_serves_though_nobody_reads_that_it_is_ready(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with open(writes, "w") as unread:
        unheard = subprocess.Popen(
            [sys.executable, "-m", "server", "--port", "0", "--data", str(tmp_path), "--json"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": "", "REDIS_URL": ""},
            stdout=unread,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert unheard.stderr is not None
    events = [json.loads(line)["event"] for line in _until_it_serves(unheard.stderr)]
    assert events[-1] == "it serves"
    unheard.send_signal(signal.SIGTERM)
    said(unheard)
    assert unheard.returncode == 0


def _until_it_serves(log: IO[str]) -> Iterator[str]:
    for line in log:
        yield line
        if '"it serves"' in line:
            return


def assert_audited(data: str) -> None:
    """That an audit finds the database of this directory: it says which project is not there."""
    project = "00000000-0000-4000-8000-000000000001"
    audit = server("audit", project, "--data", data, "--json", DATABASE_URL="")
    _, problem = said(audit)
    assert (audit.returncode, problem) == (2, f"prime: there is no project {project}\n")


async def test_an_audit_names_its_project_by_the_beginning_of_the_id_in_whatever_case(
    database: Database, database_url: str
) -> None:
    ann = await make_user(database, "ann")
    project = (await make_project(database, ann)).id
    for named in (project, project.upper(), project[:8].upper()):
        process = server("audit", named, DATABASE_URL=database_url)
        out, problem = await asyncio.to_thread(said, process)
        assert (process.returncode, problem) == (0, "")
        assert json.loads(out)["project"] == project
    other = f"{project[:-1]}{'1' if project[-1] == '0' else '0'}"
    await make_project(database, ann, "Other", id=other)
    process = server("audit", project[:8], DATABASE_URL=database_url)
    _, problem = await asyncio.to_thread(said, process)
    assert process.returncode == 2
    assert problem.startswith(f"prime: several ids begin with {project[:8]}: ")
    assert f"{other} (Other)" in problem


def test_a_database_that_is_down_is_waited_for(tmp_path: Path) -> None:
    nobody = "postgresql://prime@127.0.0.1:1/prime"
    process = server("--port", "0", DATABASE_URL=nobody, REDIS_URL="")
    assert process.stderr is not None
    starting, given, line = (json.loads(process.stderr.readline()) for _ in range(3))
    assert (starting["event"], starting["version"]) == ("starting", VERSION)
    assert given["given"]["DATABASE_URL"] == {"value": nobody, "where": "environment"}
    assert line["event"] == "the database cannot be served from yet; trying again"
    process.send_signal(signal.SIGTERM)
    out, problem = said(process)
    assert process.returncode == 0
    last = json.loads(problem.splitlines()[-1])
    assert (last["event"], last["level"]) == ("stopped while it waited for its database", "info")
    assert "Traceback" not in out + problem


@pytest.mark.parametrize(
    ("words", "environment", "code", "problem"),
    [
        (["--port", "0"], {"REDIS_URL": "nonsense"}, 2, "REDIS_URL"),
        (["--port", "0"], {"PRIME_SECRET": "short"}, 2, "at least 32 characters"),
        (["--port", "0"], {"PRIME_STALL_PROBE": "maybe"}, 2, "PRIME_STALL_PROBE must be 1,"),
        (["audit", "x", "--data", "none"], {"DATABASE_URL": ""}, 2, "set DATABASE_URL"),
        (["audit", "x", "--data", "none"], {"DATABASE_URL": ANY}, 2, "none holds no embedded one"),
        (["audit", "x"], {"DATABASE_URL": ANY, "PRIME_LIMITS": "nonsense"}, 2, "PRIME_LIMITS"),
        (["audit", "x"], {"DATABASE_URL": "postgresql:///x"}, 2, "no project id"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    words: list[str], environment: dict[str, str], code: int, problem: str
) -> None:
    process = server(*words, **{"REDIS_URL": "", **environment})
    _, error = said(process)
    assert process.returncode == code
    assert problem in error
    assert len(error.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["audit", "x", "--nodes", "2"], "--nodes is nothing that `audit` knows"),
        (["audit", "x", "--behind-proxy"], "--behind-proxy is nothing that `audit` knows"),
        (["serve", "x"], "project is nothing that `serve` knows"),
        (["--digests"], "--digests is nothing that `serve` knows"),
    ],
)
def test_what_is_said_of_another_word_is_not_ignored(words: list[str], problem: str) -> None:
    process = server(*words)
    _, error = said(process)
    assert process.returncode == 2
    assert problem in error


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_is_none_is_a_wrong_command_line(port: str) -> None:
    process = server("--port", port)
    _, error = said(process)
    assert process.returncode == 2
    [line] = error.splitlines()
    assert "--port must be a whole number from 0 to 65535, as 8787" in line


COMMANDS = (
    "server --port 0",
    "server --port 0 --nodes 2",
    "server audit 00000000-0000-4000-8000-000000000001",
    "server.commands.users_command list",
    "server.backups.backup_command --to .",
    "server.backups.rehearse_command --from .",
    "server.states.checkpoint_watch 00000000-0000-4000-8000-000000000001",
    "persistence.tools.append_speed",
    "persistence.tools.fill_tables",
    "persistence.tools.foreign_session lock 00000000-0000-4000-8000-000000000001",
    "persistence.migrate",
    "persistence.new_epochs",
    "persistence.tools.standby followed",
)
"""All that have a database of DATABASE_URL."""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_url_that_is_none_has_one_exit_code(command: str) -> None:
    """A process each: what is looked at is how it ends."""
    url = "postgresql://ann:secret@127.0.0.1:port/prime"
    finished = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "REDIS_URL": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 2, finished.stderr
    assert "DATABASE_URL must be a database URL" in finished.stderr
    assert "secret" not in finished.stderr
    assert len(finished.stderr.strip().splitlines()) == 1


def test_these_are_all_commands_that_read_it() -> None:
    folders = ("server", "persistence", "files", "gateway")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    ways = ("from_environment(", "chosen(arguments.database_url", "database_of(")
    asking = {path for path in files if any(way in path.read_text() for way in ways)}
    asking -= {
        ROOT / "persistence" / "database_url.py",
        ROOT / "server" / "commands" / "database_of_command.py",
    }
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in asking}
    modules = {command.split()[0] for command in COMMANDS}
    served = "server.commands.serve_command"
    assert named == {served if name == "server" else name for name in modules}
