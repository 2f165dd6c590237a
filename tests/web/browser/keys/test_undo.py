"""Undo on the studio page: what it says of what stays, and what is one step of it."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import ROOM, enter_by, invited, seq, song, synced

pytestmark = in_chromium()

RIGHT = "new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true })"

LINES = "[...document.querySelectorAll('.entry')].map(({ textContent }) => textContent)"
"""Of the history."""


async def test_U10_an_undo_says_what_stays_and_who_changed_it_and_a_nudge_is_one_step(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    pan = {"op": "set", "col": "channels", "id": "ch_lead_01"}
    await ben.value(f"{ROOM}.edit((tx) => tx.set('channels', 'ch_lead_01', {{ pan: 0.2 }})).saved")
    assert (await ann.edit(project, pan | {"props": {"pan": 0.9}}))["t"] == "ack"
    await ben.until(f"{ROOM}.get('channels', 'ch_lead_01').pan === 0.9")
    await ben.click("button:has-text('Undo')")
    await ben.see(".toast:has-text('Nothing was undone. ann changed channel “Lead” since')")
    await ben.do("keyboard.press", "Control+Shift+Z")
    await ben.see(".toast:has-text('There is nothing to redo. Nothing was undone. ann changed')")

    await ben.value("prime.studio.select('clips', ['cl_lead_01'])")
    await ben.do("keyboard.press", "Control+d")
    await synced(ben)
    copy = await ben.value(
        f"[...{ROOM}.by('notes', 'clip', prime.studio.selection.value.ids[0])][0]"
    )
    louder = {"op": "set", "col": "notes", "id": copy, "props": {"vel": 0.25}}
    assert (await ann.edit(project, louder))["t"] == "ack"
    await ben.until(f"{ROOM}.get('notes', '{copy}').vel === 0.25")
    await ben.do("keyboard.press", "Control+z")
    await ben.see(
        ".toast:has-text('ann changed note C4 in “Lead” since, so it and clip “Lead” stay')"
    )
    await ben.screenshot("an undo that somebody stands in the way of")
    await ben.accessible()

    await ben.value("prime.studio.select('clips', ['cl_lead_01'])")
    first = await seq(ben)
    for key in ("ArrowRight", "Alt+ArrowRight", "ArrowLeft"):
        await ben.do("keyboard.press", key)
    await synced(ben)
    assert await seq(ben) == first + 3
    for time in (5.25, 5, 4):
        await ben.do("keyboard.press", "Control+z")
        await ben.until(f"{ROOM}.get('clips', 'cl_lead_01').time === {time}")

    first = await seq(ben)
    await ben.value(f"for (const key of [1, 2, 3]) dispatchEvent({RIGHT}); 0")
    await synced(ben)
    assert await seq(ben) == first + 3
    await ben.see(f".entry:has-text('moved clip “Lead” to 2.4'):has-text('#{first + 3}')")
    older = f"/#{first + 1}|#{first + 2}/.test(text)"
    assert await ben.value(f"{LINES}.some((text) => {older})") is False
