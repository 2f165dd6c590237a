"""The largest song that a project may hold, on the studio page: usable, and drawn in part."""

from pathlib import Path
from typing import Any

import msgspec

from persistence.pool import Database
from persistence.tables import users
from rooms.document.document import Document
from schema.entities import empty_state
from schema.ops import Op
from server.accounts.usage_limits import UsageLimits
from tests.persistence.planted_rows import make_project
from tests.server.conftest import Nodes
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import ROOM, enter_by, invited, synced

pytestmark = in_chromium(longest=60, timeout=600)

MOST_ELEMENTS = 25_000
"""Of a page, whatever the song holds; most are the launcher's slots, 64 tracks by 128 scenes."""

COUNTS = {
    "channels": 12_000,
    "tracks": 12_000,
    "clips": 10_000,
    "notes": 35_000,
    "scenes": 40_000,
    "markers": 90_000,
}


def entity(col: str, n: int) -> dict[str, Any]:
    """One of very many."""
    match col:
        case "tracks":
            return {"name": f"T{n}", "channel": f"channels_{n:06}"}
        case "clips":
            return {"track": f"tracks_{n % 4:06}", "time": n / 100, "duration": 1.0}
        case "notes":
            return {
                "clip": f"clips_{n % 100:06}",
                "time": n / 35_000,
                "duration": 0.01,
                "key": n % 128,
            }
        case "markers":
            return {"time": n / 10, "name": f"M{n}"}
        case _:
            return {"name": f"{col} {n}"}


def largest_song() -> Document:
    """With all of them: of each kind the first as ops make it, the others like it."""
    small = Document(empty_state("Song"))
    firsts = [
        {"op": "insert", "col": col, "id": f"{col}_000000", "entity": entity(col, 0)}
        for col in COUNTS
    ]
    assert not small.apply(msgspec.convert(firsts, list[Op])).drops
    state = small.frozen()
    for col, count in COUNTS.items():
        first = state[col][f"{col}_000000"]
        many = {f"{col}_{n:06}": {**first, **entity(col, n)} for n in range(count)}
        state = {**state, col: {**state[col], **many}}
    return Document(state)


async def stored(db: Database, owner: str, song: Document) -> str:
    """A project that begins with it: its id."""
    row = await users.by_id(db, owner)
    assert row is not None
    state = msgspec.json.encode(song.frozen())
    return (await make_project(db, row, state=state, digest=song.digest)).id


async def test_a_song_of_200_000_entities_is_drawn_in_part_and_edited(
    nodes: Nodes, pages: Path, browser: Browser, database: Database
) -> None:
    assert (pages / "studio.html").exists()
    node = await nodes.start(limits=UsageLimits.read("ops_per_second=0"))
    ann = await node.musician("ann")
    project = await stored(database, ann.user, largest_song())
    await node.hub.open(project)  # on a busy machine longer than a join waits
    await ann.join(project)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.see(".partly:has-text('zoom in to see all of it')")
    for panel in ("Notes", "Scenes", "People", "Inspector", "Snapshots", "History", "Mixer"):
        await ben.click(f".tabs button:text-is('{panel}')")
        found = await ben.value("document.querySelectorAll('*').length")
        assert found < MOST_ELEMENTS, f"{panel} has {found}"
    await ben.see(".mixer-pages:has-text('1 to 64 of 12000 channels')")
    await ben.click("button:has-text('Those behind')")
    await ben.see(".mixer-pages:has-text('65 to 128 of 12000 channels')")
    await ben.screenshot("a song of 200,000 entities")
    await ben.click("button:has-text('+ Track')")
    await ben.until("document.activeElement.value === 'Track 12001'")
    await ben.do("keyboard.press", "Enter")
    await ben.click("[aria-label='Closer']")
    await ben.press(".track-head[aria-selected=true]", "t")
    await ben.until("document.activeElement.value === 'Track 12002'")
    await ben.do("keyboard.press", "Enter")
    await synced(ben)
    await ben.click("button:has-text('Undo')")
    await ben.until(f"{ROOM}.all('tracks').size === 12001")
    await ben.accessible()
