import asyncio
import uuid

import pytest

from persistence.errors import NotFound
from persistence.pool import Database
from persistence.tables import collaboration_sessions, project_members
from persistence.tables.collaboration_sessions import Stay
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres


async def test_a_session_opens_gathers_participants_and_ends(database: Database) -> None:
    ann, bob = await make_user(database), await make_user(database)
    project = await make_project(database, ann)
    session = await collaboration_sessions.open_session(database, project.id, ann.id)
    assert await collaboration_sessions.touch_many(database, {session: [bob.id]}) == {session}
    both = [ann.id, bob.id]
    assert await collaboration_sessions.touch_many(database, {session: both}) == {session}
    row = await database.fetchrow("SELECT * FROM collaboration_sessions")
    assert row is not None
    assert (row["id"], row["host_id"], row["status"]) == (session, ann.id, "active")
    assert set(row["participants"]) == {ann.id, bob.id}
    assert len(row["participants"]) == 2
    assert row["last_activity_at"] > row["started_at"]
    await collaboration_sessions.close_session(database, session)
    ended = await database.fetchval("SELECT ended_at FROM collaboration_sessions")
    await collaboration_sessions.close_session(database, session)
    assert await collaboration_sessions.touch_many(database, {session: [ann.id]}) == set()
    assert ended is not None
    assert await database.fetchval("SELECT ended_at FROM collaboration_sessions") == ended


async def test_many_sessions_go_on_in_one_statement(database: Database) -> None:
    ann, bob = await make_user(database), await make_user(database)
    there = {}
    for users in ([ann.id], [ann.id, bob.id], [bob.id]):
        project = await make_project(database, ann)
        session = await collaboration_sessions.open_session(database, project.id, ann.id)
        there[session] = users
    over = next(iter(there))
    await collaboration_sessions.close_session(database, over)
    assert await collaboration_sessions.touch_many(database, there) == there.keys() - {over}
    rows = await database.fetch(
        "SELECT id, participants FROM collaboration_sessions WHERE status = 'active'"
    )
    expected = {session: {ann.id, *users} for session, users in there.items() if session != over}
    assert {row["id"]: set(row["participants"]) for row in rows} == expected


async def test_nodes_that_touch_the_same_sessions_at_once_get_through(database: Database) -> None:
    ann = await make_user(database)
    projects = [await make_project(database, ann) for _ in range(20)]
    opened = [
        await collaboration_sessions.open_session(database, project.id, ann.id)
        for project in projects
    ]
    there = {session: [ann.id] for session in opened}
    back = {session: [ann.id] for session in reversed(opened)}
    rounds = [collaboration_sessions.touch_many(database, t) for t in [there, back] * 20]
    assert await asyncio.gather(*rounds) == [set(opened)] * 40


async def test_a_session_needs_its_project(database: Database) -> None:
    ann = await make_user(database)
    with pytest.raises(NotFound):
        await collaboration_sessions.open_session(database, str(uuid.uuid4()), ann.id)


async def test_what_nobody_touches_is_closed_as_of_its_last_sign(database: Database) -> None:
    ann = await make_user(database)
    old_song, song = await make_project(database, ann), await make_project(database, ann)
    old = await collaboration_sessions.open_session(database, old_song.id, ann.id)
    await collaboration_sessions.open_session(database, song.id, ann.id)
    await database.execute(
        "UPDATE collaboration_sessions SET last_activity_at = now() - interval '1 hour'"
        " WHERE id = $1",
        old,
    )
    assert await collaboration_sessions.close_orphans(database, 60) == 1
    assert await collaboration_sessions.close_orphans(database, 60) == 0
    rows = await database.fetch("SELECT id FROM collaboration_sessions WHERE status = 'ended'")
    assert [row["id"] for row in rows] == [old]


async def test_nodes_that_open_one_at_once_share_it(database: Database) -> None:
    ann, bob = await make_user(database), await make_user(database)
    project = await make_project(database, ann)
    opened = await asyncio.gather(
        *(
            collaboration_sessions.open_session(database, project.id, user.id)
            for user in (ann, bob, ann, bob)
        )
    )
    assert len(set(opened)) == 1
    await collaboration_sessions.close_session(database, opened[0])
    assert await collaboration_sessions.open_session(database, project.id, bob.id) != opened[0]


async def test_orphans_are_closed_while_others_are_touched(database: Database) -> None:
    ann = await make_user(database)
    projects = [await make_project(database, ann) for _ in range(40)]
    opened = [
        await collaboration_sessions.open_session(database, project.id, ann.id)
        for project in projects
    ]
    there = {session: [ann.id] for session in opened}
    for _ in range(10):
        await database.execute(
            "UPDATE collaboration_sessions SET status = 'active', ended_at = NULL,"
            " last_activity_at = now() - interval '100 seconds'"
        )
        touched, closed = await asyncio.gather(
            collaboration_sessions.touch_many(database, there),
            collaboration_sessions.close_orphans(database, 60),
        )
        assert len(touched) + closed == len(opened)


AGO = """
UPDATE session_stays SET entered_at = entered_at - $1 * interval '1 second',
    seen_at = seen_at - $1 * interval '1 second'
"""


