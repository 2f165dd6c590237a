"""Where the sockets of nodes are, and whose."""

import socket
from pathlib import Path

import pytest

from machine.sockets import admin_sockets
from machine.sockets.admin_sockets import (
    LONGEST_PATH,
    NoSocket,
    directories_of_units,
    directory_of,
    listen,
    remove,
    remove_stale,
    sockets_in,
)


def test_the_directory_is_the_one_that_is_given_or_a_short_one(tmp_path: Path) -> None:
    given, data = tmp_path / "given", tmp_path / "data"
    runtime = {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert directory_of(given, data, runtime) == given
    assert directory_of(None, data, runtime | {"RUNTIME_DIRECTORY": "/run/prime/8801"}) == Path(
        "/run/prime/8801/admin"
    )
    (tmp_path / "8801" / "admin").mkdir(parents=True)
    assert directories_of_units(tmp_path) == [tmp_path / "8801" / "admin"]
    assert directory_of(None, Path("/srv/prime"), {}) == Path("/srv/prime/admin")
    assert directory_of(None, data, {"XDG_RUNTIME_DIR": "not/absolute"}).name != "prime-admin"
    long = Path("/srv") / ("x" * LONGEST_PATH)
    short = directory_of(None, long, {})
    assert short.parent == Path("/tmp")
    assert short != directory_of(None, long / "other", {})


def test_a_socket_is_for_its_user_alone(tmp_path: Path) -> None:
    place = tmp_path / "s"
    with listen(place, "near"):
        path = place / "near.sock"
        assert sockets_in(place) == [path]
        assert (path.stat().st_mode & 0o777, place.stat().st_mode & 0o777) == (0o600, 0o700)
        remove_stale(place)
        assert path.is_socket(), "somebody listens"
    with listen(place, "far"):
        assert sockets_in(place) == [place / "far.sock"], "what a dead node left is removed"


def test_a_temporary_directory_goes_with_its_last_socket(
    tmp_path: Path,
) -> None:
    place = directory_of(None, tmp_path / ("x" * LONGEST_PATH), {})
    with listen(place, "near"), listen(place, "far"):
        remove(place / "near.sock")
        assert sockets_in(place) == [place / "far.sock"]
        remove(place / "far.sock")
    assert not place.exists()
    with listen(tmp_path / "given", "near"):
        remove(tmp_path / "given" / "near.sock")
    assert (tmp_path / "given").is_dir(), "what somebody has chosen stays"


def test_a_directory_that_goes_at_that_moment_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[Path] = []

    def go_once(directory: Path) -> None:
        if not gone:
            gone.append(directory)
            directory.rmdir()

    monkeypatch.setattr(admin_sockets, "remove_stale", go_once)
    with listen(tmp_path / "s", "near"):
        assert sockets_in(tmp_path / "s") == [tmp_path / "s" / "near.sock"]
    assert gone == [tmp_path / "s"]


def test_what_is_no_place_for_a_socket_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NoSocket, match="cannot listen in"):
        listen(tmp_path / "file", "near")
    with pytest.raises(NoSocket, match=f"longer than {LONGEST_PATH} bytes"):
        listen(tmp_path / ("x" * LONGEST_PATH), "near")
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(NoSocket, match="belongs to somebody else"):
        listen(tmp_path / "link", "near")
    assert sockets_in(tmp_path / "nowhere") == []
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "other"))
        assert sockets_in(tmp_path) == []
