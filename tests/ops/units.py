"""ops/systemd, read: each unit's lines by section and name."""

import shlex
from pathlib import Path

from tests.ops.nodes import ROOT

UNITS = ROOT / "ops" / "systemd"
INSTALLED = "/opt/prime/current"

Unit = dict[str, list[str]]


def services() -> list[Path]:
    """All of them."""
    return sorted(UNITS.glob("*.service"))


def read(path: Path) -> Unit:
    """Name of a directive -> its values in order; an empty one takes those before it away."""
    unit: Unit = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "[")):
            name, _, value = line.partition("=")
            unit.setdefault(name, []).append(value)
    return unit


def command(unit: Unit) -> list[str]:
    """The words after the program that `ExecStart` starts, which is the script `run`."""
    program, *words = shlex.split(unit["ExecStart"][0])
    assert program == f"{INSTALLED}/run"
    return words


def environment(unit: Unit, credentials: Path) -> dict[str, str]:
    """What the process gets: of the file of settings, and of the unit itself."""
    assert unit["EnvironmentFile"] == ["/etc/prime/prime.env"]
    lines = (UNITS / "prime.env").read_text(encoding="utf-8").splitlines()
    told = [line for line in lines if line and not line.startswith("#")]
    told += [line.replace("%d", str(credentials)) for line in unit.get("Environment", [])]
    return dict(line.split("=", 1) for line in told)


def credentials(unit: Unit) -> dict[str, str]:
    """Name of each secret -> the file that root keeps it in."""
    return dict(line.split(":", 1) for line in unit.get("LoadCredential", []))
