import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from machine.children.child_process import ServerUnavailable
from machine.embedded_valkey import EmbeddedValkey, answers_ping
from tests.machine.children.test_child_process import is_alive, needs_setpriv, wait_for

pytestmark = pytest.mark.redis

ROOT = Path(__file__).parents[2]


def ask(url: str, *words: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(url.removeprefix("unix://"))
        connection.sendall((" ".join(words) + "\r\n").encode())
        return connection.recv(4096)


def test_it_starts_answers_and_leaves_nothing_behind(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    url = valkey.start()
    assert ask(url, "PING") == b"+PONG\r\n"
    assert b"67108864" in ask(url, "CONFIG", "GET", "maxmemory")
    assert ask(url, "CONFIG", "GET", "save").endswith(b"$0\r\n\r\n")
    valkey.stop()
    path = Path(url.removeprefix("unix://"))
    assert not answers_ping(path)
    assert not path.parent.exists()


def test_it_starts_again_after_it_was_killed(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    url = valkey.start()
    os.kill(valkey.pid, signal.SIGKILL)
    wait_for(lambda: not valkey.is_running)
    valkey.stop()
    assert valkey.start() == url
    valkey.stop()


def test_a_second_start_on_the_directory_is_refused(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path), pytest.raises(ServerUnavailable, match="already runs"):
        EmbeddedValkey(tmp_path).start()


@needs_setpriv
def test_a_killed_parent_takes_the_server_along(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys, time\n"
        "from machine.embedded_valkey import EmbeddedValkey\n"
        "valkey = EmbeddedValkey(pathlib.Path(sys.argv[1]))\n"
        "valkey.start()\n"
        "print(valkey.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        assert is_alive(server)
        parent.kill()
    wait_for(lambda: not is_alive(server))
    with EmbeddedValkey(tmp_path) as valkey:
        assert valkey.is_running
