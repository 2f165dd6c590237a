"""Automation of tracks: lanes below their rows, with points by mouse and by keys."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import ROOM, box_of, enter_by, invited, seq, song, synced

pytestmark = in_chromium()

HEAD = ".track-head:has-text('Lead')"
POINTS = f"[...{ROOM}.all('points').values()].sort((a, b) => a.time - b.time)"


async def with_lane(page: Page, property_name: str = "volume") -> None:
    """Unfold the automation of the track, and make a lane."""
    await page.click(f"{HEAD} .track-colour")
    await page.click(f"{HEAD} button[aria-label=Automation]")
    await page.do("selectOption", "[aria-label='New automation']", property_name)
    await page.see(".track-lane .lane-box")


async def test_a_lane_is_made_its_points_are_added_dragged_and_removed_by_mouse(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    address = await invited(ann, project, node)
    ben = await enter_by(browser, "Ben", address)
    cleo = await enter_by(browser, "Cleo", address)
    first = await seq(ben)
    await with_lane(ben)
    await cleo.click(f"{HEAD} button[aria-label=Automation]")
    await ben.until(f"{POINTS}[0]?.value === 1 && {POINTS}[0].time === 0")
    x, y, width, height = await box_of(ben, ".track-lane .lane-box")
    scale = (width - 16) / 16
    await ben.do("mouse.dblclick", x + 8.1 * scale, y + height * 0.75)
    await ben.until(f"{POINTS}.length === 2")
    point = await ben.value(f"{POINTS}[1]")
    assert point["time"] == 8, "it keeps to the grid"
    assert abs(point["value"] - 0.5) < 0.05
    await synced(ben)
    assert await seq(ben) == first + 2
    left, top, _, _ = await box_of(ben, ".track-lane .lane-point", nth=1)
    await ben.do("mouse.move", left + 6, top + 6)
    await ben.do("mouse.down")
    await ben.do("mouse.move", x + 9 * scale, y + height * 0.6)
    await ben.do("mouse.move", x + 12 * scale, y + height * 0.5)
    await cleo.see(".lane-point[aria-label='1 at bar 4, beat 1']")
    assert await cleo.value(f"{POINTS}[1].time") == 8, "Cleo sees it before it is an edit"
    await ben.do("mouse.up")
    await ben.until(f"{POINTS}[1].time === 12 && Math.abs({POINTS}[1].value - 1) < 0.05")
    await synced(ben)
    assert await seq(ben) == first + 3, "a drag is one edit"
    await ben.screenshot("automation below a track")
    await ben.accessible()
    await ben.do("dblclick", ".track-lane .lane-point >> nth=1")
    await cleo.until(f"{POINTS}.length === 1")
    await ben.click("[aria-label='Remove automation Volume']")
    await ben.see(f"{HEAD}:focus")
    await cleo.until(f"{ROOM}.all('lanes').size === 0")
    await cleo.until("document.querySelector('.track-lane') === null")


async def test_a_lane_is_edited_without_a_mouse_and_heard(node: Node, browser: Browser) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.value("prime.studio.seek(8); 0")
    await ben.press(HEAD, "ArrowDown")
    await ben.press(f"{HEAD} button[aria-label=Automation]", "Enter")
    await ben.do("selectOption", "[aria-label='New automation']", "mute")
    await ben.press(".track-lane .lane-box", "Enter")
    await ben.until("document.activeElement.matches('.lane-point')")
    await ben.until(f"{POINTS}.length === 2 && {POINTS}[1].interp === 'hold'")
    await ben.do("keyboard.press", "ArrowUp")
    await ben.until(f"{POINTS}[1].value === 1")
    await ben.do("keyboard.press", "ArrowUp")
    await ben.do("keyboard.press", "ArrowRight")
    await ben.until(f"{POINTS}[1].time === 8.25 && {POINTS}[1].value === 1")
    assert "bar 3, beat 1" in await ben.do("getAttribute", ".lane-point:focus", "aria-label")
    await ben.accessible()
    await ben.do("keyboard.press", "Delete")
    await ben.until(f"{POINTS}.length === 1")
    await ben.press(f"{HEAD} button[aria-label=Automation]", "Enter")
    await ben.until("document.querySelector('.track-lane') === null")


async def test_a_clip_is_dragged_over_lanes_to_the_track_below(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    bass = {"name": "Bass", "order": "a1"}
    await ann.edit(project, {"op": "insert", "col": "tracks", "id": "tr_bass_01", "entity": bass})
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await with_lane(ben)
    x, y, width, _ = await box_of(ben, ".timeline canvas")
    _, below, _, _ = await box_of(ben, ".track-head[aria-rowindex='2']")
    at = x + 6 * (width - 16) / 16
    await ben.do("mouse.move", at, y + 62 + 14)
    await ben.do("mouse.down")
    await ben.do("mouse.move", at, y + 62 + 30)
    await ben.do("mouse.move", at, below + 10)
    await ben.do("mouse.up")
    await ben.until(f"{ROOM}.get('clips', 'cl_lead_01').track === 'tr_bass_01'")
    assert await ben.value(f"{ROOM}.get('clips', 'cl_lead_01').time") == 4
