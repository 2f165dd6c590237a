"""What each frame of playing costs: nothing walks the song for it."""

from collections import Counter

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import ROOM, enter_by, invited, song

pytestmark = in_chromium()

COUNTED = f"""
globalThis.walks = [];
(() => {{
  const room = {ROOM};
  const all = room.all.bind(room);
  room.all = (collection) => {{ walks.push(collection); return all(collection); }};
}})(); 0
"""
FRAMES = """
(async (scrolls) => {
  for (let n = 1; n <= 50; n += 1) {
    prime.studio.seek(n / 8);
    if (scrolls) document.querySelector(".timeline canvas + canvas").dispatchEvent(
      new WheelEvent("wheel", { deltaX: 1, cancelable: true }));
    await new Promise((done) => requestAnimationFrame(done));
  }
  return walks.splice(0);
})(%s)
"""


async def test_the_end_of_the_song_and_its_bars_are_found_when_it_changes_and_not_in_each_frame(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.value(COUNTED)
    walks = Counter(await ben.value(FRAMES % "false"))
    assert all(count < 10 for count in walks.values()), walks
    assert (await ben.value(FRAMES % "true")).count("clips") < 10, "nor while one scrolls"
    assert await ben.value("document.querySelector('.where').max") == "16"
    longer = {"op": "set", "col": "clips", "id": "cl_lead_01", "props": {"duration": 36}}
    await ann.edit(project, longer)
    await ben.until("document.querySelector('.where').max === '40'")
    assert "clips" in await ben.value("walks.splice(0)"), "a song that changes is walked"
    meter = {"op": "insert", "col": "signatures", "id": "si_three_1",
             "entity": {"time": 4.0, "num": 3, "den": 4}}  # fmt: skip
    await ann.edit(project, meter)
    await ben.until(
        "prime.studio.seek(7), document.querySelector('.position').textContent === '3.1'"
    )
    await ben.see("button:has-text('3/4')")
    await ben.value("prime.studio.seek(1); 0")
    await ben.see("button:has-text('4/4')")
