"""The loop: its two edges by mouse, by finger and by keys, and a loop of what is selected."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import PHONE, ROOM, axis, box_of, enter_by, invited, seq, song, synced

pytestmark = in_chromium()

START, END = "[aria-label='Start of the loop']", "[aria-label='End of the loop']"
LOOP = f"[...{ROOM}.all('transport').values()][0]"


async def test_the_edges_of_the_loop_are_dragged_in_one_edit_each_and_moved_by_keys(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    x, y, scale = await axis(ben)
    first = await seq(ben)
    for selector, to in ((START, 4), (END, 12)):
        left, _, width, _ = await box_of(ben, selector)
        await ben.do("mouse.move", left + width / 2, y + 8)
        await ben.do("mouse.down")
        await ben.do("mouse.move", x + 6.3 * scale, y + 8)
        await ben.do("mouse.move", x + (to + 0.1) * scale, y + 8)
        await ben.do("mouse.up")
    await ben.until(f"{LOOP}.loopStart === 4 && {LOOP}.loopEnd === 12")
    await synced(ben)
    assert await seq(ben) == first + 2
    await ben.screenshot("the handles of the loop")
    await ben.press(END, "ArrowRight", "ArrowRight", "PageDown", "Alt+ArrowLeft")
    await ben.until(f"{LOOP}.loopEnd === 9.75")
    assert "bar 3, beat 2" in await ben.do("getAttribute", END, "aria-valuetext")
    await ben.press(START, "PageUp", "PageUp", "PageUp", "PageUp")
    await ben.until(f"{LOOP}.loopStart === 9.6875")
    await synced(ben)
    await ben.accessible()
    is_back = f"{LOOP}.loopStart === 4 && {LOOP}.loopEnd === 12"
    for _ in range(8):  # a step each, or fewer where one key was pressed quickly
        if not await ben.value(is_back):
            await ben.press("body", "Control+z")
            await synced(ben)
    await ben.until(is_back)


async def test_a_finger_drags_an_edge_on_a_phone(node: Node, browser: Browser) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node), **PHONE)
    await ben.do("focus", END)
    left, top, width, _ = await box_of(ben, END)
    end = left + width - 4
    for kind, at in (("touchStart", end), ("touchMove", left - 30), ("touchMove", left - 60)):
        touch = [{"x": at, "y": top + 20}]
        await ben.debugger("Input.dispatchTouchEvent", type=kind, touchPoints=touch)
    await ben.debugger("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    await ben.until(f"{LOOP}.loopEnd < 16")


async def test_what_is_selected_is_looped_by_a_key_and_by_a_button(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.value("document.activeElement.blur(); prime.studio.select('clips', ['cl_lead_01'])")
    await ben.do("keyboard.press", "l")
    await ben.until(f"{LOOP}.loopOn && {LOOP}.loopStart === 4 && {LOOP}.loopEnd === 8")
    await ben.value("prime.studio.select('notes', ['no_lead_01'])")
    await ben.click(".side .tabs >> text=Inspector")
    await ben.click("button:has-text('Loop it')")
    await ben.until(f"{LOOP}.loopOn && {LOOP}.loopStart === 4 && {LOOP}.loopEnd === 5")
    await ben.accessible()
