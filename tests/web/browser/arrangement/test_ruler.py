"""Markers, tempo, time signatures and the grid on the studio page, by mouse and by keys."""

import pytest

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import ROOM, axis, enter_by, invited, seq, song, synced

pytestmark = in_chromium()

MARKERS, CHANGES = 26, 44
"""Pixels from the top of the ruler."""


async def test_the_ruler_takes_markers_tempo_and_signatures_by_mouse(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    x, y, scale = await axis(ben)
    await ben.do("mouse.dblclick", x + 8 * scale, y + MARKERS)
    await ben.until(f"[...{ROOM}.all('markers').values()][0]?.time === 8")
    await ben.see(".inspector h2:has-text('Marker')")
    await ben.do("mouse.dblclick", x + 12 * scale, y + CHANGES)
    await ben.until(f"[...{ROOM}.all('tempo').values()].some(({{time}}) => time === 12)")
    await ben.fill(".inspector label:has-text('Beats a minute') input", "96")
    await ben.do("keyboard.press", "Enter")
    await ben.until(f"[...{ROOM}.all('tempo').values()].some(({{bpm}}) => bpm === 96)")
    await ben.fill(".inspector label:has-text('Beats a minute') input", "5")
    await ben.do("keyboard.press", "Enter")
    await ben.see(".toast:has-text('is not between 10 and 1000')")
    await synced(ben)
    first = await seq(ben)
    await ben.do("mouse.move", x + 12 * scale + 4, y + CHANGES)
    await ben.do("mouse.down")
    await ben.do("mouse.move", x + 11 * scale, y + CHANGES)
    await ben.do("mouse.move", x + 10 * scale + 4, y + CHANGES)
    await ben.do("mouse.up")
    await synced(ben)
    assert await seq(ben) == first + 1, "a drag is one edit"
    await ben.until(f"[...{ROOM}.all('tempo').values()].some(({{time}}) => time === 10)")
    await ben.screenshot("the ruler")
    await ben.accessible()
    await ben.click("button:has-text('Undo')")
    await ben.see(".toast:has-text('You undid')")
    await ben.until(f"[...{ROOM}.all('tempo').values()].some(({{time}}) => time === 12)")


async def test_the_ruler_is_edited_without_a_mouse(node: Node, browser: Browser) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.value("prime.studio.seek(9); document.activeElement.blur(); 0")
    await ben.do("keyboard.press", "g")
    await ben.until(f"[...{ROOM}.all('signatures').values()].some(({{time}}) => time === 8)")
    await ben.fill(".inspector label:has-text('Beats in a bar') input", "7")
    await ben.do("keyboard.press", "Enter")
    await ben.do("selectOption", ".inspector label:has-text('Each of them is') select", "8")
    await ben.until(
        f"[...{ROOM}.all('signatures').values()].some(({{num, den}}) => num === 7 && den === 8)"
    )
    keys = "[aria-label='Markers, tempo and time signatures'] button"
    await ben.press(f"{keys}:has-text('7/8')", "ArrowRight")
    await ben.until(f"[...{ROOM}.all('signatures').values()].some(({{time}}) => time === 9)")
    await ben.press(f"{keys}:has-text('7/8')", "Delete")
    await ben.until(f"{ROOM}.all('signatures').size === 1")
    await ben.press(f"{keys}:has-text('4/4')", "Delete")
    await ben.click("button:has-text('120 bpm')")
    await ben.see(".inspector :text('It holds from the beginning of the song')")
    await synced(ben)
    assert await ben.value(f"{ROOM}.all('signatures').size") == 1, "the first one stays"
    await ben.accessible()


async def test_what_is_dragged_keeps_to_the_grid_that_was_chosen(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    x, y, scale = await axis(ben)
    for grid, time in (("4", 8), ("0", None)):
        await ben.do("selectOption", ".snap select", grid)
        start = await ben.value(f"{ROOM}.get('clips', 'cl_lead_01').time")
        await ben.do("mouse.move", x + (start + 2) * scale, y + 62 + 14)
        await ben.do("mouse.down")
        await ben.do("mouse.move", x + (start + 3) * scale, y + 62 + 14)
        await ben.do("mouse.move", x + (start + 2 + 2.317) * scale, y + 62 + 14)
        await ben.do("mouse.up")
        now = await ben.value(f"{ROOM}.get('clips', 'cl_lead_01').time")
        if time is None:
            assert now - start == pytest.approx(2.317, abs=0.05)
        else:
            assert now == time
