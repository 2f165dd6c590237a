"""A restore that ends halfway says what is there, and that is so."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from machine.terminals.progress import tell_nobody
from persistence.backups.contents import close, connect
from persistence.errors import Unavailable, Unfit
from persistence.pool import Database
from server.backups import restoring
from server.backups.backup_directory import Backup
from server.backups.command_output import EndWords
from server.backups.dumping import back_up
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres


CLOSED = "INSERT INTO closed_rooms (project_id, reason) VALUES ($1, 'x')"

NODE = """
INSERT INTO server_nodes (name, host, address, pid, version) VALUES ('n', 'h', 'a', 1, '1')
"""


class Halfway(Exception):
    """Whatever ends a restore."""


@pytest.fixture
async def backed_up(database: Database, database_url: str, tmp_path: Path) -> Backup:
    """A project, in maintenance, a closed room and a node: all in one backup."""
    project = await make_project(database, await make_user(database), "Song")
    await database.execute("INSERT INTO maintenance (message) VALUES ('We move.')")
    await database.execute(CLOSED, project.id)
    await database.execute(NODE)
    return (await back_up(database_url, tmp_path, None, tell_nobody)).backup


async def epochs_in(url: str) -> list[str] | None:
    """Of the projects that are there; None: there is not even the table."""
    connection = await connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass('public.studio_projects')") is None:
            return None
        return [row["epoch"] for row in await connection.fetch("SELECT epoch FROM studio_projects")]
    finally:
        await close(connection)


@pytest.mark.parametrize(
    ("at", "jobs", "said", "is_there"),
    [
        ("creating TABLE", None, "one transaction is most likely undone: restore again", False),
        ("creating INDEX", 2, "half of the rows may be in", True),
        ("comparing", None, "not compared yet and WITHOUT new epochs: start no node", True),
        ("migrating", None, "WITHOUT new epochs: start no node on it before ./run migrate", True),
        ("giving", None, "WITHOUT new epochs: start no node on it before ./run migrate", True),
    ],
)
async def test_whatever_ends_it_what_is_left_is_told(
    database: Database,
    empty_database_url: str,
    backed_up: Backup,
    at: str,
    jobs: int | None,
    said: str,
    is_there: bool,
) -> None:
    def tell(text: str, _done: int = 0, _of: int = 0, /) -> None:
        if text.startswith(at):
            raise Halfway

    left, to = EndWords(), empty_database_url
    with pytest.raises(Halfway):
        await restoring.restore(backed_up.dump, backed_up.manifest, to, jobs, tell, left)
    assert said in left.words
    before = [row["epoch"] for row in await database.fetch("SELECT epoch FROM studio_projects")]
    found = await epochs_in(to)
    if jobs:  # by which time the rows of this table are in or not
        assert found in (before, [])
    else:
        assert found == (before if is_there else None)
    again = pytest.raises(Unfit, match="is not empty") if is_there else nullcontext()
    with again:
        await restoring.restore(backed_up.dump, backed_up.manifest, to, jobs, tell_nobody, left)


@pytest.mark.parametrize("jobs", [None, 2])
async def test_whoever_waits_is_told_how_many_rows_are_in_and_how_many_are_compared(
    empty_database_url: str, backed_up: Backup, jobs: int | None
) -> None:
    told: list[tuple[str, int, int]] = []

    def tell(text: str, done: int = 0, of: int = 0, /) -> None:
        told.append((text, done, of))

    manifest = restoring.opened(backed_up.dump, tell)
    assert manifest is not None
    assert ("checking the file, byte by byte", 0, manifest.bytes) in told
    told.clear()
    await restoring.restore(backed_up.dump, manifest, empty_database_url, jobs, tell, EndWords())
    tables = manifest.contents.tables
    rows = sum(table.rows for table in tables.values())
    for words in ("comparing rows of", "processing data for table"):
        counts = [(done, of) for text, done, of in told if text.startswith(words)]
        assert counts == sorted(counts)
        assert {of for _, of in counts} == {rows}
        assert counts[-1][0] > 0
        assert len(counts) == len(tables) or jobs  # lines of two processes may run together
    assert told[-1] == ("giving new epochs", 0, 0)


async def test_a_database_that_goes_away_behind_the_rows_says_so_too(
    empty_database_url: str, backed_up: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_url: str) -> None:
        raise Unavailable("the database does not answer")

    monkeypatch.setattr(restoring, "snapshot", gone)
    left = EndWords()
    with pytest.raises(Unavailable):
        await restoring.restore(
            backed_up.dump, backed_up.manifest, empty_database_url, None, tell_nobody, left
        )
    assert "WITHOUT new epochs: start no node on it: drop" in left.words


async def test_what_operators_had_decided_stays_and_is_told_and_nodes_are_forgotten(
    empty_database_url: str, backed_up: Backup
) -> None:
    left = EndWords()
    done = await restoring.restore(
        backed_up.dump, backed_up.manifest, empty_database_url, None, tell_nobody, left
    )
    assert (done.standing.message, done.standing.closed_rooms) == ("We move.", 1)
    assert left.words.endswith("is restored, with new epochs")
    connection = await connect(empty_database_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM server_nodes") == 0
        assert await connection.fetchval("SELECT count(*) FROM maintenance") == 1
    finally:
        await close(connection)
