"""Watching rows: first the rows, then what changes of them, in terms of the list."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from schema.tables.all_tables import TABLES
from server.row_feed.positions import owner
from server.row_feed.watch_request import read_listed
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.row_feed.watching import Shown
from tests.server.wire import JSON, MSGPACK, Wire

pytestmark = [pytest.mark.postgres, pytest.mark.node]

PRESET = """
INSERT INTO plugin_presets (owner_id, plugin, name, is_public) VALUES ($1, 'OTT', $2, $3)
RETURNING id::text
"""

FILE = "INSERT INTO audio_files (project_id, name) VALUES ($1, $2) RETURNING id::text"


@pytest.fixture
async def psql(database_url: str) -> AsyncIterator[Any]:
    """Somebody who writes past every node."""
    connection = await asyncpg.connect(database_url, timeout=10)
    yield connection
    await connection.close(timeout=10)


async def preset(psql: Any, owner: Wire, name: str, *, public: bool = False) -> str:
    return str(await psql.fetchval(PRESET, owner.user, name, public))


@pytest.mark.parametrize("codec", [MSGPACK, JSON])
async def test_V1_V2_V3_first_the_rows_then_what_anyone_changes_of_them(
    node: Node, psql: Any, codec: str
) -> None:
    ann = await node.musician("ann", codec)
    first = await preset(psql, ann, "a")
    where = {"plugin": "OTT", "name": {"like": "a%"}}
    shown = await Shown(ann, "presets", {"where": where}).begin()
    assert [row["name"] for row in shown.rows.values()] == ["a"]
    assert not shown.resumed
    second = await preset(psql, ann, "ab")
    assert await shown.said() == [("entered", "ab")]
    await psql.execute("UPDATE plugin_presets SET category = 'bass' WHERE id = $1", first)
    assert await shown.said() == [("changed", "a")]
    assert shown.rows[first]["category"] == "bass"
    assert shown.rows[first]["version"] == 2
    await psql.execute("UPDATE plugin_presets SET name = 'b' WHERE id = $1", first)
    assert await shown.said() == [("left", first)]
    await psql.execute("UPDATE plugin_presets SET name = 'ac' WHERE id = $1", first)
    assert await shown.said() == [("entered", "ac")]
    await psql.execute("DELETE FROM plugin_presets WHERE id = $1", second)
    assert await shown.said() == [("left", second)]


async def test_V1_a_watch_has_the_rows_of_a_list_with_the_same_parameters(node: Node) -> None:
    ann = await node.musician("ann")
    song, old = await create_project(ann), await create_project(ann)
    await ann.result("projects.archive", project=old)
    shown: dict[Any, Shown] = {}
    for archived in (False, True, "left out"):
        asked: Any = {} if archived == "left out" else {"archived": archived}
        shown[archived] = await Shown(await node.again(ann), "projects", asked).begin()
        listed = await ann.result("projects.list", **asked)
        assert shown[archived].rows.keys() == {row["id"] for row in listed["projects"]}
    named = await Shown(await node.again(ann), "projects", {"project": old}).begin()
    assert list(named.rows) == [old]
    await ann.result("projects.archive", project=song)
    assert await shown["left out"].said() == [("left", song)]
    assert await shown[True].said() == [("entered", "Song")]


async def test_V2_one_row_and_some_of_its_columns(node: Node, psql: Any) -> None:
    ann = await node.musician("ann")
    id, other = await preset(psql, ann, "a"), await preset(psql, ann, "b")
    shown = await Shown(ann, "presets", {"preset": id, "fields": ["name"]}).begin()
    assert shown.rows == {id: {"id": id, "name": "a"}}
    await psql.execute("UPDATE plugin_presets SET name = 'x' WHERE id = $1", other)
    await psql.execute("UPDATE plugin_presets SET name = 'y' WHERE id = $1", id)
    assert await shown.next() == [{"change": "changed", "id": id, "row": {"id": id, "name": "y"}}]


async def test_V4_a_transaction_is_told_at_one_moment_and_not_before_it_is_over(
    node: Node, psql: Any
) -> None:
    ann = await node.musician("ann")
    shown = await Shown(ann, "presets", {"where": {"plugin": "OTT"}}).begin()
    async with psql.transaction():
        first = await preset(psql, ann, "a")
        for n in range(5):
            await preset(psql, ann, f"b{n}")
        await psql.execute("UPDATE plugin_presets SET category = 'x' WHERE id = $1", first)
        await ann.result("auth_sessions.watch")  # some time goes by
        assert ann.heard("rows") == []
    changes = await shown.next()
    assert [change["change"] for change in changes] == ["entered"] * 6


async def test_V5_changes_come_in_order_and_what_changed_several_times_is_told_once(
    node: Node, psql: Any
) -> None:
    ann = await node.musician("ann")
    shown = await Shown(ann, "presets", {"where": {"plugin": "OTT"}}).begin()
    async with psql.transaction():
        first = await preset(psql, ann, "a")
        for n in range(5):
            await preset(psql, ann, f"b{n}")
        await psql.execute("UPDATE plugin_presets SET category = 'x' WHERE id = $1", first)
    changes = await shown.next()
    assert [change["row"]["name"] for change in changes] == ["b0", "b1", "b2", "b3", "b4", "a"]
    assert changes[-1]["row"]["category"] == "x"


async def test_V3_an_open_transaction_holds_up_nobody_else(
    node: Node, psql: Any, database_url: str
) -> None:
    ann = await node.musician("ann")
    shown = await Shown(ann, "presets", {}).begin()
    other = await asyncpg.connect(database_url, timeout=10)
    async with psql.transaction():
        await preset(psql, ann, "late")
        await other.fetchval(PRESET, ann.user, "early", False)
        assert await shown.said() == [("entered", "early")]
        again = await Shown(await node.again(ann), "presets", {}).begin()
        assert [row["name"] for row in again.rows.values()] == ["early"]
    assert await shown.said() == await again.said() == [("entered", "late")]
    await other.close(timeout=10)


async def test_V13_members_are_watched_with_their_names_and_colours(node: Node, psql: Any) -> None:
    ann, ben, project = await node.pair()
    shown = await Shown(ann, "members", {"project": project}).begin()
    listed = await ann.result("members.list", project=project)
    assert list(shown.rows.values()) == listed["members"]
    ben_row = f"{project}/{ben.user}"
    await psql.execute(
        "UPDATE project_members SET role = 'viewer' WHERE user_id = $1::uuid", ben.user
    )
    assert await shown.said() == [("changed", ben_row)]
    assert (shown.rows[ben_row]["role"], shown.rows[ben_row]["user"]["name"]) == ("viewer", "ben")
    cid = await node.musician("cid")
    await ann.result("members.grant", project=project, email="cid@example.org", role="editor")
    assert await shown.said() == [("entered", f"{project}/{cid.user}")]
    listed = await ann.result("members.list", project=project)
    assert sorted(shown.rows.values(), key=str) == sorted(listed["members"], key=str)
    await ann.result("members.revoke", project=project, user=ben.user)
    assert await shown.said() == [("left", ben_row)]


async def test_V13_of_members_what_is_shown_is_what_was_chosen(node: Node) -> None:
    ann, ben, project = await node.pair()
    chosen = {"project": project, "user": ben.user, "fields": ["role"]}
    shown = await Shown(ann, "members", chosen).begin()
    [row] = shown.rows.values()
    assert row.keys() == {"project", "user", "role"}
    assert row["user"]["id"] == ben.user
    where = {"project": project, "where": {"role": "owner"}}
    owners = await Shown(await node.again(ann), "members", where).begin()
    assert [row["user"]["id"] for row in owners.rows.values()] == [ann.user]
    await ann.result("members.grant", project=project, email="ben@example.org", role="owner")
    assert await owners.said() == [("entered", f"{project}/{ben.user}")]


async def test_V13_snapshots_are_watched_with_who_made_them(node: Node, psql: Any) -> None:
    ann, ben, project = await node.pair()
    manual = {"project": project, "where": {"kind": "manual"}}
    shown = await Shown(ben, "snapshots", manual).begin()
    assert shown.rows == {}
    made = await ann.result("snapshots.create", project=project, name="Take one")
    name = f"{project}/{made['id']}"
    assert await shown.said() == [("entered", "Take one")]
    assert shown.rows[name]["author"]["username"] == "ann"
    await ann.result(
        "snapshots.update", project=project, snapshot=made["id"], version=1, name="Two"
    )
    assert await shown.said() == [("changed", "Two")]
    await psql.execute("UPDATE project_snapshots SET author_id = NULL, version = version + 1")
    await shown.said()
    assert shown.rows[name]["author"] is None
    await ann.result("snapshots.delete", project=project, snapshot=made["id"])
    assert await shown.said() == [("left", name)]


async def test_V6_of_others_rows_nothing_is_told_not_even_their_ids(node: Node, psql: Any) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    shown = await Shown(ben, "presets", {}).begin()
    id = await preset(psql, ann, "mine")
    one = await Shown(await node.again(ben), "presets", {"preset": id}).begin()
    assert one.rows == {}
    await psql.execute("UPDATE plugin_presets SET category = 'x'")
    await psql.execute("UPDATE plugin_presets SET is_public = true")
    assert await shown.said() == await one.said() == [("entered", "mine")]
    await psql.execute("UPDATE plugin_presets SET is_public = false")
    assert await shown.said() == await one.said() == [("left", id)]
    await psql.execute("DELETE FROM plugin_presets")
    await preset(psql, ben, "his")
    assert await shown.said() == [("entered", "his")]


async def member(ann: Wire, project: str, name: str, role: str = "viewer") -> None:
    await ann.result("members.grant", project=project, email=f"{name}@example.org", role=role)


async def test_V7_who_loses_a_role_hears_left_and_nothing_after_it(node: Node, psql: Any) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    hers = await Shown(ann, "audio_files", {"project": project}).begin()
    his = await Shown(ben, "audio_files", {"project": project}).begin()
    kick = str(await psql.fetchval(FILE, project, "kick"))
    assert await hers.said() == [("entered", "kick")]
    await member(ann, project, "ben")
    assert await his.said() == [("entered", "kick")]
    await psql.fetchval(FILE, project, "snare")
    assert await his.said() == await hers.said() == [("entered", "snare")]
    await member(ann, project, "ben", "editor")
    async with psql.transaction():  # in one moment with a change that is not his to see
        await psql.execute("DELETE FROM project_members WHERE user_id = $1", ben.user)
        await psql.execute("UPDATE audio_files SET name = 'secret' WHERE id = $1", kick)
        await psql.execute("UPDATE audio_files SET name = 'secret too' WHERE id <> $1", kick)
    assert sorted(kind for kind, _ in await his.said()) == ["left", "left"]
    assert his.rows == {}
    await psql.fetchval(FILE, project, "hat")
    await hers.next()
    assert await hers.said() == [("entered", "hat")]
    await ben.ping()
    assert ben.heard("rows") == []
    await member(ann, project, "ben")
    names = sorted(name for kind, name in await his.said() if kind == "entered")
    assert names == ["hat", "secret", "secret too"]


async def test_V7_people_are_seen_while_a_project_is_shared(node: Node, psql: Any) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    shown = await Shown(ann, "users", {}).begin()
    assert list(shown.rows) == [ann.user]
    project = await create_project(ann)
    await member(ann, project, "ben")
    changes = await shown.next()
    assert [(c["change"], c["id"]) for c in changes] == [("entered", ben.user)]
    await psql.execute("UPDATE prime_users SET name = 'Benjamin' WHERE id = $1", ben.user)
    assert await shown.said() == [("changed", "Benjamin")]
    await ann.result("members.revoke", project=project, user=ben.user)
    assert await shown.said() == [("left", ben.user)]
    await psql.execute("UPDATE prime_users SET name = 'Ben' WHERE id = $1", ben.user)
    await psql.execute("UPDATE prime_users SET name = 'Ann' WHERE id = $1", ann.user)
    assert await shown.said() == [("changed", "Ann")]


async def test_V8_who_comes_back_is_told_what_has_changed_since(nodes: Nodes, psql: Any) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    names = {name: await preset(psql, ann, name) for name in "abcd"}
    where = {"name": {"ne": "gone"}}
    shown = await Shown(ann, "presets", {"where": where}).begin()
    await psql.execute("UPDATE plugin_presets SET category = 'x' WHERE name = 'a'")
    await shown.next()
    await one.die()
    await psql.execute("UPDATE plugin_presets SET category = 'y' WHERE name = 'b'")
    await psql.execute("UPDATE plugin_presets SET name = 'gone' WHERE name = 'c'")
    await psql.execute("DELETE FROM plugin_presets WHERE name = 'd'")
    await preset(psql, ann, "e")
    elsewhere = await two.again(ann)
    began = await elsewhere.result("presets.watch", where=where, **{"from": shown.position})
    assert began["resumed"]
    assert began["reason"] is None
    assert [row["name"] for row in began["presets"]] == ["b", "e"]
    assert sorted(began["left"]) == sorted([names["c"], names["d"]])
    await shown.resume(await two.again(ann))
    assert sorted(row["name"] for row in shown.rows.values()) == ["a", "b", "e"]
    await preset(psql, ann, "f")
    assert await shown.said() == [("entered", "f")]


async def test_V9_what_cannot_be_told_since_a_position_is_told_as_the_whole_list(
    node: Node, psql: Any
) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    await member(ann, project, "ben")
    shown = await Shown(ben, "presets", {}).begin()
    files = await Shown(ben, "audio_files", {}).begin()
    mine = await preset(psql, ben, "a")
    # Trimmed past the position.
    feed = node.server.foundation.db.behind
    from persistence.tables.internal import change_log

    await change_log.trim(feed, -1)
    await shown.resume(await node.again(ben))
    assert (shown.resumed, shown.reason, list(shown.rows)) == (False, "too_old", [mine])
    # A role of one's own has changed.
    await files.resume(await node.again(ben))
    await ann.result("members.revoke", project=project, user=ben.user)
    await files.resume(await node.again(ben))
    assert (files.resumed, files.reason) == (False, "access")
    # Another cluster: after a restore, after a failover.
    positions = node.server.feed._positions
    key = read_listed(TABLES["plugin_presets"], None, {}, None).key
    whose = owner(ben.user, key)  # the watch itself may be over: the log was trimmed
    place = positions.read(shown.position, whose)
    assert place is not None
    shown.position = positions.write(type(place)("other", place.snapshot), whose)
    await shown.resume(await node.again(ben))
    assert (shown.resumed, shown.reason) == (False, "other_history")


async def test_V11_a_watch_that_is_ended_says_no_more(node: Node, psql: Any) -> None:
    ann = await node.musician("ann")
    shown = await Shown(ann, "presets", {}).begin()
    other = await Shown(await node.again(ann), "presets", {}).begin()
    for _ in range(2):
        assert await ann.result("watch.end", watch=shown.watch) is not None
    await preset(psql, ann, "a")
    await other.next()
    await ann.ping()
    assert ann.heard("rows", "resync") == []
    assert len(node.server.feed.watches) == 1
    await other.wire.socket.close()

    async def nobody_watches() -> bool:
        return not len(node.server.feed.watches)

    await eventually(nobody_watches)
    assert node.server.feed.watches.groups == {}


async def test_V12_first_rows_that_no_reply_can_hold_are_refused_and_nothing_is_watched(
    node: Node, psql: Any
) -> None:
    ann = await node.musician("ann")
    await psql.execute(
        "INSERT INTO plugin_presets (owner_id, plugin, name, parameters)"
        " SELECT $1, 'OTT', n::text, jsonb_build_object('a', repeat('x', 60000))"
        " FROM generate_series(1, 20) AS n",
        ann.user,
    )
    answer = await ann.call("presets.watch")
    assert (answer["t"], answer["code"]) == ("error", "limit_reached")
    assert len(node.server.feed.watches) == 0
    assert len((await ann.result("presets.watch", fields=["name"]))["presets"]) == 20


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"from": "nonsense"}, "from"),
        ({"from": ""}, "from"),
        ({"from": "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ"}, "from"),
        ({"where": {"nothing": 1}}, "where.nothing"),
        ({"where": {"name": {"search": "bass"}}}, "where.name.search"),
        ({"fields": ["nothing"]}, "fields[0]"),
        ({"preset": "x"}, "preset"),
    ],
)
async def test_V12_what_cannot_be_watched_is_refused_with_its_field(
    node: Node, params: dict[str, Any], field: str
) -> None:
    ann = await node.musician("ann")
    answer = await ann.call("presets.watch", **params)
    assert answer["t"] == "error", answer
    assert answer["code"] in ("validation", "bad_message")
    assert answer["details"]["field"].endswith(field), answer
    assert len(node.server.feed.watches) == 0
