"""Where the real songs are, and small files made up for tests."""

import os
import zipfile
import zlib
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
LMMS_VARIABLE = "PRIME_LMMS_PROJECTS"
LMMS_FOLDER = Path(os.environ.get(LMMS_VARIABLE, "/usr/share/lmms/projects"))


def corpus_file(name: str) -> Path:
    """A file of the corpus beside the checkout; the test is skipped where it is missing."""
    path = CORPUS / name
    if not path.is_file():
        pytest.skip(f"{name} is not there: the corpus belongs in ../shared/corpus")
    return path


def lmms_songs() -> list[Path]:
    """The songs of Debian's lmms-common; the test is skipped where they are missing."""
    songs = sorted(LMMS_FOLDER.rglob("*.mmp")) + sorted(LMMS_FOLDER.rglob("*.mmpz"))
    if not songs:
        pytest.skip(f"no LMMS songs: install lmms-common, or name their folder in {LMMS_VARIABLE}")
    return songs


def write_mmp(folder: Path, xml: str, name: str = "song.mmp") -> Path:
    """An LMMS file; `.mmpz` is packed as LMMS does it."""
    content = xml.encode()
    if name.endswith(".mmpz"):
        content = len(content).to_bytes(4, "big") + zlib.compress(content)
    path = folder / name
    path.write_bytes(content)
    return path


def write_zip(folder: Path, files: dict[str, str | bytes], name: str = "song.dawproject") -> Path:
    """A DAWproject file."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inner, content in files.items():
            archive.writestr(inner, content)
    return path
