"""Audio files and the tree of their stems, whoever writes the rows."""

import asyncio
import uuid

import pytest

from persistence.errors import BadValue
from persistence.library import audio_files
from persistence.pool import Database, Executor
from persistence.tables import project_members
from schema.columns.audio_states import AUDIO_STATES
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres

HASH = "ab" * 32

DEEPEST = 4


@pytest.fixture
async def project(database: Database) -> str:
    return (await make_project(database, await make_user(database))).id


async def announce(
    db: Executor,
    project: str,
    parent: str | None = None,
    *,
    status: str = "announced",
    hash: str | None = None,
    kind: str | None = "vocals",
) -> str:
    """A new file; with a parent, a stem of it."""
    id: str = await db.fetchval(
        "INSERT INTO audio_files (project_id, name, parent_id, stem_kind, status, content_hash)"
        " VALUES ($1, 'take 1', $2, $3, $4, $5) RETURNING id",
        project,
        parent,
        kind if parent else None,
        status,
        hash,
    )
    return id


async def refused(statement: object) -> str | None:
    """The constraint that forbids it."""
    with pytest.raises(BadValue) as bad:
        await statement  # type: ignore[misc]
    return bad.value.constraint


async def test_L1_a_hash_is_here_if_any_file_with_it_is(database: Database, project: str) -> None:
    await announce(database, project, status="available", hash=HASH)
    original = await announce(database, project, status="available")
    stem = await announce(database, project, original, hash=HASH)
    found = await audio_files.statuses(database, project, [])
    assert found == {stem: "announced", HASH: "available"}


async def test_L2_of_what_is_held_it_says_what_is_so(database: Database, project: str) -> None:
    here = await announce(database, project, status="available", hash=HASH)
    gone = str(uuid.uuid4())
    found = await audio_files.statuses(database, project, [here, gone, HASH, "cd" * 32])
    assert found == {here: "available", HASH: "available", gone: None, "cd" * 32: None}


async def test_stems_of_stems_go_four_deep(database: Database, project: str) -> None:
    parent = await announce(database, project)
    for _ in range(DEEPEST):
        parent = await announce(database, project, parent)
    assert await refused(announce(database, project, parent)) == "audio_files_depth_check"


async def test_a_stem_is_of_a_file_of_its_project_and_says_which_one(
    database: Database, project: str
) -> None:
    other = (await make_project(database, await make_user(database))).id
    parent = await announce(database, project)
    wrong = "audio_files_parent_id_fkey"
    assert await refused(announce(database, other, parent)) == wrong
    assert await refused(announce(database, project, str(uuid.uuid4()))) == wrong
    nameless = announce(database, project, parent, kind=None)
    assert await refused(nameless) == "audio_files_stem_kind_needed"


async def test_no_file_comes_below_itself_in_one_statement_either(
    database: Database, project: str
) -> None:
    one, two = str(uuid.uuid4()), str(uuid.uuid4())
    rings = "INSERT INTO audio_files (id, project_id, name, parent_id, stem_kind) VALUES"
    ring = f"{rings} ($1, $3, 'a', $2, 'x'), ($2, $3, 'b', $1, 'x')"
    assert await refused(database.execute(ring, one, two, project))
    itself = f"{rings} ($1, $2, 'a', $1, 'x')"
    assert await refused(database.execute(itself, one, project))


async def test_a_parent_is_for_good_and_so_is_the_project(database: Database, project: str) -> None:
    other = (await make_project(database, await make_user(database))).id
    parent, second = await announce(database, project), await announce(database, project)
    stem = await announce(database, project, parent)
    move = "UPDATE audio_files SET parent_id = $2, stem_kind = 'x' WHERE id = $1"
    for child, to in ((stem, second), (parent, stem), (parent, second)):
        assert await refused(database.execute(move, child, to)) == "audio_files_place_check"
    away = "UPDATE audio_files SET project_id = $2 WHERE id = $1"
    assert await refused(database.execute(away, stem, other)) == "audio_files_place_check"
    await database.execute("UPDATE audio_files SET depth = 0 WHERE id = $1", stem)
    assert await database.fetchval("SELECT depth FROM audio_files WHERE id = $1", stem) == 1


async def test_a_stem_outlives_its_file_and_goes_no_deeper_by_that(
    database: Database, project: str
) -> None:
    parent = await announce(database, project, hash=HASH)
    stems = [await announce(database, project, parent, hash=HASH) for _ in range(2)]
    await database.execute("DELETE FROM audio_files WHERE id = $1", parent)
    rows = await database.fetch("SELECT id, parent_id, depth FROM audio_files ORDER BY created_at")
    assert [tuple(row) for row in rows] == [(stem, None, 1) for stem in stems]
    await announce(database, project, stems[0])


async def test_who_makes_a_stem_while_its_file_is_deleted_has_none_or_an_orphan(
    database: Database, project: str
) -> None:
    """In either order: never a stem of a file that is not there."""
    for _ in range(8):
        parent = await announce(database, project)
        await asyncio.gather(
            announce(database, project, parent),
            database.execute("DELETE FROM audio_files WHERE id = $1", parent),
            return_exceptions=True,
        )
    lost = "SELECT count(*) FROM audio_files AS a WHERE a.parent_id IS NOT NULL"
    assert await database.fetchval(lost) == 0


