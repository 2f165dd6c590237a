"""`./run users` as an operator meets it: a process, its output, its exit code."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from persistence.pool import Database
from server.accounts import signing_keys
from tests.server.conftest import Node

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.postgres

PASSWORD = "a kettle of 7 songs"


def users(
    url: str, *words: str, stdin: str = "", **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "machine.starting", "server.commands.users_command", *words],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, **environment},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def done(url: str, *words: str, **others: str) -> Any:
    finished = users(url, *words, "--json", **others)
    assert (finished.returncode, finished.stderr) == (0, "")
    return json.loads(finished.stdout)


async def test_an_account_from_its_making_to_its_last_login(database_url: str) -> None:
    made = done(database_url, "create", "ann@example.com", "ann", "--operator", stdin=PASSWORD)
    assert sorted(made) == ["email", "id", "username"]
    public = "https://prime.example"
    link = done(database_url, "reset", "ann", PRIME_PUBLIC_URL=public)["link"]
    assert link.startswith(f"{public}/account#reset=")
    [listed] = done(database_url, "list")["users"]
    assert (listed["id"], listed["is_operator"], listed["has_password"]) == (made["id"], True, True)
    shown = done(database_url, "show", "ANN@example.com")
    assert shown == listed | {"auth_sessions": [], "projects": []}
    assert done(database_url, "revoke", made["id"]) == {"id": made["id"], "revoked": 0}
    undone = done(database_url, "make-operator", "ann", "--undo")
    assert undone == {"id": made["id"], "is_operator": False, "changed": True}


async def test_what_is_refused_is_one_line_and_a_code(database_url: str) -> None:
    for words, stdin, code, told in (
        (["create", "ann@example.com", "ann"], "", 1, "first line of stdin"),
        (["create", "ann@example.com", "ann"], "short", 1, "a password has at least 8 characters"),
        (["create", "ann", "ann"], PASSWORD, 1, "email: "),
        (["show", "nobody"], "", 1, "there is no account"),
    ):
        refused = users(database_url, *words, stdin=stdin)
        assert (refused.returncode, refused.stdout) == (code, "")
        assert refused.stderr.startswith("users: ")
        assert refused.stderr.endswith("; nothing was changed\n")
        assert told in refused.stderr
        assert len(refused.stderr.splitlines()) == 1


def test_a_database_that_is_not_there_is_one_line_and_a_code(tmp_path: Path) -> None:
    for url, words, code in (
        ("postgresql://127.0.0.1:1/x", ["list"], 1),
        ("nonsense", ["list"], 2),
        ("", ["list", "--data", str(tmp_path)], 2),
    ):
        refused = users(url, *words)
        assert (refused.returncode, refused.stdout) == (code, "")
        assert len(refused.stderr.splitlines()) == 1


async def test_keys_are_rotated_once_in_a_while(database_url: str) -> None:
    kid = done(database_url, "rotate-keys")["kid"]
    refused = users(database_url, "rotate-keys")
    assert refused.returncode == 1
    assert "does not sign yet" in refused.stderr
    db = await Database.open(database_url, max_size=1)
    keys = await signing_keys.opened(db)
    await db.close()
    assert keys.get(kid) is not None
    signer = keys.signer(time.time())
    assert signer is not None
    assert signer.kid != kid


WORDS = [
    "create", "list", "show", "reset", "revoke", "make-operator", "drop-second-factor",
    "rotate-keys",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_every_word_explains_itself(word: str) -> None:
    told = users("", word, "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(f"usage: ./run users {word}")
    assert "--password" not in told.stdout


def test_no_word_is_called_wrongly() -> None:
    assert users("").returncode == 2
    assert users("", "destroy").returncode == 2


ONLY_OF_NODES = ("hiredis", "limits", "prometheus_client", "redis", "rooms.document")


@pytest.mark.parametrize(
    "command",
    ["commands.users_command", "backups.backup_command", "backups.restore_command"],
)
def test_a_command_loads_nothing_that_only_nodes_need(command: str) -> None:
    """That was half of the time that it took."""
    told = subprocess.run(
        [sys.executable, "-c", f"import server.{command}, sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    loaded = told.stdout.split()
    assert f"server.{command}" in loaded
    assert not set(ONLY_OF_NODES) & set(loaded)


NOTED: dict[str, tuple[Sequence[str], str | None]] = {
    "create": (("create", "ben@example.com", "ben"), "account_made"),
    "list": (("list",), None),
    "show": (("show", "ann"), None),
    "reset": (("reset", "ann"), "reset_requested"),
    "revoke": (("revoke", "ann"), "session_revoked"),
    "drop-second-factor": (("drop-second-factor", "ann"), "second_factor_removed"),
    "make-operator": (("make-operator", "ann"), "operator_made"),
    "make-operator --undo": (("make-operator", "ann", "--undo"), "operator_unmade"),
    "rotate-keys": (("rotate-keys", "--at-once"), "key_rotated"),
}
"""Each word, in an order in which it has something to do, and what of it is in the audit."""


FACTOR = "INSERT INTO second_factors (user_id, sealed, confirmed_at) VALUES ($1, 'sealed', now())"

WAYS = "SELECT details->>'way' FROM audit_log WHERE event = 'reset_requested' ORDER BY created_at"

ENTRIES = "SELECT event FROM audit_log WHERE details->>'by' = 'command line' ORDER BY created_at"


PUBLIC = {"PRIME_PUBLIC_URL": "https://prime.example"}


async def test_R49_the_audit_tells_a_link_that_was_handed_on_from_a_mail(
    database: Database, database_url: str
) -> None:
    for words in (("create", "ann@example.com", "ann", "--link"), ("reset", "ann", "--mail")):
        await asyncio.to_thread(done, database_url, *words, **PUBLIC)
    assert [row[0] for row in await database.fetch(WAYS)] == ["link", "mail"]


@pytest.mark.node
async def test_R49_each_word_that_changes_something_is_in_the_audit_once(
    node: Node, database: Database, database_url: str
) -> None:
    """Done a second time it changes nothing, and says nothing there, where it has an opposite."""
    assert {name.split()[0] for name in NOTED} == set(WORDS)
    ann = await node.musician("ann")
    await database.execute(FACTOR, ann.user)
    noted: list[str] = []
    for name, (words, event) in NOTED.items():
        await asyncio.to_thread(done, database_url, *words, stdin=PASSWORD, **PUBLIC)
        noted += [] if event is None else [event]
        assert [row["event"] for row in await database.fetch(ENTRIES)] == noted, name
    for words in (("make-operator", "ann", "--undo"), ("drop-second-factor", "ann")):
        await asyncio.to_thread(done, database_url, *words)
    assert len(await database.fetch(ENTRIES)) == len(noted)
