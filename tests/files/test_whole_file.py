"""Exported files: whole, through links, and nothing is left of one that could not be written."""

import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from files.dawproject.export import write_dawproject
from files.losses import Loss
from files.midi.export import write_midi
from files.prime_file import write_prime
from files.whole_file import NotWritten, problem_with_target, write_whole
from prime_client.copy.state_ops import State
from tests.files.dawproject.test_export import a_state


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link, target = tmp_path / "song.mid", tmp_path / "there" / "kept.mid"
    link.symlink_to("there/kept.mid")
    for content in (b"one", b"two"):
        assert problem_with_target(link) is None
        write_whole(link, content)
        assert (link.is_symlink(), target.read_bytes()) == (True, content)
    assert os.listdir(target.parent) == ["kept.mid"]


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may be larger than a hundred bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("write", [write_dawproject, write_midi, write_prime])
@pytest.mark.usefixtures("full_disk")
def test_on_a_full_disk_nothing_is_left_and_it_is_said_of_which_file(
    write: Callable[[Path, State], list[Loss]], tmp_path: Path
) -> None:
    path = tmp_path / "song.file"
    path.write_bytes(b"before")
    with pytest.raises(NotWritten) as raised:
        write(path, a_state())
    assert str(raised.value) == (
        f"{path} cannot be written: File too large; name a file on a disk that takes larger ones"
    )
    assert os.listdir(tmp_path) == ["song.file"]
    assert path.read_bytes() == b"before"


def test_what_is_no_place_for_a_file_is_told_before(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "round").symlink_to("round")
    for name, problem in (
        ("pipe", "is no regular file; name another"),
        ("round", "is a link that leads round; name another file"),
        ("none/song", "there is no directory"),
    ):
        assert problem in str(problem_with_target(tmp_path / name))
