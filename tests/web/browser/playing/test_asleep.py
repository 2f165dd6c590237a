"""Playing on a page that slept: its script stood still while the clock of the sound went on."""

from itertools import pairwise

import pytest

from tests.server.conftest import Node
from tests.server.wire import Wire
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import enter_by, invited, song

pytestmark = in_chromium()

HELD_CLOCK = """
globalThis.heard = []; // when each voice begins, and when that was asked, in seconds
globalThis.second = 0;
Object.defineProperty(BaseAudioContext.prototype, "currentTime", { get: () => second });
const { setInterval: every } = globalThis;
globalThis.setInterval = (call, ms, ...more) => {
  if (ms !== 50) return every(call, ms, ...more);
  globalThis.wake = call; // what schedules notes, woken by the test
  return 0;
};
for (const kind of [OscillatorNode, AudioBufferSourceNode]) {
  const start = kind.prototype.start;
  kind.prototype.start = function (at) { heard.push([at, second]); return start.call(this, at); };
  kind.prototype.stop = () => {};
}
globalThis.pass = (seconds) => { second += seconds; wake(); };
"""
PASSES = "for (let n = 0; n < 60; n += 1) pass(0.05)"
STARTS_AFTER = 0.05
"""Seconds after the press."""

ASLEEP = 400
"""Seconds."""


async def beats(ann: Wire, project: str) -> None:
    """A note a beat, at 120 beats a minute, for ten minutes."""
    props = {"time": 0.0, "duration": 1_200.0, "loopStart": 0.0, "loopEnd": 1.0}
    said = await ann.edit(
        project,
        {"op": "set", "col": "clips", "id": "cl_lead_01", "props": props},
        {"op": "set", "col": "notes", "id": "no_lead_01", "props": {"duration": 0.25}},
    )
    assert said["t"] == "ack", said


async def playing(browser: Browser, address: str) -> Page:
    """Plays for three seconds, by a clock that the test holds."""
    ben = await enter_by(browser, "Ben", address, HELD_CLOCK)
    await ben.until("prime.studio.room.value.get('clips', 'cl_lead_01').duration === 1200")
    await ben.click("button[aria-label=Play]")
    await ben.value(PASSES)
    heard = await ben.value("heard.map(([at]) => at)")
    assert heard == pytest.approx([STARTS_AFTER + beat / 2 for beat in range(len(heard))])
    assert len(heard) == 7, "three seconds, and a little ahead"
    return ben


async def test_who_wakes_hears_what_is_due_then_and_nothing_of_what_was_missed(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    await beats(ann, project)
    ben = await playing(browser, await invited(ann, project, node))
    await ben.value(f"heard.length = 0; pass({ASLEEP}); {PASSES}")
    heard = await ben.value("heard")
    assert all(at >= asked - 0.1 for at, asked in heard), "none of them is late"
    steps = [later - sooner for (sooner, _), (later, _) in pairwise(heard)]
    assert steps == pytest.approx([0.5] * len(steps))
    assert 6 <= len(heard) <= 7
    beat = (6 + ASLEEP - STARTS_AFTER) * 2
    await ben.until(f"Math.abs(prime.studio.playhead.value - {beat}) < 0.001")
    await ben.click("button[aria-label=Pause]")


async def test_a_page_that_is_hidden_is_scheduled_further_ahead_at_once(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    await beats(ann, project)
    ben = await playing(browser, await invited(ann, project, node))
    await ben.value(
        "heard.length = 0;"
        "Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });"
        "document.dispatchEvent(new Event('visibilitychange')); 0"
    )
    assert len(await ben.value("heard")) == 2, "a second and a half is ahead"
