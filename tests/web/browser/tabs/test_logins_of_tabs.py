"""Tabs of one browser: one login that they renew in turn, and a device of its own for each."""

import pytest

from tests.server.conftest import Nodes
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import page_of, register

pytestmark = in_chromium(longest=20)

ACCESS_SECONDS = 5
"""A login is renewed a second before."""

SEEN = """
globalThis.tokens = new Set();
globalThis.renewed = 0;
setInterval(() => tokens.add(localStorage.getItem("prime.refresh_token")), 100);
"""

WATCHED = """
globalThis.statuses = [];
prime.studio.client.status.subscribe(({ name }) => statuses.push(name));
0
"""


async def device(page: Page) -> str:
    """By which the server knows the tab."""
    found: str = await page.value("sessionStorage.getItem('prime.device')")
    return found


@pytest.mark.usefixtures("pages")
async def test_A2_A12_tabs_of_one_browser_renew_one_login_in_turn_and_stay_connected(
    nodes: Nodes, browser: Browser
) -> None:
    node = await nodes.start(access_seconds=ACCESS_SECONDS)
    one = await browser.open("one", page_of(node), before=SEEN)
    await register(one, "Ann")
    await one.see("h1:has-text('Projects')")
    other = await browser.open("other", page_of(node), "one")
    await other.see("h1:has-text('Projects')")
    for page in (one, other):
        await page.value(WATCHED)
    before = await one.value("tokens.size")
    await one.until(f"tokens.size >= {before + 4}")
    for page in (one, other):
        assert await page.value("statuses") == []
    ann = await one.value("prime.studio.client.user.value.id")
    assert len(node.connections_of(user=ann)) == 2


@pytest.mark.usefixtures("pages")
async def test_H12_a_duplicated_tab_gets_a_device_of_its_own_and_a_loaded_one_keeps_its(
    nodes: Nodes, browser: Browser
) -> None:
    node = await nodes.start()
    one = await browser.open("one", page_of(node))
    await one.see("button:has-text('Log in')")
    first = await device(one)
    await one.do("reload")
    await one.see("button:has-text('Log in')")
    assert await device(one) == first
    copied = f"sessionStorage['prime.device'] ??= '{first}'"
    twin = await browser.open("twin", page_of(node), "one", before=copied)
    await twin.see("button:has-text('Log in')")
    second = await device(twin)
    assert second not in {"", first}
    await twin.do("reload")
    await twin.see("button:has-text('Log in')")
    assert await device(twin) == second
