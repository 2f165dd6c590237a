"""How far audio files are, told to everyone in the room, whoever changed the row."""

import asyncio
import uuid
from typing import Any

import asyncpg
import pytest

from persistence.errors import Unavailable
from persistence.library import audio_files
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Wire

pytestmark = [pytest.mark.postgres, pytest.mark.node]

HASH, OTHER = "ab" * 32, "cd" * 32


class Psql:
    """Someone who writes rows beside Prime."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def run(self, sql: str, *args: object) -> Any:
        connection = await asyncpg.connect(self._dsn, timeout=10)
        try:
            return await connection.fetchval(sql, *args)
        finally:
            await connection.close(timeout=10)

    async def announce(
        self, project: str, status: str = "announced", hash: str | None = None, stem: str = ""
    ) -> str:
        """A new audio file; its id."""
        return str(
            await self.run(
                "INSERT INTO audio_files (project_id, name, status, content_hash, stem_kind)"
                " VALUES ($1, 'take 1', $2, $3, nullif($4, '')) RETURNING id::text",
                uuid.UUID(project),
                status,
                hash,
                stem,
            )
        )

    async def set(self, file: str, status: str) -> None:
        await self.run("UPDATE audio_files SET status = $2 WHERE id = $1", uuid.UUID(file), status)


@pytest.fixture
def psql(database_url: str) -> Psql:
    return Psql(database_url)


async def told(wire: Wire, **statuses: str | None) -> dict[str, str | None]:
    """All that a member was told until it knows these; what it knows then."""
    known: dict[str, str | None] = {}
    while not statuses.items() <= known.items():
        known |= (await wire.until("media"))["statuses"]
    return known


async def test_L1_who_comes_in_is_told_what_is_not_available_by_id_and_by_hash(
    node: Node, psql: Psql
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    here = await psql.announce(project, "available", OTHER)
    coming = await psql.announce(project, "uploading", HASH)
    failed = await psql.announce(project, "failed")
    again = await psql.announce(project, "announced", OTHER, "drums")
    joined, _ = await ann.join(project)
    assert joined["media"] == {
        coming: "uploading",
        HASH: "uploading",
        failed: "failed",
        again: "announced",
    }
    assert here not in joined["media"]


async def test_L1_of_more_than_are_told_some_are_told(
    node: Node, psql: Psql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio_files, "MAX_MEDIA_TOLD", 2)
    ann = await node.musician("ann")
    project = await create_project(ann)
    for _ in range(3):
        await psql.announce(project)
    joined, _ = await ann.join(project)
    assert len(joined["media"]) == 2


@pytest.mark.usefixtures("quick_rounds")
async def test_L2_whoever_changes_the_row_everyone_on_every_node_hears_of_it(
    nodes: Nodes, psql: Psql
) -> None:
    """By another program, while the bus is down: the change log alone says it."""
    one, two = await nodes.start(), await nodes.start()
    ann, ben = await one.musician("ann"), await two.musician("ben")
    project = await create_project(ann)
    await ann.result("members.grant", project=project, email="ben@example.org", role="viewer")
    await ben.until("role_changed")
    await ann.join(project)
    await ben.join(project)
    for node in (one, two):
        node.bus.set_up(False)
    file = await psql.announce(project)
    for wire in (ann, ben):
        await told(wire, **{file: "announced"})
    await psql.set(file, "uploading")
    for wire in (ann, ben):
        await told(wire, **{file: "uploading"})
    await psql.set(file, "available")
    for wire in (ann, ben):
        assert (await told(wire, **{file: "available"})) == {file: "available"}
    joined, _ = await (await two.again(ben, "phone")).join(project)
    assert joined["media"] == {}


@pytest.mark.usefixtures("quick_rounds")
async def test_L2_a_file_that_is_deleted_is_waited_for_no_more(node: Node, psql: Psql) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    file = await psql.announce(project, hash=HASH)
    await ann.join(project)
    await psql.run("DELETE FROM audio_files WHERE id = $1", uuid.UUID(file))
    known = await told(ann, **{file: None, HASH: None})
    assert known == {file: None, HASH: None}


async def test_L2_a_change_while_rows_are_read_is_read_too(
    node: Node, psql: Psql, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However hints and reads come between each other, the last that is told is what is so."""
    ann = await node.musician("ann")
    project = await create_project(ann)
    file = await psql.announce(project)
    await ann.join(project)
    read, has_read, go_on = audio_files.statuses, asyncio.Event(), asyncio.Event()

    async def slowly(*args: Any) -> Any:
        found = await read(*args)
        has_read.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(audio_files, "statuses", slowly)
    await psql.set(file, "uploading")
    node.context.announcer.media_changed(project)
    await has_read.wait()
    await psql.set(file, "available")
    node.context.announcer.media_changed(project)
    go_on.set()
    assert (await told(ann, **{file: "available"}))[file] == "available"


async def test_L2_where_rows_cannot_be_read_the_room_opens_and_hears_later(
    node: Node, psql: Psql, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    file = await psql.announce(project)
    read = audio_files.statuses

    async def broken(*_: Any) -> Any:
        raise Unavailable("broken by a test")

    monkeypatch.setattr("server.nodes.room_media.RETRY_SECONDS", 0.01)
    monkeypatch.setattr(audio_files, "statuses", broken)
    joined, _ = await ann.join(project)
    assert joined["media"] == {}
    monkeypatch.setattr(audio_files, "statuses", read)
    await told(ann, **{file: "announced"})
