"""The cursors of others between two of their messages."""

from itertools import pairwise

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import ROOM, enter_by, invited, song

pytestmark = in_chromium()

HELD_FRAMES = """
globalThis.arrows = []; // where the cursor was drawn
const { moveTo, lineTo } = CanvasRenderingContext2D.prototype;
let begin = [0, 0];
CanvasRenderingContext2D.prototype.moveTo = function (...to) {
  begin = to;
  return moveTo.call(this, ...to);
};
CanvasRenderingContext2D.prototype.lineTo = function (x, y) {
  const [right, down] = [x - begin[0], y - begin[1]];
  if (Math.abs(right - 4) < 1e-6 && Math.abs(down - 12) < 1e-6) arrows.push(begin[0]);
  return lineTo.call(this, x, y);
};
const request = globalThis.requestAnimationFrame;
let waiting = null; // of frames that the test holds
let now = 0;
globalThis.hold = () => { waiting = []; now = performance.now(); };
globalThis.requestAnimationFrame = (call) => waiting === null ? request(call) : waiting.push(call);
globalThis.frame = (ms) => { now += ms; for (const call of waiting.splice(0)) call(now); };
"""
MOVED = f"{ROOM}.others.value.some(({{presence}}) => presence.cursor?.time === %s)"


async def test_a_cursor_glides_from_one_message_to_the_next_and_never_jumps(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node), HELD_FRAMES)

    async def goes_to(time: float) -> None:
        cursor = {"time": time, "track": "tr_lead_01", "y": 0.5}
        await ann.send({"t": "presence", "project": project, "cursor": cursor})
        await ben.until(MOVED % time)

    await goes_to(2)
    width = await ben.value("document.querySelector('.timeline').clientWidth")
    scale = (width - 16) / 16
    await ben.until(f"Math.abs(arrows.at(-1) - {2 * scale}) < 1")
    await ben.value("hold(); arrows.length = 0")
    passed: list[float] = []
    for time in (6, 10, 14):
        await goes_to(time)
        passed += await ben.value(
            "arrows.length = 0, [16, 17, 33].forEach((ms) => frame(ms)), [...arrows]"
        )
    passed += await ben.value(
        "arrows.length = 0; for (let n = 0; n < 60; n += 1) frame(16); [...arrows]"
    )
    assert len(passed) >= 20
    whole = 12 * scale
    for sooner, later in pairwise([2 * scale, *passed]):
        assert -0.01 <= later - sooner < whole / 3, passed
    assert abs(passed[-1] - 14 * scale) < 1, "it arrives"
