"""A song cut into deltas that the server takes."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

import files.upload
from files.upload import MAX_BYTES, MAX_OPS, UploadIncomplete, cut_into_deltas, upload
from prime_client.client import Client
from prime_client.room import Room
from tests.client.fake_server import PROJECT, FakeServer, fake_server, swallow


def test_batches_keep_order_and_bounds() -> None:
    ops = [{"op": "set", "col": "x", "id": str(i), "props": {}} for i in range(2_500)]
    cut = list(cut_into_deltas(ops))
    assert [len(batch) for batch in cut] == [MAX_OPS, MAX_OPS, 500]
    assert [op for batch in cut for op in batch] == ops
    assert list(cut_into_deltas([])) == []


def test_large_ops_go_into_smaller_batches() -> None:
    ops = [{"op": "set", "col": "x", "id": str(i), "props": {"a": "é" * 100_000}} for i in range(7)]
    for batch in cut_into_deltas(ops):
        assert len(json.dumps(batch, separators=(",", ":")).encode()) <= MAX_BYTES + 2


OPS = [{"op": "set", "col": "project", "id": "project", "props": {"name": "n"}}] * 1_500


@pytest.fixture
async def entered() -> AsyncIterator[tuple[FakeServer, Room]]:
    """A server that hears deltas and says nothing, and a room in it."""
    async with fake_server() as server, Client(server.url, device="desk") as client:
        server.reactions["delta"] = swallow
        yield server, await client.join(PROJECT)


async def test_where_nothing_is_saved_any_more_it_gives_up(
    entered: tuple[FakeServer, Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files.upload, "SILENCE_SECONDS", 0.05)
    with pytest.raises(UploadIncomplete, match=r"saved nothing for 0\.05 seconds"):
        await upload(entered[1], OPS)


async def test_who_waits_is_told_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    async with fake_server() as server, Client(server.url, device="desk") as client:
        room = await client.join(PROJECT)
        assert await upload(room, OPS, lambda done, of: told.append((done, of))) == 2
    assert told == [(0, 1_500), (1_000, 1_500), (1_500, 1_500)]


async def test_what_was_interrupted_is_not_told_of_edit_by_edit(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with fake_server() as server:
        server.reactions["delta"] = swallow
        async with Client(server.url, device="desk") as client:
            uploading = asyncio.create_task(upload(await client.join(PROJECT), OPS))
            heard = [await server.wait_for("delta", times) for times in (1, 2)]
            uploading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await uploading
            await server.wait_for("leave")
            for delta in heard:
                server.say(t="error", id=delta["id"], code="archived", message="no", details={})
            server.say(t="reply", id="none", result={})
    assert [r.message for r in caplog.records if r.name.startswith("prime_client")] == []
