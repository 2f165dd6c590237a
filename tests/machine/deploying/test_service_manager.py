"""What systemd is told."""

import socket
from pathlib import Path

import pytest

from machine.deploying.service_manager import tell


@pytest.mark.parametrize("is_abstract", [False, True])
def test_whoever_started_us_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_abstract: bool
) -> None:
    address = f"@prime-test-{tmp_path.name}-{id(tmp_path)}" if is_abstract else f"{tmp_path}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address.replace("@", "\0", 1) if is_abstract else address)
        listening.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        tell("READY=1")
        assert listening.recv(100) == b"READY=1"


def test_nobody_listens_and_nothing_is_raised(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    tell("READY=1")
    monkeypatch.delenv("NOTIFY_SOCKET")
    tell("READY=1")
