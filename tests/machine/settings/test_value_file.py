"""A file with a value is read whole, or refused by the name of its variable."""

import os
from pathlib import Path

import pytest

from machine.settings.value_file import MOST_BYTES, value_in


def file(tmp_path: Path, content: bytes, mode: int = 0o600) -> Path:
    path = tmp_path / "value"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_line_ends_at_the_end_do_not_count(tmp_path: Path) -> None:
    assert value_in(file(tmp_path, b" a value \r\n\n"), "X_FILE", is_secret=True) == " a value "
    pem = "-----BEGIN\nabc\n-----END"
    assert value_in(file(tmp_path, pem.encode()), "X_FILE", is_secret=True) == pem


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\xff\xfe", "UTF-8"),
        (b"x" * (MOST_BYTES + 1), "65536 bytes"),
    ],
)
def test_a_content_that_is_none_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=rf"X_FILE names .*value.*{why}"):
        value_in(file(tmp_path, content), "X_FILE", is_secret=False)


def test_a_secret_that_all_can_read_is_refused_with_what_helps(tmp_path: Path) -> None:
    path = file(tmp_path, b"hunter22", 0o604)
    assert value_in(path, "X_FILE", is_secret=False) == "hunter22"
    with pytest.raises(ValueError, match=f"chmod o= {path}") as error:
        value_in(path, "X_FILE", is_secret=True)
    assert "hunter22" not in str(error.value)
    path.write_text("redis://127.0.0.1:6379/0")
    assert value_in(path, "X_FILE", is_secret=True) == "redis://127.0.0.1:6379/0"
    path.write_text("hunter22")
    path.chmod(0o640)
    assert value_in(path, "X_FILE", is_secret=True) == "hunter22"


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, why in (("pipe", "no file"), (".", "a directory"), ("none", "No such file")):
        with pytest.raises(ValueError, match=why):
            value_in(tmp_path / name, "X_FILE", is_secret=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Permission denied"):
        value_in(file(tmp_path, b"x", 0), "X_FILE", is_secret=True)
