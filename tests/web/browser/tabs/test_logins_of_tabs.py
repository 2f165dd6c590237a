"""Tabs of one browser: one login that they renew in turn, and a device of its own for each."""

import pytest

from tests.server.conftest import Nodes
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import (
    axis,
    enter_by,
    invited,
    page_of,
    register,
    song,
    synced,
)

pytestmark = in_chromium(longest=20)

ACCESS_SECONDS = 5
"""A login is renewed a second before."""

SEEN = """
globalThis.tokens = new Set();
globalThis.renewed = 0;
setInterval(() => tokens.add(localStorage.getItem("prime.refresh_token")), 100);
"""

WIDE = {"width": 1280, "height": 800}

OFFERED = """
[...document.querySelectorAll("button:enabled, select:enabled, input:enabled")]
  .map((each) => each.getAttribute("aria-label") || each.textContent || each.name)
  .filter((words) => /^(\\+|Undo|Redo|Import|Mute|Solo|Loop$|Volume)/.test(words)
    || /^(Role of|Put |Leave|Invite|Restore$|Rename|Delete|Take a)/.test(words))
"""
"""What is shown of the tools that change something."""

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


@pytest.mark.usefixtures("pages")
async def test_A3_a_tab_whose_login_ended_in_another_takes_no_edits_and_says_why(
    nodes: Nodes, browser: Browser
) -> None:
    node = await nodes.start()
    ann = await node.musician("ann")
    project = await song(ann)
    here = await enter_by(browser, "Ben", await invited(ann, project, node), viewport=WIDE)
    user = await here.value("prime.studio.client.user.value.id")
    await ann.result("members.grant", project=project, user=user, role="owner")
    await here.see("button:has-text('+ Track'):enabled")
    other = await browser.open("other", page_of(node, f"#project={project}"), "Ben")
    await synced(other)
    await here.click("button:has-text('People')")
    await here.see("[aria-label='Leave the project']")
    left, top, scale = await axis(here)
    await here.do("mouse.move", left + 5 * scale, top + 80)
    await here.do("mouse.down")
    await here.do("mouse.move", left + 9 * scale, top + 80)
    await other.value("prime.studio.client.logout()")
    await other.see("button:has-text('Log in')")
    await here.see("[role=alert]:has-text('You were logged out')")
    await here.see("button:has-text('+ Track'):disabled")
    await here.do("mouse.up")
    await here.do("mouse.move", left, top + 200)
    assert await here.value(OFFERED) == []
    for keys in ("t", "Control+z"):
        await here.press(".track-head", keys)
        await here.see(".toast:has-text('You were logged out')")
        await here.click(".toast [aria-label=Dismiss]")
        await here.until("document.querySelector('.toast') === null")
    await here.click("button:has-text('Snapshots')")
    await here.see(".snapshots")
    assert await here.value(OFFERED) == []
    assert (await ann.result("history.list", project=project))["entries"][0]["seq"] == 1
    await here.accessible()
