"""What is no plain file is never read, waited for, or written."""

import os
from pathlib import Path

import pytest

from machine.children.child_directory import DirectoryLock
from machine.children.child_process import ServerUnavailable, open_log
from machine.reading.plain_file import (
    NotPlain,
    may_be_written_by_others,
    open_lock,
    open_to_append,
    read_plain,
)

KINDS = ["pipe", "device", "link", "directory"]


def strange(path: Path, kind: str) -> Path:
    """Something at this path that is no plain file."""
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "link":
            path.symlink_to(path.with_name("victim"))
        case _:
            path.mkdir()
    return path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("follows", [False, True])
def test_what_is_no_plain_file_is_not_read(tmp_path: Path, kind: str, follows: bool) -> None:
    with pytest.raises((NotPlain, OSError)):
        read_plain(strange(tmp_path / "x", kind), 10, follows=follows)


def test_a_plain_file_is_read_up_to_the_bound(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * 10)
    path.chmod(0o640)
    content, mode = read_plain(path, 10)
    assert (content, mode & 0o777) == (b"x" * 10, 0o640)
    with pytest.raises(NotPlain, match="has over 9 bytes"):
        read_plain(path, 9)
    (tmp_path / "link").symlink_to(path)
    assert read_plain(tmp_path / "link", 10, follows=True)[0] == content
    with pytest.raises(NotPlain, match="is a link"):
        read_plain(tmp_path / "link", 10)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("opens", [open_lock, open_to_append])
def test_nothing_is_made_at_the_end_of_a_link(tmp_path: Path, kind: str, opens: object) -> None:
    assert callable(opens)
    with pytest.raises((NotPlain, OSError)):
        os.close(opens(strange(tmp_path / "x", kind), 0o600))
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("kind", ["pipe", "device", "link"])
def test_locks_and_logs_of_embedded_servers_follow_no_link(tmp_path: Path, kind: str) -> None:
    path = strange(tmp_path / "x", kind)
    with pytest.raises(ServerUnavailable, match="cannot be locked: delete it"):
        DirectoryLock(path).take()
    with pytest.raises(ServerUnavailable, match="no log is written"):
        open_log(path)
    assert not (tmp_path / "victim").exists()


def test_a_directory_of_others_is_known(tmp_path: Path) -> None:
    found = {}
    for mode in (0o700, 0o755, 0o775, 0o757, 0o1777):
        tmp_path.chmod(mode)
        found[mode] = may_be_written_by_others(tmp_path)
    assert found == {0o700: False, 0o755: False, 0o775: True, 0o757: True, 0o1777: False}
