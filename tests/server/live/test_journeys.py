"""ARCHITECTURE.md names the files that a cursor and a delta go through: these, and no more."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from websockets.frames import Frame, Opcode

from tests.server.conftest import Node
from tests.server.wire import marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]

ROOT = Path(__file__).parents[3]
OURS = tuple(f"{ROOT / folder}/" for folder in ("server", "rooms", "persistence", "schema"))

MOST_OF_A_CURSOR, MOST_OF_A_DELTA = 8, 16


@contextmanager
def called() -> Iterator[set[str]]:
    """The files of the server of which functions run in this thread meanwhile."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(OURS):
            found.add(Path(path).relative_to(ROOT).as_posix())

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(before)


def named_after(beginning: str) -> list[str]:
    """The paths in the paragraph of the page that begins so."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    [paragraph] = [each for each in page.split("\n\n") if each.startswith(beginning)]
    return re.findall(r"`([\w/]+\.py)`", paragraph)


async def test_a_cursor_goes_through_the_files_that_the_page_names_and_no_others(
    node: Node,
) -> None:
    ann, ben, project = await node.pair()
    connection = node.connection(user=ann.user)
    ticks = node.hub.rooms[project].room.ticks
    for time in (1.0, 2.0):  # with the first its seat is found
        encoded = ann.encode({"t": "presence", "project": project, "cursor": {"time": time}})
        assert isinstance(encoded, bytes)
        frame = Frame(Opcode.BINARY, encoded).serialize(mask=True)
        ticks.last_tick_at = float("-inf")  # nobody has moved of late: the next tick is due now
        connection._prepaid_messages = 1
        with called() as found:
            connection.data_received(frame)
        [presence] = (await ben.until("tick"))["moved"].values()
        assert presence["cursor"]["time"] == time
    named = named_after("These files do it")
    assert found == set(named)
    assert len(named) <= MOST_OF_A_CURSOR


async def test_a_delta_goes_through_the_files_that_the_page_names(node: Node) -> None:
    ann, ben, project = await node.pair()
    with called() as found:
        await ann.edit(project, marker("marker_1"))
        await ben.until("delta")
    named = named_after("These files hand it on")
    assert set(named) - found == set()
    assert len(named) <= MOST_OF_A_DELTA
