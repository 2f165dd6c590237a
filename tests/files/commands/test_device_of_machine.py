"""The device of a command: the same from run to run, and never that of another that runs."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from files.commands import device_of_machine as module
from files.commands.device_of_machine import device_of_machine

ANN = "ann@example.org"
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def lock_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where devices are locked: nobody else's commands are there."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def device_now(account: str) -> str:
    with device_of_machine(account) as device:
        return device


def test_A60_an_account_has_one_device_on_a_machine_also_in_another_process(
    lock_files: Path,
) -> None:
    program = (
        "from files.commands.device_of_machine import device_of_machine as of\n"
        f"with of({ANN!r}) as device: print(device)"
    )
    command, environment = [sys.executable, "-c", program], {"TMPDIR": str(lock_files)}
    told = subprocess.check_output(command, cwd=ROOT, env=environment, text=True)
    of_other_process = told.strip()
    assert device_now(ANN) == device_now("Ann@Example.ORG") == of_other_process
    assert device_now("bob@example.org") != of_other_process


def test_A60_another_machine_or_user_of_it_is_another_device(
    monkeypatch: pytest.MonkeyPatch, lock_files: Path
) -> None:
    devices = {device_now(ANN)}
    monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
    devices.add(device_now(ANN))
    monkeypatch.setattr("os.geteuid", lambda: 54_321)
    devices.add(device_now(ANN))
    (lock_files / "machine-id").write_text("c0ffee\n")
    monkeypatch.setattr(module, "MACHINE_IDS", (lock_files / "none", lock_files / "machine-id"))
    devices.add(device_now(ANN))
    assert len(devices) == 4


def test_H12_those_at_once_are_apart_and_a_number_is_free_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    with device_of_machine(ANN) as first:
        with device_of_machine(ANN) as second, device_of_machine(ANN) as third:
            assert second == f"{first} 2"
            assert not third.startswith(first), "made anew"
        assert device_now(ANN) == second
    assert device_now(ANN) == first


def test_where_nothing_can_be_locked_a_device_is_made_anew(
    monkeypatch: pytest.MonkeyPatch, lock_files: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(lock_files / "not there"))
    assert device_now(ANN) != device_now(ANN)


def test_what_a_stranger_has_put_in_the_place_of_a_lock_is_left_alone(lock_files: Path) -> None:
    first = device_now(ANN)
    [lock] = lock_files.glob("*.lock")
    lock.unlink()
    lock.symlink_to(lock_files / "elsewhere")
    assert device_now(ANN) == f"{first} 2"
    assert not (lock_files / "elsewhere").exists()
