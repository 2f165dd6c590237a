"""Reading a song of any kind: what a file holds decides how it is read, not its name."""

from pathlib import Path

from files.bounded.xml_input import read_bytes, read_head
from files.broken_song import BrokenSong
from files.dawproject.reader import read_dawproject
from files.imported_song import Song
from files.lmms.reader import LMMS_ROOTS, read_lmms
from files.midi.reader import read_midi
from files.prime_file import read_prime_file
from files.song_size import refuse_too_large

ACCEPTED = ".dawproject, its project.xml, .mmp and .mmpz (LMMS), .mid (MIDI), .prime.json"
_BLANK = b"\xef\xbb\xbf \t\r\n"


def read_song(path: Path) -> Song:
    """The song in this file: the same entities with the same ids every time.

    Raises `BrokenSong`, also for more than a project holds.
    """
    song = _read(path)
    refuse_too_large(song)
    return song


def _read(path: Path) -> Song:
    head = read_head(path)
    if not head:
        raise BrokenSong(path, "", f"is empty. Accepted: {ACCEPTED}")
    if head.startswith(b"PK"):
        return read_dawproject(path)
    if head.lstrip(_BLANK).startswith(b"{"):
        return read_prime_file(path)
    if head.lstrip(_BLANK).startswith(b"<") or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _read_xml(path)
    if head.startswith(b"MThd") or (head.startswith(b"RIFF") and head[8:12] == b"RMID"):
        return read_midi(path)
    if _is_qt_compressed(head):
        return read_lmms(path)
    raise _unknown(path)


def _is_qt_compressed(head: bytes) -> bool:
    """Four bytes of length, then the head of a zlib stream, whose two bytes divide by 31."""
    return len(head) > 6 and head[4] & 0x0F == 8 and int.from_bytes(head[4:6], "big") % 31 == 0


def _read_xml(path: Path) -> Song:
    start = read_bytes(path)[:65_536].replace(b"\0", b"")
    if b"<Project" in start:
        return read_dawproject(path)
    if any(f"<{root}".encode() in start for root in LMMS_ROOTS):
        return read_lmms(path)
    raise _unknown(path)


def _unknown(path: Path) -> BrokenSong:
    return BrokenSong(path, "", f"is no kind of song known here. Accepted: {ACCEPTED}")
