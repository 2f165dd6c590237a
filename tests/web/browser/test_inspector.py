"""Instruments and devices of a track in the inspector."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import HOSTILE, ROOM, enter_by, invited, seq, song, synced

pytestmark = in_chromium()

PLAYED = """
for (const kind of [OscillatorNode, AudioBufferSourceNode]) {
  const start = kind.prototype.start;
  kind.prototype.start = function (at) {
    (globalThis.played ??= []).push(this.type ?? "noise");
    return start.call(this, at);
  };
}
"""
SELECT = ".inspector label:has-text('Instrument') select"


async def test_an_instrument_is_chosen_for_a_track_is_heard_at_once_and_others_see_it(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    loop = {"loopStart": 4, "loopEnd": 5, "loopOn": True}
    await ann.edit(project, {"op": "set", "col": "transport", "id": "transport", "props": loop})
    address = await invited(ann, project, node)
    ben = await enter_by(browser, "Ben", address, PLAYED)
    cleo = await enter_by(browser, "Cleo", address)
    first = await seq(ben)
    for page in (ben, cleo):
        await page.click(".track-head:has-text('Lead') .track-colour")
        await page.click(".side .tabs >> text=Inspector")
    await ben.do("selectOption", SELECT, "bass")
    await ben.until("globalThis.played?.length === 2 && played.includes('sine')")
    assert await ben.value("prime.studio.isPlaying.value") is False, "one key of it is tried"
    await ben.do("selectOption", SELECT, "synth")
    await ben.until("played.length === 3")
    await ben.value("played.length = 0; prime.studio.seek(4); document.activeElement.blur(); 0")
    await ben.do("keyboard.press", "Space")
    await ben.until("globalThis.played?.includes('sawtooth')")
    await ben.do("selectOption", SELECT, "organ")
    await ben.until("played.includes('sine')")
    await ben.do("selectOption", SELECT, "drums")
    await ben.value("played.length = 0")
    await ben.until("played.length > 0")
    await ben.see(".devices label:has-text('Drums')")
    await ben.screenshot("the instrument of a track")
    await ben.accessible()
    await synced(ben)
    assert await seq(ben) == first + 4
    await cleo.until("document.querySelector('.inspector select').value === 'drums'")
    await cleo.click(".devices label:has-text('Drums') input")
    await ben.until(f"[...{ROOM}.all('devices').values()][0].enabled === false")
    await cleo.do("selectOption", SELECT, "")
    await ben.until(f"{ROOM}.all('devices').size === 0")
    await ben.until("document.querySelector('.devices') === null")


async def test_devices_are_listed_in_their_order_and_switched_off_and_on(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    devices = [("Reverb", "a1", "vst3"), (HOSTILE, "a0", "clap")]
    ops = [
        {"op": "insert", "col": "devices", "id": f"de_lead_{n:02}",
         "entity": {"channel": "ch_lead_01", "name": name, "order": order, "format": form}}
        for n, (name, order, form) in enumerate(devices)
    ]  # fmt: skip
    assert (await ann.edit(project, *ops))["t"] == "ack"
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.click(".track-head:has-text('Lead') .track-colour")
    await ben.click(".side .tabs >> text=Inspector")
    await ben.see(".devices label:nth-of-type(2):has-text('Reverb')")
    await ben.click(".devices label:has-text('Reverb') input")
    await ben.until(f"{ROOM}.get('devices', 'de_lead_00').enabled === false")
    await ben.click(".devices label:has-text('Reverb') input")
    await ben.until(f"{ROOM}.get('devices', 'de_lead_00').enabled === true")
    assert await ben.value("document.documentElement.scrollWidth <= innerWidth")
    assert await ben.value("document.querySelector('img[src=x]')") is None
    await ben.accessible()
