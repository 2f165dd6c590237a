"""New epochs: which rows get them, and the command as an operator meets it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from persistence.errors import Unfit
from persistence.journal import epochs, stored_states
from persistence.journal.epochs import RenewedEpochs
from persistence.lanes import node_name
from persistence.new_epochs import new_epochs
from persistence.pool import Database, Executor
from persistence.tables import collaboration_sessions
from persistence.tables.operating import running_nodes
from tests.persistence.planted_rows import make_project, make_user

ROOT = Path(__file__).parents[2]

KEEP_ONE_OF_BEFORE = """
INSERT INTO project_snapshots (project_id, kind, state, epoch, seq)
SELECT id, 'manual', '{}', 'before', 0 FROM studio_projects
"""


@pytest.fixture
async def visitor(database_url: str) -> AsyncIterator[Database]:
    """A pool that is not taken for a node's."""
    db = await Database.open(database_url, max_size=5, application_name="a test")
    yield db
    await db.close()


def run(*arguments: str, url: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "persistence.new_epochs", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        timeout=60,
        check=False,
    )


async def run_beside(*arguments: str, url: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(run, *arguments, url=url)


async def epochs_of(db: Database) -> dict[str, str]:
    rows = await db.fetch("SELECT id, epoch FROM studio_projects")
    return {row["id"]: row["epoch"] for row in rows}


async def snapshots_of(db: Database) -> dict[str, tuple[str, str]]:
    """By id: the project and the epoch of each."""
    rows = await db.fetch("SELECT id, project_id, epoch FROM project_snapshots")
    return {row["id"]: (row["project_id"], row["epoch"]) for row in rows}


@pytest.mark.postgres
async def test_every_project_gets_an_epoch_of_its_own_and_its_snapshots_follow(
    visitor: Database, database_url: str
) -> None:
    ann = await make_user(visitor)
    for n in range(5):
        await make_project(visitor, ann, f"Song {n}")
    await visitor.execute(KEEP_ONE_OF_BEFORE)
    before, snapshots = await epochs_of(visitor), await snapshots_of(visitor)
    assert await new_epochs(database_url) == RenewedEpochs(projects=5, snapshots=5)
    after = await epochs_of(visitor)
    assert after.keys() == before.keys()
    assert len({*before.values(), *after.values()}) == 10
    assert await snapshots_of(visitor) == {
        id: (project, epoch if epoch == "before" else after[project])
        for id, (project, epoch) in snapshots.items()
    }


@pytest.mark.postgres
async def test_nothing_else_of_a_project_changes(visitor: Database, database_url: str) -> None:
    ann = await make_user(visitor)
    project = await make_project(visitor, ann, state=b'{"markers": {"marker_1": {"time": 1}}}')
    stored = await stored_states.newest(visitor, project.id)
    await new_epochs(database_url)
    renewed = await stored_states.newest(visitor, project.id)
    assert (renewed.seq, renewed.slices) == (stored.seq, stored.slices)
    assert renewed.epoch != stored.epoch


@pytest.mark.postgres
async def test_snapshots_follow_however_many_give_epochs_at_once(
    visitor: Database, database_url: str
) -> None:
    ann = await make_user(visitor)
    for n in range(20):
        await make_project(visitor, ann, f"Song {n}")
    renewals = [new_epochs(database_url) for _ in range(5)]
    assert await asyncio.gather(*renewals) == [RenewedEpochs(20, 20)] * 5
    after = await epochs_of(visitor)
    assert all(epoch == after[project] for project, epoch in (await snapshots_of(visitor)).values())


@pytest.mark.postgres
async def test_a_database_without_projects_is_fine(database_url: str) -> None:
    assert await new_epochs(database_url) == RenewedEpochs(0, 0)


@pytest.mark.postgres
async def test_a_node_that_is_connected_stands_in_the_way(
    database: Database, database_url: str
) -> None:
    await make_project(database, await make_user(database))
    before = await epochs_of(database)
    node = await Database.open(database_url, max_size=1, application_name=node_name())
    refused = await run_beside("--json", url=database_url)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("new-epochs: nodes are running (1 connection")
    assert "stop them first" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert await epochs_of(database) == before
    forced = await run_beside("--json", "--force", url=database_url)
    assert (forced.returncode, forced.stderr) == (0, "")
    await node.close()
    assert json.loads(forced.stdout) == {"projects": 1, "snapshots": 1}
    assert await epochs_of(database) != before


@pytest.mark.postgres
async def test_a_fresh_restore_is_no_node(
    visitor: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dump says that a session was alive just now; nobody is connected."""
    monkeypatch.setattr(running_nodes, "LOOK_SECONDS", 0.3)
    ann = await make_user(visitor)
    project = await make_project(visitor, ann)
    await collaboration_sessions.open_session(visitor, project.id, ann.id)
    assert (await new_epochs(database_url)).projects == 1
    assert (await epochs_of(visitor))[project.id] != project.epoch


@pytest.mark.postgres
async def test_a_node_that_connects_again_is_waited_for(
    visitor: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a crash of the database: a session was alive just now, its node is away still."""
    ann = await make_user(visitor)
    project = await make_project(visitor, ann)
    await collaboration_sessions.open_session(visitor, project.id, ann.id)
    look, looks, nodes = running_nodes.refuse_nodes, 0, []

    async def look_and_let_a_node_in(db: Executor) -> None:
        nonlocal looks
        looks += 1
        await look(db)
        if looks == 2:
            nodes.append(
                await Database.open(database_url, max_size=1, application_name=node_name())
            )

    monkeypatch.setattr(running_nodes, "refuse_nodes", look_and_let_a_node_in)
    with pytest.raises(Unfit, match="1 connection"):
        await new_epochs(database_url)
    await nodes[0].close()
    assert looks == 3
    assert (await epochs_of(visitor))[project.id] == project.epoch


@pytest.mark.postgres
async def test_sessions_of_long_ago_are_not_waited_for(
    visitor: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_nodes, "LOOK_SECONDS", 3_600.0)
    ann = await make_user(visitor)
    project = await make_project(visitor, ann)
    session = await collaboration_sessions.open_session(visitor, project.id, ann.id)
    await visitor.execute(
        "UPDATE collaboration_sessions SET last_activity_at = now() - interval '31 s'"
    )
    assert (await new_epochs(database_url)).projects == 1
    await visitor.execute("UPDATE collaboration_sessions SET last_activity_at = now()")
    await collaboration_sessions.close_session(visitor, session)
    assert (await new_epochs(database_url)).projects == 1


@pytest.mark.postgres
async def test_a_node_that_starts_meanwhile_is_seen(
    visitor: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await make_project(visitor, await make_user(visitor))
    renew, nodes = epochs.renew, []

    async def renew_while_a_node_starts(db: Database) -> RenewedEpochs:
        nodes.append(await Database.open(database_url, max_size=1, application_name="prime"))
        return await renew(db)

    monkeypatch.setattr(epochs, "renew", renew_while_a_node_starts)
    with pytest.raises(Unfit, match="1 connection"):
        await new_epochs(database_url)
    await nodes[0].close()
    assert await epochs_of(visitor) == {before.id: before.epoch}


@pytest.mark.postgres
async def test_nodes_of_other_databases_are_not_meant(database_url: str, postgres_dsn: str) -> None:
    node = await Database.open(postgres_dsn, max_size=1, application_name=node_name())
    try:
        assert await new_epochs(database_url) == RenewedEpochs(0, 0)
    finally:
        await node.close()


@pytest.mark.postgres
async def test_the_command_says_what_it_did(visitor: Database, database_url: str) -> None:
    ann = await make_user(visitor)
    for n in range(2):
        await make_project(visitor, ann, f"Song {n}")
    done = await run_beside(url=database_url)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "new epochs for 2 projects and 2 snapshots\n"


@pytest.mark.postgres
async def test_a_standby_is_to_be_promoted_first(visitor: Database, database_url: str) -> None:
    name = await visitor.fetchval("SELECT current_database()")
    await visitor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    refused = await run_beside(url=database_url)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "or promote it" in refused.stderr
    assert refused.stderr.count("\n") == 1


@pytest.mark.postgres
async def test_a_database_that_fails_midway_changes_nothing(
    visitor: Database, database_url: str
) -> None:
    before = await make_project(visitor, await make_user(visitor))
    await visitor.execute("ALTER TABLE studio_projects ADD CHECK (length(epoch) < 3) NOT VALID")
    failed = await run_beside("--json", url=database_url)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "violates check constraint" in failed.stderr
    assert failed.stderr.count("\n") == 1
    assert await epochs_of(visitor) == {before.id: before.epoch}
    assert {epoch for _, epoch in (await snapshots_of(visitor)).values()} == {before.epoch}


@pytest.mark.postgres
def test_a_database_without_tables_is_refused(empty_database_url: str) -> None:
    refused = run(url=empty_database_url)
    assert refused.returncode == 1
    assert "run ./run migrate" in refused.stderr


def test_without_a_database_it_says_what_to_set() -> None:
    refused = run("--json")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "new-epochs: which database? set DATABASE_URL\n"


@pytest.mark.parametrize(
    ("url", "exit_code"),
    [
        ("postgresql://nobody@127.0.0.1:1/nothing", 1),
        ("postgresql://127.0.0.1:port/x", 2),
        ("mysql://x", 2),
    ],
)
def test_a_database_that_is_not_there_is_one_line(url: str, exit_code: int) -> None:
    failed = run(url=url)
    assert failed.returncode == exit_code, failed.stderr
    assert failed.stderr.startswith("new-epochs: ")
    assert failed.stderr.count("\n") == 1


def test_help_is_given() -> None:
    asked = run("--help")
    assert asked.returncode == 0
    assert "--force" in asked.stdout
    assert run("--what").returncode == 2