async def test_the_same_bytes_are_announced_once_in_a_project(
    database: Database, project: str
) -> None:
    other = (await make_project(database, await make_user(database))).id
    await announce(database, project, hash=HASH)
    assert await refused(announce(database, project, hash=HASH)) == "audio_files_content_key"
    await announce(database, other, hash=HASH)
    await announce(database, project, await announce(database, project), hash=HASH)


@pytest.mark.parametrize("hash", ["AB" * 32, "ab" * 16, "xy" * 32, "ab" * 32 + "\n"])
async def test_a_content_hash_is_a_sha256_in_small_digits(
    database: Database, project: str, hash: str
) -> None:
    wrong = await refused(announce(database, project, hash=hash))
    assert wrong == "audio_files_content_hash_check"


async def test_only_a_failed_file_says_why(database: Database, project: str) -> None:
    file = await announce(database, project, status="failed")
    say = "UPDATE audio_files SET failure = 'the disk is full' WHERE id = $1"
    await database.execute(say, file)
    again = "UPDATE audio_files SET status = 'announced' WHERE id = $1"
    assert await refused(database.execute(again, file)) == "audio_files_only_failed_check"


FACTS: dict[str, object] = {
    "bytes": 1_000,
    "content_hash": HASH,
    "duration_seconds": 2.5,
    "sample_rate": 48_000,
    "bit_depth": 24,
    "channels": 2,
    "format": "wav",
    "analysis": {"integrated_lufs": -14.5},
    "failure": "the upload broke off",
}


async def in_project(database: Database) -> tuple[str, str]:
    """A project, and its owner."""
    owner = await make_user(database)
    return (await make_project(database, owner)).id, owner.id


def facts_of(status: str) -> dict[str, object]:
    return {name: FACTS[name] for name in AUDIO_STATES[status].takes}


@pytest.mark.parametrize("before", AUDIO_STATES)
@pytest.mark.parametrize("status", AUDIO_STATES)
async def test_L4_a_file_goes_from_one_state_to_those_that_follow_it_and_no_others(
    database: Database, before: str, status: str
) -> None:
    project, owner = await in_project(database)
    file = await announce(database, project, status=before)
    found = await audio_files.set_status(database, file, owner, status, facts_of(status))
    follows = before in AUDIO_STATES[status].follows
    assert found == (project if follows else None)
    row = await database.fetchrow("SELECT * FROM audio_files WHERE id = $1", file)
    assert row is not None
    assert row["status"] == (status if follows else before)
    for name in AUDIO_STATES[status].takes if follows and status != "available" else ():
        assert row[name] == FACTS[name]
    assert row["version"] == (2 if follows else 1)


@pytest.mark.parametrize("status", [name for name, each in AUDIO_STATES.items() if each.needs])
async def test_L4_what_a_state_needs_is_given_then_or_before(
    database: Database, status: str
) -> None:
    project, owner = await in_project(database)
    state = AUDIO_STATES[status]
    for missing in state.needs:
        file = await announce(database, project, status=state.follows[0])
        facts = {n: v for n, v in facts_of(status).items() if n not in (missing, "content_hash")}
        assert await audio_files.set_status(database, file, owner, status, facts) is None
        standing = await audio_files.standing(database, file, owner)
        assert standing is not None
        assert missing in standing.lacks


async def test_L4_who_does_not_edit_sets_nothing(database: Database) -> None:
    project, _ = await in_project(database)
    file = await announce(database, project)
    ben = (await make_user(database)).id
    assert await audio_files.set_status(database, file, ben, "uploading", {}) is None
    assert await audio_files.standing(database, file, ben) is None
    await project_members.grant(database, project, ben, "viewer")
    assert await audio_files.set_status(database, file, ben, "uploading", {}) is None
    await project_members.grant(database, project, ben, "editor")
    assert await audio_files.set_status(database, file, ben, "uploading", {}, version=7) is None
    assert await audio_files.set_status(database, file, ben, "uploading", {}, version=1) == project


async def test_L4_of_two_at_once_one_is_first(database: Database) -> None:
    project, owner = await in_project(database)
    file = await announce(database, project)
    found = await asyncio.gather(
        *(audio_files.set_status(database, file, owner, "uploading", {}) for _ in range(8))
    )
    assert sorted(map(bool, found)) == [False] * 7 + [True]


async def test_L5_stems_come_nearest_first_and_not_more_than_asked_for(
    database: Database,
) -> None:
    project, owner = await in_project(database)
    top = await announce(database, project)
    near = [await announce(database, project, top) for _ in range(3)]
    far = [await announce(database, project, stem) for stem in near]
    found = await audio_files.stems(database, top, owner, 100)
    assert found is not None
    assert (set(found[:3]), set(found[3:])) == (set(near), set(far))
    assert len(await audio_files.stems(database, top, owner, 4) or ()) == 4
    assert await audio_files.stems(database, far[0], owner, 4) == []
    assert await audio_files.stems(database, top, (await make_user(database)).id, 4) is None
