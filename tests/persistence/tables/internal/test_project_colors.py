"""Colours are given once (rule P9)."""

import asyncio
import uuid
from zlib import crc32

import pytest

from persistence import migrate
from persistence.migrate import known_migrations
from persistence.pool import Database
from persistence.tables import project_members, users
from persistence.tables.internal import project_colors
from rooms.presence.colors import color_at, color_of
from tests.databases import execute
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres

BEFORE = 48

TWELVE = 12


@pytest.fixture
async def project(database: Database) -> str:
    return (await make_project(database, await make_user(database))).id


async def places(db: Database, project: str, *people: str) -> list[int]:
    found = await project_colors.places(db, [(project, user) for user in people])
    return [found[project, user] for user in people]


async def come(db: Database, project: str, count: int) -> list[str]:
    """So many more members, one after the other."""
    people = [(await make_user(db)).id for _ in range(count)]
    for user in people:
        await project_members.grant(db, project, user, "viewer")
    return people


async def owner_of(db: Database, project: str) -> str:
    owner: str = await db.fetchval(
        "SELECT user_id FROM project_members WHERE project_id = $1 AND role = 'owner'", project
    )
    return owner


async def test_P9_who_is_the_first_to_have_the_own_colour_has_it_everywhere(
    database: Database, project: str
) -> None:
    owner = await owner_of(database, project)
    assert [color_at(place) for place in await places(database, project, owner)] == [
        color_of(owner)
    ]
    ids = [str(uuid.uuid4()) for _ in range(50)]
    found = [await database.fetchval("SELECT own_color($1)", one) for one in ids]
    assert found == [crc32(one.encode()) % TWELVE for one in ids]


async def test_P9_twelve_users_have_twelve_colours_and_keep_them_when_more_come(
    database: Database, project: str
) -> None:
    people = [await owner_of(database, project), *await come(database, project, TWELVE - 1)]
    given = await places(database, project, *people)
    assert len(set(given)) == TWELVE
    more = await come(database, project, 3)
    assert await places(database, project, *people) == given
    for user, place in zip(more, await places(database, project, *more), strict=True):
        assert color_at(place) == color_of(user), "all are taken: then the own one"


async def test_P9_nobodys_colour_changes_when_somebody_leaves_or_comes_back(
    database: Database, project: str
) -> None:
    people = await come(database, project, 8)
    given = await places(database, project, *people)
    for user in people[:4]:
        await project_members.revoke(database, project, user)
    assert await places(database, project, *people) == given, "of who has left, too"
    [new] = await come(database, project, 1)
    assert (await places(database, project, new))[0] not in given, "nobody ever had it here"
    await project_members.grant(database, project, people[0], "editor")
    assert await places(database, project, *people) == given


async def test_P9_past_twelve_who_comes_gets_the_colour_of_somebody_who_left(
    database: Database, project: str
) -> None:
    people = [await owner_of(database, project), *await come(database, project, TWELVE - 1)]
    gone = people[5]
    await project_members.revoke(database, project, gone)
    [new] = await come(database, project, 1)
    assert await places(database, project, new) == await places(database, project, gone)


async def test_P9_those_who_come_at_once_get_colours_of_their_own(
    database: Database, project: str
) -> None:
    people = [(await make_user(database)).id for _ in range(TWELVE - 1)]
    await asyncio.gather(
        *(project_members.grant(database, project, user, "viewer") for user in people)
    )
    given = await places(database, project, *people, await owner_of(database, project))
    assert len(set(given)) == TWELVE


async def test_P9_an_account_that_is_erased_leaves_the_colour_of_its_edits(
    database: Database, project: str
) -> None:
    [gone] = await come(database, project, 1)
    given = await places(database, project, gone)
    await database.execute("DELETE FROM prime_users WHERE id = $1", gone)
    assert await users.by_id(database, gone) is None
    assert await places(database, project, gone) == given


async def test_P9_members_of_before_keep_what_they_were_shown_with(
    empty_database_url: str,
) -> None:
    """Each in the order of coming: the own colour, or the next that was free."""
    await migrate.migrate(empty_database_url, known_migrations()[:BEFORE])
    people = sorted(str(uuid.UUID(int=(0xABC << 100) + n)) for n in range(15))
    song = str(uuid.uuid4())
    rows = ", ".join(f"('{user}', '{n}@example.org', 'u{n}')" for n, user in enumerate(people))
    late = ", ".join(
        f"('{song}', '{user}', 'viewer', now() + interval '{n} minutes')"
        for n, user in enumerate(people[1:])
    )
    await execute(
        empty_database_url,
        f"INSERT INTO prime_users (id, email, username) VALUES {rows};"
        f"INSERT INTO studio_projects (id, owner_id, name) VALUES ('{song}', '{people[0]}', 's');"
        f"INSERT INTO project_members (project_id, user_id, role, created_at) VALUES {late}"
        " ON CONFLICT DO NOTHING;"
        f"INSERT INTO project_members (project_id, user_id, role, created_at)"
        f" VALUES ('{song}', '{people[0]}', 'owner', now() - interval '1 day')"
        " ON CONFLICT (project_id, user_id) DO UPDATE SET created_at = excluded.created_at;",
    )
    await migrate.migrate(empty_database_url)
    db = await Database.open(empty_database_url, max_size=1)
    try:
        found = await places(db, song, *people)
    finally:
        await db.close()
    free, expected = set(range(TWELVE)), []
    for user in people:
        own = crc32(user.encode()) % TWELVE
        turns = [(own + n) % TWELVE for n in range(TWELVE)]
        expected.append(next((place for place in turns if place in free), own))
        free.discard(expected[-1])
    assert found == expected
