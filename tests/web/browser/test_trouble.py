"""What goes wrong between the studio page and the server: a sentence says what to do."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import (
    ROOM,
    digest,
    enter_by,
    guest_by,
    invited,
    page_of,
    seq,
    song,
    synced,
)

pytestmark = in_chromium()

LYING = """
const bytesOf = (text) => Array.from(text, (letter) => letter.charCodeAt(0));
const isAt = (bytes, at, text) => bytesOf(text).every((byte, index) => bytes[at + index] === byte);
/** The value of a text, named by a key, gets another first digit. */
function altered(bytes, key) {
  for (let at = 0; at < bytes.length - key.length; at += 1) {
    if (isAt(bytes, at, key) && bytes[at + key.length] === 0xb0) {
      const digit = at + key.length + 1;
      bytes[digit] = bytes[digit] === 0x30 ? 0x31 : 0x30;
    }
  }
  return bytes;
}
globalThis.lies = false;
globalThis.WebSocket = class extends WebSocket {
  set onmessage(hear) {
    super.onmessage = ({ data }) => {
      const bytes = new Uint8Array(data);
      hear({ data: lies && bytes.length < 65_536 ? altered(bytes, "digest").buffer : data });
    };
  }
};
"""
"""Digests that come over the socket are others than the server has said, while `lies` is true."""

SPEAKING = """
globalThis.WebSocket = class extends WebSocket {
  send(data) {
    const bytes = new Uint8Array(data);
    const at = Array.from("versions", (letter) => letter.charCodeAt(0));
    const isHere = (_, start) => at.every((byte, index) => bytes[start + index] === byte);
    const found = bytes.findIndex(isHere);
    if (found >= 0) bytes[found + at.length + 1] = VERSION;
    super.send(bytes);
  }
};
"""
"""The page speaks one version of the protocol alone."""

MOVING = f"setInterval(() => {ROOM}.move({{ cursor: {{ time: Math.random() }} }}), 50); 0"
"""Somebody moves: digests come with that."""


async def test_S2_a_song_that_is_not_the_servers_is_fetched_anew_and_that_is_told(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node), before=LYING)
    cleo = await enter_by(browser, "Cleo", await invited(ann, project, node))
    await cleo.value(MOVING)
    await ben.value(f"{ROOM}.replica.sum += 1n; 0")
    marker = f"{ROOM}.edit((tx) => {{ tx.insert('markers', {{ name: 'kept', time: 8 }}); }})"
    await ben.value(f"{marker}; 0")
    await ben.see(".toast:has-text('It is fetched anew')")
    await synced(ben)
    await cleo.until(f"{ROOM}.position.seq === {await seq(ben)}")
    assert await digest(ben) == await digest(cleo)
    assert await cleo.value(f"[...{ROOM}.all('markers').values()][0].name") == "kept"
    await ben.value("lies = true; 0")
    await ben.value(f"{marker}; 0")
    await ben.see("[role=alert]:has-text('though it was fetched several times')")
    await ben.see(".pill:has-text('catching up')")
    await ben.value(f"{marker}; 0")
    await ben.see(".pill:has-text('1 edit kept')")
    await ben.accessible()
    await ben.screenshot("a song that never comes to its digest")
    await ben.value("lies = false; 0")
    await synced(ben)
    await ben.until("document.querySelector('[role=alert]') === null")
    await cleo.until(f"{ROOM}.all('markers').size === 3")


async def test_S2_a_song_that_is_not_the_servers_from_the_join_on_is_found_soon_and_told(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    address = await invited(ann, project, node, guests=True)
    gus = await browser.open("Gus", address, before=LYING + "lies = true;")
    await gus.fill("input[name=name]", "Gus")
    await gus.click("button:has-text('Come in')")
    await gus.see("[role=alert]:has-text('though it was fetched several times')")
    await gus.see(".pill:has-text('catching up')")
    await gus.accessible()
    await gus.value("lies = false; 0")
    await synced(gus)
    await gus.until("document.querySelector('[role=alert]') === null")


async def test_a_server_that_is_newer_or_older_than_the_page_is_told_with_what_to_do(
    node: Node, browser: Browser
) -> None:
    old = await browser.open("old", page_of(node), before=SPEAKING.replace("VERSION", "0"))
    await old.see("[role=alert]:has-text('another version of Prime than this page')")
    await old.see("[role=alert]:has-text('Load the page again')")
    await old.accessible()
    new = await browser.open("new", page_of(node), before=SPEAKING.replace("VERSION", "99"))
    await new.see("[role=status]:has-text('come back when it is updated')")
    await new.see("[role=status]:has-text('tried again by itself')")
    await new.accessible()


async def test_a_second_window_that_takes_the_place_of_the_first_is_told_in_the_first(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    gus = await guest_by(browser, "Gus", await invited(ann, project, node, guests=True))
    device = await gus.value("sessionStorage.getItem('prime.device')")
    token = await gus.value("prime.studio.client.tokens.accessToken")
    again = await node.connect()
    await again.send({"t": "hello", "versions": [1], "device": device, "token": token})
    await again.expect("welcome")
    await again.join(project)
    await gus.see("[role=alert]:has-text('open in another window')")
    await gus.accessible()
