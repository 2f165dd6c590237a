"""A MIDI file that is handed to the studio page, and files that are none."""

from collections import Counter
from pathlib import Path
from typing import Any

from files.midi.export import write_midi
from files.midi.reader import read_midi
from files.prime_file import read_prime_file
from files.songs.compose import SONG_FILE
from tests.files.midi.midi_bytes import meta, midi, name, note, track
from tests.server.conftest import Node, create_project
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import HOSTILE, ROOM, enter_by, invited, seq, song, synced

pytestmark = in_chromium()

FIELD = "input[type=file]"


async def test_a_song_comes_in_as_python_reads_it_and_one_undo_takes_it_back(
    node: Node, browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "harbour.mid"
    write_midi(path, read_prime_file(SONG_FILE).state)
    expected: Any = read_midi(path).state
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.do("setInputFiles", FIELD, str(path))
    await ben.see(".toast:has-text('harbour.mid” is here')")
    await synced(ben)
    fields = "[Math.round((clips.get(n.clip).time + n.time) * 100), n.key]"
    heard = await ben.value(
        f"((clips, notes) => [...notes.values()].map((n) => {fields}))"
        f"({ROOM}.all('clips'), {ROOM}.all('notes'))"
    )
    told = [
        (round((expected["clips"][each["clip"]]["time"] + each["time"]) * 100), each["key"])
        for each in expected["notes"].values()
    ]
    assert Counter(map(tuple, heard)) == Counter(told)
    assert await ben.value(f"{ROOM}.all('tempo').size") == len(expected["tempo"])
    assert await ben.value(f"{ROOM}.all('signatures').size") == len(expected["signatures"])
    assert await ben.value(f"{ROOM}.all('tracks').size") == len(
        {clip["track"] for clip in expected["clips"].values()}
    )
    await ben.screenshot("a MIDI file that came in")
    await ben.accessible()
    await ben.click("button:has-text('Undo')")
    await ben.until(f"{ROOM}.all('notes').size === 0 && {ROOM}.all('tracks').size === 0")
    await ben.until(f"{ROOM}.all('tempo').size === 1")


async def test_a_file_is_dropped_on_a_song_and_comes_at_the_play_head(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.value("prime.studio.seek(16); 0")
    content = midi(track(name(HOSTILE), meta(0, 6, HOSTILE), note(0, 96), note(0, 96)))
    dropped = f"new File([new Uint8Array({list(content)})], 'x<img src=y>.mid')"
    await ben.value(
        f"const data = new DataTransfer(); data.items.add({dropped});"
        "const say = (kind) => document.querySelector('.timeline').dispatchEvent("
        "new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));"
        "say('dragover'); 0"
    )
    await ben.see(".drop-place:has-text('Let go of the MIDI file')")
    await ben.accessible()
    await ben.value("say('drop'); 0")
    await ben.see(".toast:has-text('1 track, 2 notes')")
    await synced(ben)
    times = f"[...{ROOM}.all('clips').values()].map(({{time}}) => time).sort((a, b) => a - b)"
    assert await ben.value(times) == [4, 16]
    assert await ben.value("document.querySelector('img[src=x], img[src=y]')") is None
    await ben.until("document.querySelector('.drop-place') === null")


async def test_a_file_that_is_no_song_is_told_and_nothing_is_done(
    node: Node, browser: Browser, tmp_path: Path
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    first = await seq(ben)
    crowded = b"".join(note(0, 1, n % 128) for n in range(199_999))
    for content, words in (
        (b"", "is no MIDI file"),
        (b"<script>alert(1)</script>" * 100, "is no MIDI file"),
        (midi(track(name("x"))), "holds no notes"),
        (midi(track(note(0, 9)), form=2), "format 2"),
        (midi(track(note(0, 9)), division=0x8000 | 0x1928), "frames of film"),
        (b"\0" * (8 * 1_048_576 + 1), "is larger than 8 MB"),
        (midi(track(crowded)), "and this project takes"),
    ):
        path = tmp_path / f"{HOSTILE[:20].replace('/', '')}.mid"
        path.write_bytes(content)
        await ben.do("setInputFiles", FIELD, str(path))
        await ben.see(f".toast.failure:has-text('{words}'):has-text('Nothing was brought in')")
    await synced(ben)
    assert await seq(ben) == first
    assert await ben.value(f"{ROOM}.all('tracks').size") == 1
    await ben.accessible()
