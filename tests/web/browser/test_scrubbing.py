"""The slider of time: a hand drags it through a song's life, and no step asks the server."""

import json

from schema.ops import encode_ops
from tests.rooms.chaos import Chaos
from tests.server.calls.projects.test_history import fetched
from tests.server.conftest import Node
from tests.server.wire import Message, Wire
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import ROOM, enter_by, invited, song

pytestmark = in_chromium()

SLIDER = "[aria-label='Moment of the project']"

# The names of calls, whole, are in the frames of both subprotocols.
COUNT_CALLS = """
(() => {
  const send = WebSocket.prototype.send;
  window.asked = [];
  WebSocket.prototype.send = function (data) {
    const text = typeof data === "string" ? data : new TextDecoder("latin1").decode(data);
    const found = /history\\.(at|ops)/.exec(text);
    if (found !== null) window.asked.push(found[0]);
    return send.call(this, data);
  };
})()
"""

# Each step: the slider is moved, and the next frame is drawn once that moment is shown.
DRAG = """
(async () => {
  const slider = document.querySelector("[aria-label='Moment of the project']");
  const shown = (seq) => window.prime.studio.moment.value?.seq === seq;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (const seq of %s) {
    slider.value = String(seq);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    while (!shown(seq)) await new Promise((done) => setTimeout(done, 0));
    await frame();
  }
})()
"""


SHOWN = "JSON.stringify(Object.fromEntries(window.prime.studio.song.all('%s')))"


async def drag(page: Page, seqs: list[int]) -> int:
    """Shows all of them, one after the other; how many calls for history that took."""
    before = await page.value("window.asked.length")
    await page.value(DRAG % json.dumps(seqs))
    calls: int = await page.value("window.asked.length") - before
    return calls


async def long_life(ann: Wire, node: Node) -> tuple[str, int]:
    """A song of 60 tracks and 2,400 notes in which much was edited since; its newest seq."""
    project = await song(ann)
    for track in range(60):
        name = f"tr_{track:06}"
        ops: list[Message] = [
            {"op": "insert", "col": "tracks", "id": name, "entity": {"name": name}}
        ]
        for clip in range(4):
            place = {"track": name, "time": clip * 8, "duration": 8}
            ops.append(
                {"op": "insert", "col": "clips", "id": f"cl_{track:03}_{clip}_", "entity": place}
            )
            ops += [
                {"op": "insert", "col": "notes", "id": f"no_{track:03}_{clip}_{n:02}",
                 "entity": {"clip": f"cl_{track:03}_{clip}_", "time": n * 0.5, "duration": 0.4,
                            "key": 40 + n}}
                for n in range(10)
            ]  # fmt: skip
        assert (await ann.edit(project, *ops))["t"] == "ack"
    for n in range(300):
        moved = {"time": n % 16, "key": 30 + n % 60}
        note = f"no_{n % 60:03}_{n % 4}_{n % 10:02}"
        edit = {"op": "set", "col": "notes", "id": note, "props": moved}
        assert (await ann.edit(project, edit))["t"] == "ack"
    document = node.hub.rooms[project].room.document
    for chaos, atomic in Chaos(5).deltas(document, 40):
        raw = json.loads(encode_ops(chaos))
        await ann.edit(project, *raw, atomic=atomic, base=0, base_epoch="of before")
    return project, node.hub.rooms[project].room.head


async def test_Y5_no_step_of_a_drag_asks_the_server_and_each_shows_what_was_then(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project, head = await long_life(ann, node)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node), COUNT_CALLS)
    assert await ben.value(f"{ROOM}.position.seq") == head
    await ben.do("focus", SLIDER)
    there_and_back = [*range(head - 1, head - 60, -1), *range(head - 59, head), 1, 70, head - 1]
    calls = -1
    for _ in range(5):  # what the hand will pass is on its way, and may come behind the first steps
        calls = await drag(ben, there_and_back)
        if calls == 0:
            break
    assert calls == 0
    assert "history.ops" in await ben.value("window.asked")
    for seq in (head - 40, 12, head - 3, 300, 0):
        await drag(ben, [seq])
        _, then = await fetched(ann, "history.at", project=project, seq=seq)
        for collection, entities in then.items():
            assert json.loads(await ben.value(SHOWN % collection)) == entities, (seq, collection)
    await ben.do("keyboard.press", "Escape")
    await ben.see(".scrubber:not(.past)")


BUTTONS = "[...document.querySelectorAll('button')].map((each) => each.textContent)"

# What of the slider's line is cut off, or lies beside the window.
CUT = """
[...document.querySelectorAll(".scrubber, .scrubber button, .scrubber-title > *")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1
    || each.getBoundingClientRect().right > innerWidth)
  .map(({ textContent }) => textContent)
"""

