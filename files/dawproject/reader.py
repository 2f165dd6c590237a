"""Reading DAWproject 1.0 (.dawproject, or its bare project.xml).

The tracks and the mixer are read in `mixer.py`, timelines in `timeline.py`.
"""

from collections import Counter
from pathlib import Path
from xml.etree.ElementTree import Element

from files.bounded.xml_input import (
    UNREADABLE,
    BadElement,
    parse_xml,
    read_bytes,
    read_head,
    unreadable_numbers,
)
from files.bounded.zip_input import ZipInput
from files.broken_song import BrokenSong
from files.dawproject.known_elements import ELEMENTS
from files.dawproject.mixer import MixerReader
from files.dawproject.timeline import Timeline
from files.imported_song import Song
from files.routing_circles import cut_circles

PROJECT, METADATA = "project.xml", "metadata.xml"


def read_dawproject(path: Path) -> Song:
    """The song in this ZIP, or in this bare project.xml."""
    if not read_head(path).startswith(b"PK"):
        return _read(path, read_bytes(path), None)
    with ZipInput(path) as files:
        files.settle(PROJECT)
        return _read(path, files.read(PROJECT), files)


def _read(path: Path, content: bytes, files: ZipInput | None) -> Song:
    root = parse_xml(path, content)
    if root.tag != "Project":
        raise BrokenSong(path, f"<{root.tag}>", "is not a DAWproject: expected <Project>")
    song = Song(path.stem, source=path, content=content)
    try:
        if files is not None and METADATA in files:
            _read_metadata(song, path, files)
        mixer = MixerReader(song, files)
        mixer.read(root)
        Timeline(song, files, root, mixer.targets, mixer.tracks).read()
    except BadElement as error:
        raise BrokenSong(path, error.where, error.why) from error
    _report_unknown(song, root)
    for text in unreadable_numbers(root):
        song.lost(UNREADABLE, item=text)
    cut_circles(song)
    return song


def _read_metadata(song: Song, path: Path, files: ZipInput) -> None:
    """The song is whole without them."""
    try:
        root = parse_xml(path, files.read(METADATA))
    except BrokenSong as broken:
        song.lost("files of the project that are damaged", item=f"{METADATA}: {broken.why}")
        return
    for element in root:
        text = (element.text or "").strip()
        if element.tag == "Title" and text:
            song.change("project", "project", name=text)
        elif text:
            loss_text = "entries of metadata (artist, genre, copyright ...)"
            song.lost(loss_text, item=f"{element.tag}: {text}")


def _report_unknown(song: Song, root: Element) -> None:
    for tag, count in Counter(element.tag for element in root.iter()).items():
        if tag not in ELEMENTS:
            song.lost("elements that DAWproject 1.0 does not have", count, item=f"<{tag}>")
