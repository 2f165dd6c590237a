"""`./run admin` and what may listen at a socket, or not."""

import json
import socket
import threading
from pathlib import Path

import pytest

from admin.door import NotDone
from admin.socket_door import SocketDoor


def listening(path: Path, answer: bytes) -> socket.socket:
    """Something that takes one line and answers with these bytes."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return server


def test_the_first_node_that_listens_answers(tmp_path: Path) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(tmp_path / "a.sock"))
    dead.close()
    answer = json.dumps({"id": 1, "result": {"changed": True}}).encode() + b"\n"
    with listening(tmp_path / "b.sock", answer):
        assert SocketDoor(tmp_path).ask("operator.open_room", {}) == {"changed": True}


@pytest.mark.parametrize(
    ("answer", "said", "code"),
    [
        (b"", "has ended; whether it was done, `./run admin audit` says", 1),
        (b"[]\n", "no node of Prime, so nothing was done; --socket names another directory", 1),
        (b"HTTP/1.1 400 Bad Request\n", "no node of Prime", 1),
        (b'{"id":1,"error":{"code":"not_found","message":"no such room"}}\n', "no such room", 1),
        (b'{"id":1,"error":{"code":"validation","message":"too many"}}\n', "too many", 2),
    ],
)
def test_whatever_else_is_answered_is_one_sentence(
    tmp_path: Path, answer: bytes, said: str, code: int
) -> None:
    path = tmp_path / "a.sock"
    with listening(path, answer), pytest.raises(NotDone, match=said) as refused:
        SocketDoor(path).ask("operator.rooms", {})
    assert refused.value.exit_code == code


def test_nobody_there_says_where_it_looked_and_what_helps(tmp_path: Path) -> None:
    with pytest.raises(NotDone, match=f"there is no socket in {tmp_path}.*--url asks"):
        SocketDoor(tmp_path).ask("operator.rooms", {})


@pytest.mark.parametrize("what", ["connect", "is_socket"])
def test_what_this_user_may_not_open_is_said(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*about: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "a.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        monkeypatch.setattr(socket.socket if what == "connect" else Path, what, refuse)
        with pytest.raises(NotDone, match=f"may not use {path}: run it as the user of the nodes"):
            SocketDoor(path).ask("operator.nodes", {})
