"""Files that mean harm, and files that are merely odd."""

import hashlib
import struct
import zipfile
import zlib
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from files.bounded import xml_input, zip_input
from files.bounded.xml_input import (
    BadElement,
    inflate,
    integer,
    number,
    parse_xml,
    read_bytes,
    read_head,
)
from files.bounded.zip_input import ZipInput
from files.broken_song import BrokenSong
from tests.files.helpers.song_files import write_zip

HERE = Path("song.mmp")
BOMB = (
    '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    "<a>&c;&c;&c;&c;</a>"
)


@pytest.mark.parametrize(
    "xml",
    [
        BOMB,
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]><a/>',
        '<!DOCTYPE a [<!ELEMENT a ANY><!ENTITY q "">]><a/>',
    ],
)
def test_entities_are_refused(xml: str) -> None:
    with pytest.raises(BrokenSong, match=r"line 1.*declares an entity"):
        parse_xml(HERE, xml.encode())


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE lmms-project><a x='1'/>",
        b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?><a x='1'/>",
        "<?xml version='1.0' encoding='utf-16'?><a x='1'/>".encode("utf-16"),
        "<?xml version='1.0' encoding='iso-8859-1'?><a x='1'>é</a>".encode("latin-1"),
        b"<a x='1'>\x01\x1f</a>",
        b"<!DOCTYPE a SYSTEM 'nowhere.dtd'><a x='1'/>",
    ],
)
def test_odd_but_honest_xml_is_read(content: bytes) -> None:
    assert parse_xml(HERE, content).get("x") == "1"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no element found"),
        (b"<a>\n <b>\n</a>", "line 3, column 3: is not XML .mismatched tag"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "line 1"),
        (b"<a>" * 200 + b"</a>" * 200, "nested more than 128 deep"),
        (b"\xff\xfe<", "line 1"),
        (b"\x00<a/>", "is not XML"),
    ],
)
def test_broken_xml_names_the_place(content: bytes, message: str) -> None:
    with pytest.raises(BrokenSong, match=message):
        parse_xml(HERE, content)


def test_too_many_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_input, "MAX_ELEMENTS", 5)
    with pytest.raises(BrokenSong, match="more than 5 elements"):
        parse_xml(HERE, b"<a>" + b"<b/>" * 5 + b"</a>")


def test_a_zlib_bomb_stops_while_it_unpacks() -> None:
    bomb = zlib.compress(bytes(50_000_000), 9)
    assert len(bomb) < 60_000
    with pytest.raises(BrokenSong, match="unpacks to more than 1 MiB"):
        inflate(HERE, bomb, max_bytes=1_048_576)


def test_damaged_and_cut_off_packing() -> None:
    packed = zlib.compress(b"<a/>" * 100)
    assert inflate(HERE, packed + b"trailing") == b"<a/>" * 100
    with pytest.raises(BrokenSong, match="cut off"):
        inflate(HERE, packed[:-6])
    with pytest.raises(BrokenSong, match="damaged"):
        inflate(HERE, b"no zlib at all")


def test_files_that_are_too_large_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(2_000_000))
    with pytest.raises(BrokenSong, match="larger than 1 MiB"):
        read_bytes(tmp_path / "large", max_bytes=1_048_576)
    for reader in (read_bytes, read_head):
        with pytest.raises(BrokenSong, match="cannot be read: No such file"):
            reader(tmp_path / "nowhere")
        with pytest.raises(BrokenSong, match="cannot be read"):
            reader(tmp_path)


def test_a_zip_bomb_stops_while_it_unpacks(tmp_path: Path) -> None:
    path = write_zip(tmp_path, {"project.xml": bytes(3_000_000)})
    with (
        ZipInput(path, max_bytes=1_048_576) as files,
        pytest.raises(BrokenSong, match=r"project\.xml: makes the ZIP unpack"),
    ):
        files.read("project.xml")


def test_the_allowance_is_for_all_files_of_a_zip(tmp_path: Path) -> None:
    path = write_zip(tmp_path, {"a": bytes(600_000), "b": bytes(600_000)})
    with ZipInput(path, max_bytes=1_048_576) as files:
        assert len(files.read("a")) == 600_000
        with pytest.raises(BrokenSong, match="b: makes the ZIP unpack"):
            files.read("b")


@pytest.mark.parametrize("name", ["../outside", "/absolute", "a/../../b", "..\\outside"])
def test_names_that_lead_out_of_a_zip_are_not_there(tmp_path: Path, name: str) -> None:
    path = write_zip(tmp_path, {name: "x"})
    with ZipInput(path) as files:
        assert name not in files
        with pytest.raises(BrokenSong, match="is not in the ZIP"):
            files.read(name)


def test_too_many_files_in_a_zip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_input, "MAX_ZIP_ENTRIES", 2)
    with pytest.raises(BrokenSong, match="holds more than 2 files"):
        ZipInput(write_zip(tmp_path, {"a": "", "b": "", "c": ""}))


def test_damaged_zips(tmp_path: Path) -> None:
    path = write_zip(tmp_path, {"project.xml": "<Project/>" * 100})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BrokenSong, match="is not a whole ZIP"):
        ZipInput(path)
    # The file's own bytes are damaged, the directory is not.
    path.write_bytes(whole[:45] + bytes([whole[45] ^ 0xFF]) + whole[46:])
    with ZipInput(path) as files, pytest.raises(BrokenSong, match="is damaged"):
        files.read("project.xml")


def test_an_encrypted_zip_says_so(tmp_path: Path) -> None:
    path = write_zip(tmp_path, {"project.xml": "<Project/>"})
    whole = bytearray(path.read_bytes())
    directory = whole.index(b"PK\x01\x02")
    for at in (6, directory + 8):
        whole[at : at + 2] = struct.pack("<H", 1)
    path.write_bytes(whole)
    with ZipInput(path) as files, pytest.raises(BrokenSong, match="encrypted"):
        files.read("project.xml")


def test_hashes_of_embedded_files(tmp_path: Path) -> None:
    path = write_zip(tmp_path, {"a.wav": b"sound"})
    with ZipInput(path) as files:
        assert files.sha256("a.wav") == hashlib.sha256(b"sound").hexdigest()
        assert files.sha256("b.wav") is None


@pytest.mark.parametrize("text", ["x", "", "nan", "inf", "1e400", "1e16", "-1e16"])
def test_numbers_that_are_none(text: str) -> None:
    with pytest.raises(BadElement, match="not a number"):
        number(Element("note", pos=text), "pos")


def test_numbers() -> None:
    element = Element("note", pos="0,5", key="57.4")
    assert number(element, "pos") == 0.5
    assert integer(element, "key") == 57
    assert number(element, "len", 7) == 7
    with pytest.raises(BadElement, match="has no len"):
        number(element, "len")


def test_zip_reading_leaves_no_file_open(tmp_path: Path) -> None:
    path = write_zip(tmp_path, {"a": "x"})
    with ZipInput(path) as files:
        files.read("a")
    assert zipfile.is_zipfile(path)
    path.unlink()
