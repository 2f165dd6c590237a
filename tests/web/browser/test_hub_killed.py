"""Two browsers and two simulated musicians in one song; the server is killed: nothing is lost."""

import argparse
import asyncio
from pathlib import Path

import pytest

from files.importing import read_song
from loadtest.demo.demo import Demo, own_song
from loadtest.hub.without_limits import WITHOUT_LIMITS
from machine.local_hub import LocalHub
from server.router.web_pages import FOLDER
from tests.web.browser.driving import Browser, Page
from tests.web.browser.studio import ROOM, digest, enter_by, seq, synced

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.hub,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.longest(30),
]

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


async def rest(pages: list[Page]) -> None:
    """No page edits any more, and all is saved."""
    for page in pages:
        await page.value("clearInterval(editing)")
    for page in pages:
        await page.until("acknowledged.length + refused.length === proposed")
        await synced(page)


async def test_all_are_equal_and_nothing_that_was_acknowledged_is_lost(
    browser: Browser, tmp_path: Path
) -> None:
    if not (FOLDER / "studio.html").exists():
        pytest.skip("web/dist is not built: ./run web")
    arguments = argparse.Namespace(
        musicians=2, seed=7, seconds=6.0, kill_every=2.0, least_kills=1, project=None
    )
    async with LocalHub(tmp_path / "data", environment=WITHOUT_LIMITS) as hub:
        demo = Demo(arguments, read_song(own_song()), hub)
        try:
            await demo.set_up()
            pages = [await enter_by(browser, name, demo.address) for name in ("Mia", "Noa")]
            for page in pages:
                await page.value(EDITING)
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
