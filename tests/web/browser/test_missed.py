"""What the others edited while somebody was not here is told, and shown on the time line."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import ROOM, enter_by, invited, song, synced

pytestmark = in_chromium()


async def test_who_comes_back_is_told_what_the_others_did_and_sees_it_compared(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    address = await ben.value("location.href")
    await ben.until("prime.studio.edits.value.shown.value.entries.length === 1")
    assert await ben.value("document.querySelector('.missed')") is None
    away = await browser.open("away", "about:blank", "Ben")
    await ben.do("close")
    said = await ann.edit(
        project, {"op": "set", "col": "clips", "id": "cl_lead_01", "props": {"time": 8.0}}
    )
    assert said["t"] == "ack", said
    await away.do("goto", address)
    await synced(away)
    await away.see(".missed:has-text('Since you were last here: ann moved clip “Lead” to 3.1.')")
    await away.screenshot("what was missed")
    await away.accessible()
    await away.press(".missed button:has-text('Show what differs')", "Enter")
    await away.see(".changes li:has-text('clip “Lead” changed: place from 2.1 to 3.1')")
    await away.until("document.querySelector('.missed') === null")
    await away.until("prime.studio.edits.value.shown.value.entries.length === 2")
    await away.do("reload")
    await synced(away)
    await away.until("prime.studio.edits.value.shown.value.entries.length === 2")
    assert await away.value("document.querySelector('.missed')") is None, "it was seen"
    assert await away.value(f"{ROOM}.get('clips', 'cl_lead_01').time") == 8
