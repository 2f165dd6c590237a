"""Keys on the studio page: what has the focus takes its own, the rest are shortcuts."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import ROOM, enter_by, invited, seq, song, synced

pytestmark = in_chromium()

IN_PANELS = ("History", "People", "Inspector", "Snapshots")

TAKEN = """
[...document.querySelectorAll('button, summary, input, select, textarea')]
  .filter((each) => !each.matches('[type=range], :disabled') && each.checkVisibility())
  .filter((each) => {
    const press = { key: ' ', code: 'Space', bubbles: true, cancelable: true };
    return !each.dispatchEvent(new KeyboardEvent('keydown', press));
  })
  .map((each) => each.outerHTML.slice(0, 120))
"""
"""What Space does not reach, for the page has taken it."""


async def played(page: Page) -> bool:
    """Whether it plays."""
    is_playing: bool = await page.value("prime.studio.isPlaying.value")
    return is_playing


async def test_space_presses_what_has_the_focus_and_plays_only_where_nothing_takes_it(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.value("prime.studio.select('clips', ['cl_lead_01'])")
    for panel in IN_PANELS:
        await ben.press(f".side .tabs button:has-text('{panel}')", "Enter")
        await ben.see(f".side .tabs [aria-expanded=true]:has-text('{panel}')")
        assert await ben.value(TAKEN) == []
    for panel in ("Scenes", "Notes"):
        await ben.press(f".lower .tabs button:has-text('{panel}')", "Enter")
        assert await ben.value(TAKEN) == []
    assert not await played(ben)
    await ben.press("label:has-text('Those the server took') input", "Space")
    await ben.see("label:has-text('Those the server took') input:checked")
    await ben.press("button:has-text('+ Track')", "Space")
    await ben.see(".track-head:has-text('Track 2')")
    await ben.do("keyboard.press", "Escape")
    assert not await played(ben)
    await ben.press(".lower .tabs button:has-text('Mixer')", "Enter")
    await ben.press("[role=slider][aria-label='Volume of Lead']", "Space")
    await ben.until("prime.studio.isPlaying.value")
    await ben.value("document.activeElement.blur()")
    await ben.do("keyboard.press", "Space")
    await ben.until("!prime.studio.isPlaying.value")


async def test_what_the_mouse_has_pressed_leaves_space_to_playing_and_takes_no_shortcut(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    mute = ".track-head button[aria-label=Mute]"
    await ben.click(mute)
    await ben.until(f"{ROOM}.get('channels', 'ch_lead_01').mute")
    await ben.do("keyboard.press", "Space")
    await ben.until("prime.studio.isPlaying.value")
    await ben.click(".track-head:has-text('Lead')")
    await ben.do("keyboard.press", "Space")
    await ben.until("!prime.studio.isPlaying.value")
    await ben.do("selectOption", ".snap select", "1")
    await ben.click("button:has-text('Undo')")
    await ben.until(f"!{ROOM}.get('channels', 'ch_lead_01').mute")
    await synced(ben)
    undone = await seq(ben)
    await ben.do("keyboard.press", "Space")
    await ben.until("prime.studio.isPlaying.value")
    await ben.do("keyboard.press", "Space")
    await ben.until("!prime.studio.isPlaying.value")
    assert await seq(ben) == undone
    await ben.do("keyboard.press", "Shift+Tab")
    await ben.do("keyboard.press", "Tab")
    await ben.do("keyboard.press", "Space")
    await synced(ben)
    assert not await played(ben), "keys came to the button: Space presses it"

    await ben.do("dblclick", ".track-head:has-text('Lead')", {"position": {"x": 30, "y": 6}})
    await ben.see(".track-head input.naming")
    await ben.do("keyboard.type", "Bass")
    await ben.do("keyboard.press", "Enter")
    await ben.see(".track-head:has-text('Bass')")
    await ben.value("getSelection().selectAllChildren(document.querySelector('.bar h1'))")
    await ben.value("prime.studio.select('clips', ['cl_lead_01'])")
    await ben.do("keyboard.press", "Delete")
    await ben.until(f"{ROOM}.all('clips').size === 0")


async def test_a_key_that_would_edit_the_past_says_why_nothing_is_done(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    first = await seq(ben)
    await ben.click("button:has-text('+ Track')")
    await ben.see(".track-head:has-text('Track 2')")
    await synced(ben)
    await ben.value("prime.studio.select('clips', ['cl_lead_01'])")
    await ben.fill("[aria-label='Moment of the project']", str(first))
    await ben.see(".scrubber.past")
    await ben.value("document.activeElement.blur()")
    for _ in range(3):
        await ben.do("keyboard.press", "Delete")
    await ben.see(".toast:has-text('nothing can be edited')")
    assert await ben.value("document.querySelectorAll('.toast').length") == 1
    assert await ben.value(f"{ROOM}.all('clips').size") == 1
    await ben.do("keyboard.press", "Escape")
    await ben.see(".scrubber:not(.past)")
    await ben.do("keyboard.press", "Delete")
    await ben.until(f"{ROOM}.all('clips').size === 0")
