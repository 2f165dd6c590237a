"""Two browsers and two simulated musicians in one song; the server is killed: nothing is lost."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from files.importing import read_song
from loadtest.demo.demo import Demo
from loadtest.nodes.without_limits import WITHOUT_LIMITS
from loadtest.songs.demo_song import demo_song_path
from machine.local_node import LocalNode
from server.router.web_pages import FOLDER
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import ROOM, digest, guest_by, seq, synced

pytestmark = in_chromium(longest=30)

EDITING = f"""
globalThis.acknowledged = [];
globalThis.refused = [];
globalThis.proposed = 0;
globalThis.editing = setInterval(() => {{
  proposed += 1;
  let id;
  const entity = {{ time: proposed, name: "here" }};
  const edit = {ROOM}.edit((tx) => {{ id = tx.insert("markers", entity); }});
  edit.saved.then(() => acknowledged.push(id), (error) => refused.push(String(error)));
}}, 100);
0
"""


def arguments_for(musicians: int) -> argparse.Namespace:
    """Of a demo in which a server is killed at least once."""
    return argparse.Namespace(
        musicians=musicians, seed=7, seconds=6.0, kill_every=2.0, least_kills=1, project=None
    )


async def rest(pages: list[Page]) -> None:
    """No page edits any more, and all is saved."""
    for page in pages:
        await page.value("clearInterval(editing)")
    for page in pages:
        await page.until("acknowledged.length + refused.length === proposed")
        await synced(page)


FIVE = f"""
for (let at = 0; at < 5; at += 1) {{
  {ROOM}.edit((tx) => tx.insert("markers", {{ time: 1000 + at, name: "kept" }}));
}}
"""

KEPT = f"[...{ROOM}.all('markers').values()].filter(({{name}}) => name === 'kept').length"


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[LocalNode]:
    if not (FOLDER / "studio.html").exists():
        pytest.skip("web/dist is not built: ./run web")
    async with LocalNode(tmp_path / "data", environment=WITHOUT_LIMITS) as started:
        yield started


async def closed_and_opened_without(node: LocalNode, browser: Browser, page: Page) -> Page:
    """Edits are made without a server, the tab is closed, and there is another one."""
    await node.kill()
    await page.see(".pill:has-text('offline')")
    await page.value(FIVE)
    await page.see(".pill:has-text('5 edits kept')")
    assert await page.value(KEPT) == 5
    await page.screenshot("offline")
    await page.until("navigator.locks.query().then(({held}) => held.length > 0)")
    again = await browser.open("again", "about:blank", page.name)
    await page.do("close")
    return again


async def test_D10_edits_without_a_server_outlive_the_tab_that_made_them(
    node: LocalNode, browser: Browser
) -> None:
    demo = Demo(arguments_for(1), read_song(demo_song_path()), node)
    try:
        await demo.set_up()
        mia = await guest_by(browser, "Mia", demo.address)
        address = await mia.value("location.href")
        async with browser.without_server():
            again = await closed_and_opened_without(node, browser, mia)
            await node.start()
            await again.do("goto", address)
            await synced(again)
        await again.until(f"{KEPT} === 5")
        others = await guest_by(browser, "Noa", demo.address)
        await others.until(f"{KEPT} === 5")
        assert await digest(others) == await digest(again)
        rows = "indexedDB.open('prime.outbox')"
        count = (
            f"new Promise((done) => {{ const r = {rows}; r.onsuccess = () => {{"
            " const c = r.result.transaction('deltas').objectStore('deltas').count();"
            " c.onsuccess = () => done(c.result === 0); }; })"
        )
        await again.until(count)
    finally:
        await demo.close()


async def test_all_are_equal_and_nothing_that_was_acknowledged_is_lost(
    node: LocalNode, browser: Browser
) -> None:
    demo = Demo(arguments_for(2), read_song(demo_song_path()), node)
    try:
        await demo.set_up()
        pages = [await guest_by(browser, name, demo.address) for name in ("Mia", "Noa")]
        for page in pages:
            await page.value(EDITING)
        async with browser.without_server():
            await demo.run(asyncio.Event())
            await rest(pages)
        report = await demo.prove()
        assert report["kills"] >= 1
        assert (report["lost"], report["refused"]) == (0, 0)
        newest = max([await seq(page) for page in pages])
        for page in pages:
            await page.until(f"{ROOM}.position.seq >= {newest}")
        copies = {await digest(page) for page in pages}
        assert copies == {report["digest"]}
        there = demo.participants[0].room.replica.state["markers"]
        for page in pages:
            acknowledged = await page.value("acknowledged")
            assert len(acknowledged) > 10
            assert await page.value("refused") == []
            assert [id for id in acknowledged if id not in there] == []
        await pages[0].screenshot("after the server was killed")
    finally:
        await demo.close()
