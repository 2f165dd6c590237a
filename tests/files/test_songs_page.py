"""The page of imports and exports names the limits that are in force."""

import re
from pathlib import Path

import pytest

import files.imported_song
from files.bounded import xml_input, zip_input
from files.dawproject import clips
from files.midi import export, midi_file
from files.upload import SILENCE_SECONDS
from schema.limits import MAX_ENTITIES

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "operating" / "songs.md").read_text().split())
MIB = 1 << 20


@pytest.mark.parametrize(
    "words",
    [
        f"a file that is no ZIP | {xml_input.MAX_FILE_BYTES // MIB} MiB",
        f"unpacks to | {xml_input.MAX_INFLATED_BYTES // MIB} MiB",
        f"files in a ZIP | {zip_input.MAX_ZIP_ENTRIES:,}",
        f"of its XML | {xml_input.MAX_ELEMENTS:,}, nested {xml_input.MAX_DEPTH} deep",
        f"tracks of a MIDI file | {midi_file.MAX_EVENTS:,} and {midi_file.MAX_TRACKS:,}",
        f"(tracks, clips, notes, points ...) | {MAX_ENTITIES:,}",
        f"are written out as | {clips._MAX_ROUNDS:,}",
        f"that is written | {export.MAX_NOTES:,}",
        f"state of more than {files.imported_song._MAX_BLOB_BYTES // MIB} MiB is left out",
        f"an audio file of more than {zip_input.MAX_HASHED_BYTES // (MIB << 10)} GiB",
        f"when nothing was saved for {SILENCE_SECONDS:g} seconds",
    ],
)
def test_the_page_names_each_limit(words: str) -> None:
    assert words in re.sub(r" *\| *", " | ", PAGE)
