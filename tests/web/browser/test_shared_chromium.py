"""Tests of one process share a Chromium: each begins as if it were new."""

import asyncio

import pytest

from loadtest.browser.driving import PageFailed
from tests.server.conftest import Node
from tests.web.browser.driving import Browser, SharedChromium, in_chromium
from tests.web.browser.studio import address_of

pytestmark = in_chromium()

KEEP = """(async () => {
  localStorage.setItem("kept", "1");
  document.cookie = "kept=1";
  await new Promise((done) => { indexedDB.open("kept").onsuccess = done; });
  await new Promise((done) => {
    void navigator.locks.request("kept", () => { done(); return new Promise(() => {}); });
  });
})()"""

KEPT = """(async () => [
  localStorage.getItem("kept") === "1", document.cookie.includes("kept"),
  (await indexedDB.databases()).some(({ name }) => name === "kept"),
  (await navigator.locks.query()).held.some(({ name }) => name === "kept"),
])()"""


async def test_nothing_of_a_browser_is_in_the_next_one(
    node: Node, shared_chromium: SharedChromium
) -> None:
    address = address_of(node, "/studio")
    first = await shared_chromium.browser()
    pid = first.pid
    page = await first.open("page", address)
    await page.value(KEEP)
    assert await page.value(KEPT) == [True] * 4
    await page.value("console.error('a fault'); 0")
    await first.ask(do="server", is_down=True)
    await first.close()
    second = await shared_chromium.browser()
    assert second.pid == pid
    with pytest.raises(PageFailed):
        await second.ask(do="value", page="page", expression="1")
    assert await second.faults() == []
    again = await second.open("page", address)
    assert await again.value(KEPT) == [False] * 4
    await again.value("console.error('net::ERR_OF_A_SERVER'); 0")
    assert await second.faults() == ["page: net::ERR_OF_A_SERVER"]
    await second.close()


async def test_a_chromium_that_owes_an_answer_is_asked_nothing_more_and_replaced(
    shared_chromium: SharedChromium,
) -> None:
    first = await shared_chromium.browser()
    page = await first.open("page", "about:blank")
    waiting = asyncio.create_task(page.value("new Promise(() => {})"))
    await asyncio.sleep(0)  # it has been sent then
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(PageFailed, match="an earlier command"):
        await page.value("1")
    await first.close()
    second = await shared_chromium.browser()
    assert second.pid != first.pid
    assert await (await second.open("page", "about:blank")).value("1") == 1
    await second.close()


async def test_it_loads_no_page_but_those_that_are_asked_for(browser: Browser) -> None:
    """Two for the address bar of each window took twice what a small page takes."""
    page = await browser.open("page", "about:blank")
    targets = await page.debugger("Target.getTargets", filter=[{}])
    assert {each["type"] for each in targets["targetInfos"]} <= {"browser", "page", "tab"}
