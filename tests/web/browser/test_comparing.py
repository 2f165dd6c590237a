"""Two moments of a song are compared, on the time line and in a list; some is brought back."""

from typing import Any

from tests.server.conftest import Node
from tests.server.wire import Wire
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import ROOM, enter_by, invited, song, synced

pytestmark = in_chromium()

COUNTED = """
globalThis.asked = [];
const { client } = prime.studio;
const call = client.call.bind(client);
client.call = (method, ...rest) => { asked.push(method); return call(method, ...rest); };
0
"""
"""Calls of the page are noted."""

BUTTON_NOTED = """
globalThis.said = [];
const dialog = document.querySelector("dialog");
new MutationObserver(() => {
  const button = dialog.querySelector("form button");
  if (button?.disabled) said.push(button.textContent);
}).observe(dialog, { subtree: true, childList: true, attributes: true, characterData: true });
0
"""
"""What the button of a dialog says while it is disabled."""

WHOLE_STATES = "asked.filter((method) => /history.at|snapshots.state/.test(method)).join()"

MARKS = "prime.studio.comparison.value.found.value.marks"


async def edited(ann: Wire, project: str, *ops: dict[str, Any]) -> None:
    """Somebody else's edit."""
    said = await ann.edit(project, *ops)
    assert said["t"] == "ack", said


async def drum_take(ann: Wire, project: str) -> None:
    """Ann adds a clip, and moves the one that is there, which is also muted."""
    await edited(
        ann, project,
        {"op": "insert", "col": "clips", "id": "cl_take_01",
         "entity": {"track": "tr_lead_01", "time": 12.0, "duration": 4.0, "name": "Take"}},
        {"op": "set", "col": "clips", "id": "cl_lead_01", "props": {"time": 8.0}},
        {"op": "set", "col": "channels", "id": "ch_lead_01", "props": {"mute": True}},
    )  # fmt: skip


async def snapshot(page: Page, name: str) -> None:
    """One of now."""
    await page.fill("input[name=name]", name)
    await page.click("button:has-text('Take a snapshot')")
    await page.see(f".snapshot:has-text('{name}')")


async def listed(page: Page) -> list[str]:
    """The differences in words."""
    words: list[str] = await page.value(
        "[...document.querySelectorAll('.changes bdi')].map(({textContent}) => textContent)"
    )
    return words


async def test_what_changed_since_a_snapshot_is_marked_listed_and_brought_back_by_itself(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.click("text=Snapshots")
    await snapshot(ben, "before")
    await drum_take(ann, project)
    await ben.until(f"{ROOM}.all('clips').size === 2")
    await ben.click("button:has-text('Compare with now')")
    await ben.see(".compared [role=status]:has-text('3 things differ')")
    assert await listed(ben) == [
        "clip “Lead” changed: place from 2.1 to 3.1",
        "clip “Take” added",
        "channel “Lead” changed: muted",
    ]
    assert await ben.value(f"[...{MARKS}.outlined.keys()].sort()") == ["cl_lead_01", "cl_take_01"]
    assert await ben.value(f"{MARKS}.ghosts.get('tr_lead_01')[0].time") == 4
    await ben.see(".compared-legend:has-text('“before” → now')")
    await ben.screenshot("a comparison with now")
    await ben.accessible()
    await edited(ann, project, {"op": "delete", "col": "clips", "id": "cl_lead_01"})
    await ben.see(".changes .removed:has-text('clip “Lead” removed: 1 note')")
    await ben.press(".compared > label input", "Space")
    await ben.press(".changes li:has-text('Lead” removed') input", "Space")
    await ben.press("button:has-text('Bring back the one chosen')", "Enter")
    await ben.until(f"{ROOM}.get('clips', 'cl_lead_01')?.time === 4")
    await synced(ben)
    assert await ben.value(f"{ROOM}.get('notes', 'no_lead_01').key") == 60
    assert await ben.value(f"{ROOM}.get('channels', 'ch_lead_01').mute") is True
    assert await ben.value(f"{ROOM}.get('clips', 'cl_take_01').time") == 12
    await ben.see(".compared [role=status]:has-text('2 things differ')")
    await ben.press("body", "Control+z")
    await ben.until(f"{ROOM}.get('clips', 'cl_lead_01') === undefined")
    await ben.click(".compared-legend [aria-label='End comparing']")
    await ben.until("document.querySelector('.compared') === null")


async def test_two_snapshots_are_compared_with_each_other_and_each_change_is_a_jump(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    phone = {"width": 390, "height": 844}
    ben = await enter_by(browser, "Ben", await invited(ann, project, node), viewport=phone)
    await ben.click("text=Snapshots")
    await snapshot(ben, "first")
    await drum_take(ann, project)
    await ben.until(f"{ROOM}.all('clips').size === 2")
    await snapshot(ben, "second")
    await edited(ann, project, {"op": "delete", "col": "clips", "id": "cl_take_01"})
    await ben.until(f"{ROOM}.all('clips').size === 1")
    for name, chosen in (("from", "first"), ("to", "second")):
        option = f"select[name={name}] option:has-text('{chosen}')"
        at = await ben.do("getAttribute", option, "value")
        await ben.do("selectOption", f"select[name={name}]", at)
    await ben.value(f"{{{COUNTED}}}")
    await ben.click("form[aria-label='Compare two moments'] button")
    await ben.see(".changes .added:has-text('Take')")
    assert await ben.value(WHOLE_STATES) == "history.at", "one whole state for both"
    assert len(await listed(ben)) == 3
    await ben.until("prime.studio.song === prime.studio.comparison.value.to.song")
    await ben.accessible()
    await ben.press(".changes button:has-text('Take')", "Enter")
    await ben.until("prime.studio.jump.value === null")
    await ben.screenshot("two snapshots on a phone")
    await ben.click("button:has-text('Back to now')")
    await ben.press(".compared-legend button:has-text('Show')", "Enter")
    await ben.until("prime.studio.song === prime.studio.comparison.value.to.song")
    await ben.press("button:has-text('Bring back 2 and delete 1')", "Enter")
    await ben.until(f"{ROOM}.get('channels', 'ch_lead_01').mute === false")
    await ben.see(".compared h2:has-text('“first” → now')")
    await ben.see(".compared [role=status]:has-text('Nothing differs.')")


async def test_what_others_make_while_a_restore_is_asked_is_told_before_it_goes(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.click("text=Snapshots")
    await snapshot(ben, "before")
    await ben.click(".snapshot button:has-text('Restore')")
    await ben.see("dialog:has-text('The whole song becomes what it was at before')")
    await drum_take(ann, project)
    await ben.until(f"{ROOM}.all('clips').size === 2")
    await ben.press("dialog form button", "Enter")
    await ben.see("dialog:has-text('This was made meanwhile, and goes too: ann added clip “Take”')")
    assert await ben.value(f"{ROOM}.all('clips').size") == 2
    await ben.accessible()
    await ben.value(BUTTON_NOTED)
    await ben.press("dialog form button", "Enter")
    await ben.until(f"{ROOM}.all('clips').size === 1")
    await ben.until("document.querySelector('dialog') === null")
    assert "Restoring …" in await ben.value("said")
