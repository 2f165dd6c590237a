"""A group of tracks, an effect and a send are made on the page, and sound goes where they say."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import ROOM, enter_by, invited, seq, song, synced

pytestmark = in_chromium()

GROUPED = (
    f"(([id]) => [...{ROOM}.by('tracks', 'parent', id)].length)("
    f"[...{ROOM}.all('tracks')].find(([, {{name}}]) => name === 'Band'))"
)


async def test_tracks_become_a_group_and_a_channel_sends_to_a_new_effect(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    more = {"op": "insert", "col": "tracks", "id": "tr_more_01", "entity": {"name": "More"}}
    await ann.edit(project, more)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    first = await seq(ben)
    await ben.click(".track-head:has-text('Lead')")
    await ben.do("keyboard.press", "Shift+ArrowDown")
    assert await ben.value("prime.studio.selection.value.ids.length") == 2
    await ben.do("keyboard.press", "Control+g")
    await ben.see("input.naming:focus")
    await ben.do("keyboard.type", "Band")
    await ben.do("keyboard.press", "Enter")
    await ben.until(f"{GROUPED} === 2")
    await synced(ben)
    assert await seq(ben) == first + 2, "the group, and its name"
    await ben.click(".mixer button:has-text('+ Effect')")
    await ben.see(".inspector input:focus")
    await ben.do("keyboard.type", "Hall")
    await ben.do("keyboard.press", "Enter")
    await ben.click(".strip:has-text('Lead') summary")
    await ben.do("selectOption", ".strip:has-text('Lead') select", {"label": "Hall"})
    await ben.until(f"{ROOM}.all('sends').size === 1")
    await ben.see(".strip:has-text('Lead') [aria-label='Mute Lead']")
    await ben.accessible()
    await ben.screenshot("a group, an effect and a send")
    await synced(ben)
    assert await seq(ben) == first + 5
    await ben.click("[aria-label='Remove the send to Hall']")
    await ben.until(f"{ROOM}.all('sends').size === 0")
