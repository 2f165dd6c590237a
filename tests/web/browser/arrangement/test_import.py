"""A MIDI file that is handed to the studio page, and files that are none."""

import json
from pathlib import Path
from typing import Any

from files.midi.export import write_midi
from files.midi.reader import read_midi
from files.prime_file import read_prime_file
from files.songs.compose import SONG_FILE
from tests.files.helpers.state_equality import differences
from tests.files.midi.midi_bytes import meta, midi, name, note, track
from tests.server.conftest import Node, create_project
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import HOSTILE, ROOM, enter_by, invited, seq, song, synced

pytestmark = in_chromium()

FIELD = "input[type=file]"

OF_THE_PAGE = [("project", "name"), ("tracks", "color")]
"""The page leaves the name of the project, and gives tracks colours."""

MOST_ON_THE_WAY = 4
"""Edits of an import, as import_steps.ts has it."""


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
    entities = f"Object.fromEntries({ROOM}.all(collection))"
    pairs = f"{json.dumps(list(expected))}.map((collection) => [collection, {entities}])"
    state = await ben.value(f"Object.fromEntries({pairs})")
    assert differences(expected, state, OF_THE_PAGE) == []
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
        (b"", "is empty"),
        (b"<script>alert(1)</script>" * 100, "is no MIDI file"),
        (midi(track(name("x"))), "holds no notes, no track with a name and no markers"),
        (midi(track(note(0, 9)), division=0), "says that a beat has 0 ticks"),
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


def large_file(folder: Path, tracks: int = 10) -> Path:
    """Tracks of a thousand notes each."""
    path = folder / "large.mid"
    parts = [
        track(name(f"Part {n}"), *(note(0, 24, 30 + at % 60) for at in range(1_000)))
        for n in range(tracks)
    ]
    path.write_bytes(midi(*parts))
    return path


async def test_of_a_large_file_few_edits_are_on_their_way_and_the_page_is_used_meanwhile(
    node: Node, browser: Browser, tmp_path: Path
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.value(
        "globalThis.unsaved = []; globalThis.told = [];"
        f"{ROOM}.unsaved.subscribe((count) => unsaved.push(count));"
        "prime.studio.toasts.subscribe((all) => told.push(...all.map(({ text }) => text)));"
        f"const stop = {ROOM}.onChange(() => {{"
        f"  if ({ROOM}.all('notes').size < 4000) return;"
        "  stop(); document.querySelector(\"button[title='Draw clips (2)']\").click(); }); 0"
    )
    await ben.do("setInputFiles", FIELD, str(large_file(tmp_path)))
    await ben.see(".toast:has-text('10 tracks, 10000 notes')")
    assert await ben.value("Math.max(...unsaved)") == MOST_ON_THE_WAY
    assert await ben.value("told.some((text) => text.includes('comes in: 50%'))")
    assert await ben.value("prime.studio.tool.value") == "pencil"
    await synced(ben)
    await ben.see(f".entry:has-text('brought in a file: '):has-text('#{await seq(ben)}')")
    assert await ben.value("document.querySelectorAll('.entry').length") == 2
    await ben.click("button:has-text('Undo')")
    await ben.until(f"{ROOM}.all('notes').size === 1 && {ROOM}.all('tracks').size === 1")


async def test_who_leaves_in_the_middle_is_told_and_takes_it_back_by_one_undo(
    node: Node, browser: Browser, tmp_path: Path
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.value(
        f"const stop = {ROOM}.onChange(() => {{ if ({ROOM}.all('notes').size < 4000) return;"
        "  stop(); setTimeout(() => prime.studio.show('projects')); }); 0"
    )
    await ben.do("setInputFiles", FIELD, str(large_file(tmp_path)))
    await ben.see(".toast.failure:has-text('you have left the project at')")
    await ben.value(f"prime.studio.open('{project}'); 0")
    await synced(ben)
    there = await ben.value(f"{ROOM}.all('notes').size")
    assert 1 < there < 10_001
    await ben.click("button:has-text('Undo')")
    await ben.until(f"{ROOM}.all('notes').size === 1 && {ROOM}.all('tracks').size === 1")

    asks = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert await ben.value(asks) is False
    await ben.do("setInputFiles", FIELD, str(large_file(tmp_path, 50)))
    await ben.until(f"{ROOM}.all('notes').size > 1000")
    assert await ben.value(asks) is True
    await ben.do("reload")
    await ben.see(".toast.failure:has-text('this page was left or loaded anew at')")
    await ben.click("button:has-text('Undo')")
    await ben.until(f"{ROOM}.all('notes').size === 1 && {ROOM}.all('tracks').size === 1")


async def test_who_loses_the_right_in_the_middle_is_told(
    node: Node, browser: Browser, tmp_path: Path
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    user = await ben.value("prime.studio.client.user.value.id")
    await ben.do("setInputFiles", FIELD, str(large_file(tmp_path, 50)))
    await ben.until(f"{ROOM}.all('notes').size > 1000")
    await ann.result("members.grant", project=project, user=user, role="viewer")
    await ben.see(".toast.failure:has-text('you may not edit this song any more')")
    await synced(ben)
