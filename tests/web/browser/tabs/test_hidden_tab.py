"""A page whose script stands still, as that of a hidden tab may for a minute, stays in its room."""

import asyncio

import pytest

from server.sockets.connection import Connection
from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import ROOM, guest_by, invited, song, synced

pytestmark = in_chromium(longest=20)

HEARTBEAT_SECONDS = 2
SILENT_SECONDS = 6.0
MOST_PINGS = 5
"""Each after a silence of a heartbeat: longer together than the silence that closes."""

CLOCK = """
globalThis.latest = 0;
globalThis.stoodStill = 0;
setInterval(() => {
  if (latest > 0) stoodStill = Math.max(stoodStill, performance.now() - latest);
  latest = performance.now();
}, 100);
"""


async def test_H6_H10_a_page_whose_script_stands_still_answers_pings_and_stays_in(
    node: Node, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.router.liveness.ASKED_AFTER_SECONDS", HEARTBEAT_SECONDS)
    monkeypatch.setattr("server.router.liveness.SILENT_AFTER_SECONDS", SILENT_SECONDS)
    monkeypatch.setattr("server.router.hello.HEARTBEAT_SECONDS", HEARTBEAT_SECONDS)
    ann = await node.musician("ann")
    project = await song(ann)
    address = await invited(ann, project, node, guests=True)
    gus = await guest_by(browser, "Gus", address, before=CLOCK)
    user = await gus.value("prime.studio.client.user.value.id")
    [connection] = node.connections_of(user=user)
    pings = 0
    are_enough = asyncio.Event()
    ping = Connection.ping

    def counted(self: Connection) -> None:
        nonlocal pings
        ping(self)
        pings += self is connection
        if pings >= MOST_PINGS:
            are_enough.set()

    await gus.debugger("Debugger.enable")
    monkeypatch.setattr(Connection, "ping", counted)
    await gus.debugger("Debugger.pause")
    await are_enough.wait()
    await ann.edit(
        project,
        {"op": "set", "col": "tracks", "id": "tr_lead_01", "props": {"name": "Bass"}},
    )
    await gus.debugger("Debugger.resume")
    await gus.until(f"{ROOM}.get('tracks', 'tr_lead_01').name === 'Bass'")
    await synced(gus)
    assert await gus.value("stoodStill") > SILENT_SECONDS * 1_000
    assert node.connections_of(user=user) == [connection]
