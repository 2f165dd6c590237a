"""Every kind of file that is read, each with small whole files of its own: one entry a format.

What holds for all importers is tested over `FORMATS` (test_same_state.py, test_mutations.py).
"""

import io
import json
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from files.songs.compose import SONG_FILE
from tests.files.dawproject.test_reader import NOTES, clips, project
from tests.files.lmms.test_reader import BEATS, MIXER, automation, container, instrument, lmms
from tests.files.midi.midi_bytes import midi, name, note, tempo, track

CASES = Path(__file__).parents[1] / "cases"

LMMS_XML = lmms(MIXER + BEATS + container(automation("88") + instrument("Bass", ""))).encode()
DAW_XML = project(clips(f'<Clip time="0" duration="4">{NOTES}</Clip>')).encode()

LMMS_CASES = sorted((Path(__file__).parents[1] / "cases" / "lmms").glob("*.mmp"))

MIDI_FILES = [
    midi(track(name("Sails"), tempo(0, 500_000)), track(name("Bass"), note(0, 96), note(9, 9))),
    midi(track(name("Song"), note(0, 96), note(0, 96, channel=9)), form=0, division=0xE728),
]


def same(content: bytes) -> bytes:
    """What is not packed."""
    return content


@dataclass(frozen=True)
class Format:
    """Whole files of one kind, and how to get at what is packed in them."""

    name: str
    samples: Callable[[], list[bytes]]
    unpack: Callable[[bytes], bytes] = same
    pack: Callable[[bytes], bytes] = same


def qt_compressed(content: bytes) -> bytes:
    """As LMMS packs .mmpz."""
    return len(content).to_bytes(4, "big") + zlib.compress(content)


def zipped(content: bytes) -> bytes:
    """A .dawproject with this project.xml and nothing else."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.xml", content)
    return file.getvalue()


def unzipped(content: bytes) -> bytes:
    """The project.xml of a .dawproject, wherever it is."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = next(name for name in archive.namelist() if name.endswith("project.xml"))
        return archive.read(name)


def case_files(folder: str) -> list[bytes]:
    """The case files of a format."""
    return [path.read_bytes() for path in sorted((CASES / folder).iterdir())]


def small_prime_file() -> bytes:
    """The demo song without most of it."""
    small = json.loads(SONG_FILE.read_text())
    for collection in ("notes", "points", "sends", "lanes", "clips"):
        small["state"][collection] = {}
    return json.dumps(small).encode()


FORMATS = (
    Format("lmms", lambda: [LMMS_XML, *map(Path.read_bytes, LMMS_CASES)]),
    Format(
        "packed lmms",
        lambda: [qt_compressed(LMMS_XML)],
        unpack=lambda content: zlib.decompress(content[4:]),
        pack=qt_compressed,
    ),
    Format(
        "dawproject",
        lambda: [zipped(DAW_XML), *case_files("dawproject")],
        unpack=unzipped,
        pack=zipped,
    ),
    Format("project.xml", lambda: [DAW_XML]),
    Format("midi", lambda: MIDI_FILES),
    Format("prime", lambda: [small_prime_file()]),
)