STAYS = "document.querySelector('%s') === window.%s"


async def test_what_shows_the_song_stays_there_while_moments_pass(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    for number in range(5):
        name = {"name": f"Name {number}"}
        await ann.edit(project, {"op": "set", "col": "tracks", "id": "tr_lead_01", "props": name})
    ben = await enter_by(browser, "Ben", await invited(ann, project, node), COUNT_CALLS)
    await ben.see(".track-head:has-text('Name 4')")
    head = await ben.value(f"{ROOM}.position.seq")
    await ben.value("prime.studio.select('clips', ['cl_lead_01'])")
    await ben.click(".lower .tabs >> text=Notes")
    await ben.click("[aria-label='Closer']")
    axis = "document.querySelector('.loop-handle.end').style.left"
    await ben.click("[aria-label='Time closer']")
    left = await ben.value(axis)
    await ben.value(
        "window.arrangement = document.querySelector('.timeline canvas');"
        "window.roll = document.querySelector('.roll canvas'); 0"
    )
    for seq in (head - 1, head - 4, head - 2):
        await drag(ben, [seq])
        await ben.see(f".track-head:has-text('Name {seq - head + 4}')")
        assert await ben.value(STAYS % (".timeline canvas", "arrangement"))
        assert await ben.value(STAYS % (".roll canvas", "roll"))
        assert await ben.value(axis) == left, "the same part of the song is in sight"
    await ben.do("keyboard.press", "Escape")
    await ben.see(".track-head:has-text('Name 4')")
    assert await ben.value(STAYS % (".timeline canvas", "arrangement"))


async def test_what_was_made_since_goes_only_once_that_is_read(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    before = await ben.value(f"{ROOM}.position.seq")
    clip = {"track": "tr_lead_01", "time": 12.0, "duration": 4.0, "name": "Drop"}
    await ann.edit(project, {"op": "insert", "col": "clips", "id": "cl_later_1", "entity": clip})
    await ben.until(f"{ROOM}.get('clips', 'cl_later_1') !== undefined")
    await ben.value("prime.studio.select('clips', ['cl_later_1'])")
    await ben.fill(SLIDER, str(before))
    await ben.see("button:has-text('Bring all of it back')")
    assert "Bring back what is selected" not in await ben.value(BUTTONS), "it is not seen there"
    await ben.value("prime.studio.select('clips', ['cl_later_1', 'cl_lead_01'])")
    await ben.click("button:has-text('Bring back what is selected')")
    await ben.see(".toast:has-text('Nothing of it is otherwise now.')")
    await ben.fill(SLIDER, str(before))
    await ben.click("text=Snapshots")
    await ben.see(".snapshots:has-text('as it is now, and not the moment that is shown')")
    await ben.click("button:has-text('Bring all of it back')")
    await ben.see("dialog:has-text('What was made since goes: 1 clip.')")
    assert await ben.value(f"{ROOM}.get('clips', 'cl_later_1') !== undefined")
    track = {"op": "insert", "col": "tracks", "id": "tr_later_1", "entity": {"name": "Solo"}}
    await ann.edit(project, track)
    await ben.until(f"{ROOM}.get('tracks', 'tr_later_1') !== undefined")
    await ben.click("button:has-text('Bring it back')")
    await ben.see("dialog:has-text('More was made meanwhile, and goes too: 1 track.')")
    assert await ben.value(f"{ROOM}.get('tracks', 'tr_later_1') !== undefined")
    await ben.click("button:has-text('Bring it back')")
    await ben.see(".toast:has-text('2 changes brought it back')")
    assert await ben.value(f"{ROOM}.get('clips', 'cl_later_1') === undefined")
    await ben.click("text=History")
    await ben.see(f".entry:has-text('brought back from #{before}: deleted a track')")


NAMED = {"op": "set", "col": "tracks", "id": "tr_lead_01"}


async def test_all_that_is_said_of_a_moment_is_in_sight(node: Node, browser: Browser) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    before = (await ann.edit(project, NAMED | {"props": {"name": "Bass"}}))["seq"]
    await ann.edit(project, NAMED | {"props": {"name": "Lead"}})
    for width in (1280, 800, 390):
        screen = {"width": width, "height": 700}
        name = f"Ben{width}"
        ben = await enter_by(browser, name, await invited(ann, project, node), viewport=screen)
        await ben.until("prime.studio.edits.value.shown.value.entries.length > 0")
        await ben.fill(SLIDER, str(before))
        await ben.see(".scrubber.past .scrubber-title small")
        await ben.value("prime.studio.select('clips', ['cl_lead_01'])")
        await ben.see("button:has-text('Bring back what is selected')")
        assert await ben.value(CUT) == [], width
        await ben.screenshot(f"a moment of the past, {width} wide")
