"""The song that is shown, saved as a MIDI file."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from files.midi.export import write_midi
from files.midi.reader import read_midi
from files.prime_file import read_prime_file
from files.songs.compose import SONG_FILE
from tests.server.conftest import Node, create_project
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import enter_by, invited, synced

pytestmark = in_chromium()

KEPT = """
const make = URL.createObjectURL;
URL.createObjectURL = (blob) => { globalThis.saved = blob; return make.call(URL, blob); };
"""


def heard(path: Path) -> Any:
    """What Python reads of a file: notes at their beats, names, tempo, signatures, markers."""
    state: Any = read_midi(path).state
    clips, tracks = state["clips"], state["tracks"]
    notes = Counter(
        (tracks[clip["track"]]["name"], round((clip["time"] + note["time"]) * 100), note["key"],
         round(note["duration"] * 100), round(note["vel"] * 127))
        for note in state["notes"].values()
        for clip in [clips[note["clip"]]]
    )  # fmt: skip
    timed = {
        name: sorted((one["time"], *(one[each] for each in properties))
                     for one in state[name].values())
        for name, properties in
        (("tempo", ["bpm"]), ("signatures", ["num", "den"]), ("markers", ["name"]))
    }  # fmt: skip
    return notes, timed


async def test_a_song_that_came_in_and_is_saved_is_the_same_to_python(
    node: Node, browser: Browser, tmp_path: Path
) -> None:
    before, after = tmp_path / "harbour.mid", tmp_path / "saved.mid"
    write_midi(before, read_prime_file(SONG_FILE).state)
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node, "editor"), KEPT)
    await ben.do("setInputFiles", "input[type=file]", str(before))
    await ben.see(".toast:has-text('harbour.mid” is here')")
    await synced(ben)
    await ben.click("button:has-text('Export MIDI')")
    await ben.see(".toast:has-text('.mid” holds')")
    await ben.accessible()
    content = await ben.value("saved.arrayBuffer().then((all) => [...new Uint8Array(all)])")
    after.write_bytes(bytes(content))
    (notes, timed), (expected_notes, expected) = heard(after), heard(before)
    assert notes == expected_notes
    tempo, expected_tempo = timed.pop("tempo"), expected.pop("tempo")
    assert timed == expected
    assert len(tempo) > 1
    for now, then in zip(tempo, expected_tempo, strict=True):
        assert now == pytest.approx(then, abs=0.002), (
            "the page keeps a thousandth of a beat a minute"
        )
