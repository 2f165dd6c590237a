"""Reading ZIPs that strangers packed: bounded, and with files found as other programs name them."""

import contextlib
import hashlib
import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from unicodedata import normalize
from urllib.parse import unquote

from files.bounded.xml_input import MAX_INFLATED_BYTES
from files.broken_song import BrokenSong

MAX_HASHED_BYTES = 2**31
"""One audio file: three hours of stereo at 48 kHz and 32 bits."""

MAX_ZIP_ENTRIES = 10_000
_CHUNK_BYTES = 1_048_576
_UTF8_NAME = 0x800
"""Set in a ZIP where a name is UTF-8; without it many write UTF-8 all the same."""


class ZipInput:
    """The files inside a ZIP, each read within what is left of one allowance.

    A file is found by what its path means: `./a`, `a%20b`, `a\\b`, and either way of writing an ö
    lead to the same one. Paths are those inside `folder`, which is where the project lies.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_INFLATED_BYTES) -> None:
        self._path = path
        self._most = self._bytes_left = max_bytes
        self.folder = ""
        try:
            self._zip = zipfile.ZipFile(path)
            entries = self._zip.infolist()
        except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
            raise BrokenSong(path, "", f"is not a whole ZIP ({error}): save it again") from error
        if len(entries) > MAX_ZIP_ENTRIES:
            self.close()
            raise BrokenSong(path, "", f"holds more than {MAX_ZIP_ENTRIES:,} files")
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            for name in _names(entry):
                self._entries.setdefault(name, entry)
        # Where only large and small letters differ, for what was written on Windows.
        self._folded = {name.casefold(): name for name in reversed(self._entries)}

    def __enter__(self) -> "ZipInput":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._zip.close()

    def settle(self, name: str) -> None:
        """Take the folder that holds this file for the project's: the top, or else one level down.

        Who zips a project again often zips the folder it is in.
        """
        if name in self._entries:
            return
        matching = [n for n in self._entries if n.count("/") == 1 and n.endswith(f"/{name}")]
        if len(matching) > 1:
            several = ", ".join(sorted(matching)[:3])
            raise BrokenSong(self._path, name, f"is there more than once ({several}): unpack one")
        if matching:
            self.folder = matching[0].removesuffix(name)

    def find(self, path: str) -> str | None:
        """The name, inside `folder`, of the file that this path leads to; None: there is none."""
        meant = [_normal(self.folder + p.replace("\\", "/")) for p in (path, unquote(path))]
        names = [*meant, *(self._folded.get(name.casefold()) for name in meant if name)]
        entry_name = next((name for name in names if name in self._entries), None)
        return None if entry_name is None else entry_name.removeprefix(self.folder)

    def __contains__(self, path: str) -> bool:
        return self.find(path) is not None

    def read(self, path: str) -> bytes:
        """One file's bytes; what it says of its own size is not believed."""
        name = self.find(path)
        if name is None:
            raise BrokenSong(self._path, path, "is not in the ZIP")
        pieces: list[bytes] = []
        try:
            with self._zip.open(self._entries[self.folder + name]) as file:
                while piece := file.read(_CHUNK_BYTES):
                    self._spend(name, len(piece))
                    pieces.append(piece)
        except BrokenSong:
            raise
        except Exception as error:
            # zipfile lets a dozen kinds of exception through, one per way of being damaged.
            raise BrokenSong(self._path, name, f"is damaged ({error}): save it again") from error
        return b"".join(pieces)

    def sha256(self, path: str) -> str | None:
        """A file's hash without keeping it; None if it is damaged or beyond all measure."""
        digest, size = hashlib.sha256(), 0
        name = self.find(path)
        try:
            with self._zip.open(self._entries[f"{self.folder}{name}"]) as file:
                while size <= MAX_HASHED_BYTES and (piece := file.read(_CHUNK_BYTES)):
                    size += len(piece)
                    digest.update(piece)
        except Exception:
            return None
        return digest.hexdigest() if size <= MAX_HASHED_BYTES else None

    def _spend(self, name: str, size: int) -> None:
        self._bytes_left -= size
        if self._bytes_left < 0:
            why = f"makes the ZIP unpack to more than {self._most >> 20} MiB, the most read here"
            raise BrokenSong(self._path, name, why)


def _names(entry: zipfile.ZipInfo) -> Iterator[str]:
    """What a file of the ZIP is called, as `find` asks for it."""
    written_names = [entry.filename]
    if not entry.flag_bits & _UTF8_NAME:
        with contextlib.suppress(UnicodeError):
            written_names.append(entry.filename.encode("cp437").decode())
    for name in written_names:
        normal = None if entry.is_dir() else _normal(name.replace("\\", "/"))
        if normal is not None and not normal.startswith("__MACOSX/"):
            yield normal


def _normal(path: str) -> str | None:
    """One way of writing a path; None: it leads out of the ZIP, or nowhere."""
    if path.startswith("/") or "\0" in path:
        return None
    path = normalize("NFC", posixpath.normpath(path))
    return None if path in (".", "..") or path.startswith("../") else path
