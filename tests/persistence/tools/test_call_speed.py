import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from persistence.errors import NotFound
from persistence.pool import Database
from persistence.tables import users
from persistence.tools.call_speed import TOKEN, VERSION, Connections, filled, record
from tests.persistence.planted_rows import make_login

ROOT = Path(__file__).parents[3]


def run(url: str, kinds: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "persistence.tools.call_speed"),
            *("--database-url", url, "--seconds", "0.2", "--workers", "2"),
        ],
        input=json.dumps(kinds),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=50,
        check=False,
    )


def test_each_call_gets_an_id_and_a_version_of_its_own() -> None:
    args = [f"name {TOKEN}", [TOKEN], VERSION, 3, None, True]
    name, ids, version, *rest = filled(args, 8)
    assert TOKEN not in name
    assert ids != [TOKEN]
    assert [version, *rest] == [8, 3, None, True]


@pytest.mark.postgres
async def test_it_runs_what_the_server_would_ask(database_url: str, database: Database) -> None:
    ada = await users.create(database, email="a@example.org", username="ada", name="Ada")
    await make_login(database, ada)
    user = ada.id
    create = {"plugin": "Speed", "name": f"New {TOKEN}"}
    kinds = [
        {"kind": "create", "method": "presets.create", "calls": [[user, create]] * 2},
        {"kind": "list", "method": "presets.list", "calls": [[user, {"limit": 20}]] * 2},
    ]
    done = run(database_url, kinds)
    assert done.returncode == 0, done.stderr
    made, listed = json.loads(done.stdout)["results"]
    assert (made["kind"], listed["kind"]) == ("create", "list")
    assert listed["per_s"] > 0
    count = await database.fetchval("SELECT count(*) FROM plugin_presets WHERE plugin = 'Speed'")
    assert count > 2


@pytest.mark.postgres
async def test_statements_ask_for_the_login_as_the_servers_do(
    database_url: str, database: Database
) -> None:
    ada = await users.create(database, email="a@example.org", username="ada", name="Ada")
    connections = await Connections.open(database_url)
    calls: tuple[tuple[str, Any, str], ...] = (
        ("presets.list", {"limit": 20}, "require_login("),
        ("presets.create", {"plugin": "Speed", "name": "New"}, "hold_login("),
        ("recall.suggest", {"category": "x"}, "require_login("),
        ("recall.observe", {"category": "x", "uses": [{"id": ada.id, "key": "k"}]}, "hold_login("),
    )
    try:
        with pytest.raises(NotFound, match="not logged in"):
            await record(connections, "presets.list", ada.id, {"limit": 20})
        await make_login(database, ada)
        for method, params, asks in calls:
            first = (await record(connections, method, ada.id, params)).statements[0]
            assert asks in first.text, method
    finally:
        await connections.close()


def test_a_database_that_is_not_there_is_one_line() -> None:
    done = run("postgresql://prime@127.0.0.1:1/prime", [])
    assert done.returncode == 1
    assert done.stderr.startswith("call_speed: ")
    assert "Traceback" not in done.stderr