async def test_I5_a_stay_is_counted_while_someone_is_there_and_not_while_away(
    database: Database,
) -> None:
    ann, bob = await make_user(database), await make_user(database)
    project = await make_project(database, ann)
    session = await collaboration_sessions.open_session(database, project.id, ann.id)
    here = Stay(1_000_000, 1_000_000)
    both = {session: {ann.id: here, bob.id: here}}
    await collaboration_sessions.note_stays(database, both, here.left_at, 45)
    await database.execute(AGO, 20)
    await collaboration_sessions.note_stays(database, {session: {ann.id: here}}, here.left_at, 45)
    await database.execute(AGO, 100)
    await collaboration_sessions.note_stays(database, both, here.left_at, 45)
    gone = {str(uuid.uuid4()): {ann.id: here}, session: {str(uuid.uuid4()): here}}
    await collaboration_sessions.note_stays(database, gone, here.left_at, 45)
    rows = await database.fetch("SELECT user_id, times, seconds FROM session_stays")
    stays = {row["user_id"]: (row["times"], round(row["seconds"] / 20)) for row in rows}
    assert stays == {ann.id: (2, 1), bob.id: (2, 0)}


async def test_I5_two_nodes_that_note_one_stay_do_not_count_it_twice(database: Database) -> None:
    ann = await make_user(database)
    project = await make_project(database, ann)
    session = await collaboration_sessions.open_session(database, project.id, ann.id)
    here = {session: {ann.id: Stay(1_000_000, 1_000_000)}}
    await collaboration_sessions.note_stays(database, here, 1_000_000, 45)
    await database.execute(AGO, 30)
    noted = [collaboration_sessions.note_stays(database, here, 1_000_000, 45) for _ in "12345"]
    await asyncio.gather(*noted)
    assert 30 <= await database.fetchval("SELECT seconds FROM session_stays") < 60


async def test_I5_a_stay_is_kept_as_it_was_however_late_it_is_written(database: Database) -> None:
    ann, bob = await make_user(database), await make_user(database)
    project = await make_project(database, ann)
    session = await collaboration_sessions.open_session(database, project.id, ann.id, 60)
    now = 1_000_000.0
    noted = {ann.id: Stay(now - 60_000, now), bob.id: Stay(now - 9_000, now - 8_500)}
    for _ in "12":
        await collaboration_sessions.note_stays(database, {session: noted}, now, 45)
    rows = await database.fetch(
        """
        SELECT s.user_id, round(s.seconds::numeric, 1)::float8 AS seconds, s.times,
            round(extract(epoch FROM s.seen_at - s.entered_at), 1)::float8 AS from_to,
            s.entered_at >= c.started_at - interval '1 second' AS is_within
        FROM session_stays AS s JOIN collaboration_sessions AS c
            ON c.id = s.collaboration_session_id
        """
    )
    assert {row["user_id"] for row in rows if row["is_within"]} == {ann.id, bob.id}
    ends = {row["user_id"]: (row["times"], row["from_to"] - row["seconds"]) for row in rows}
    assert ends == {ann.id: (1, 0), bob.id: (1, 0)}
    assert next(r["from_to"] for r in rows if r["user_id"] == bob.id) >= 0.5


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_R47_the_host_is_who_came_first_whichever_node_writes_first(
    database: Database, order: tuple[int, int]
) -> None:
    ann, bob, eve = [await make_user(database) for _ in range(3)]
    project = await make_project(database, ann)
    await project_members.grant(database, project.id, bob.id, "editor")
    await project_members.grant(database, project.id, eve.id, "viewer")
    session = await collaboration_sessions.open_session(database, project.id, bob.id)
    now = 1_000_000.0
    of_nodes = [
        {session: {ann.id: Stay(now - 200, now), eve.id: Stay(now - 900, now)}},
        {session: {bob.id: Stay(now - 100, now)}},
    ]
    for node in order:
        await collaboration_sessions.note_stays(database, of_nodes[node], now, 45)
    host = "SELECT host_id FROM collaboration_sessions"
    assert await database.fetchval(host) == ann.id
    await project_members.grant(database, project.id, eve.id, "editor")
    for node in order:
        await collaboration_sessions.note_stays(database, of_nodes[node], now, 45)
    assert await database.fetchval(host) == ann.id, "a role that came later makes nobody the host"


async def test_R47_nodes_that_write_at_once_agree_on_the_host(database: Database) -> None:
    users = [await make_user(database) for _ in range(4)]
    project = await make_project(database, users[0])
    for user in users[1:]:
        await project_members.grant(database, project.id, user.id, "editor")
    session = await collaboration_sessions.open_session(database, project.id, users[-1].id)
    now = 1_000_000.0
    stays = [{session: {u.id: Stay(now - 100 * (4 - n), now)}} for n, u in enumerate(users)]
    noted = [collaboration_sessions.note_stays(database, stay, now, 45) for stay in stays]
    await asyncio.gather(*noted)
    assert await database.fetchval("SELECT host_id FROM collaboration_sessions") == users[0].id


async def test_I4_the_host_and_owners_end_a_session(database: Database) -> None:
    ann, bob, cid = [await make_user(database) for _ in range(3)]
    project = await make_project(database, ann)
    await project_members.grant(database, project.id, bob.id, "editor")
    session = await collaboration_sessions.open_session(database, project.id, bob.id)
    await project_members.grant(database, project.id, bob.id, "viewer")
    assert not await collaboration_sessions.end_by(database, session, bob.id), "rule R40"
    await project_members.grant(database, project.id, bob.id, "contributor")
    with pytest.raises(NotFound):
        await collaboration_sessions.end_by(database, session, cid.id)
    await project_members.grant(database, project.id, cid.id, "editor")
    assert not await collaboration_sessions.end_by(database, session, cid.id)
    for user in (bob, bob, ann):
        assert await collaboration_sessions.end_by(database, session, user.id)
        assert await database.fetchval("SELECT status FROM collaboration_sessions") == "ended"
    await project_members.revoke(database, project.id, bob.id)
    with pytest.raises(NotFound):
        await collaboration_sessions.end_by(database, session, bob.id)
