"""ops/systemd, read: each unit's lines by section and name."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from tests.ops.nodes import ROOT

UNITS = ROOT / "ops" / "systemd"
INSTALLED = "/opt/prime"

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


def environment(instead: Mapping[str, str], credentials: Path | None = None) -> dict[str, str]:
    """What a node gets of prime.env, and of credentials.conf where secrets are in this directory.

    `instead`: an operator's own values; with credentials, those of the file are left out.
    """
    lines = (UNITS / "prime.env").read_text(encoding="utf-8").splitlines()
    told = dict(shlex.split(line)[0].split("=", 1) for line in lines if line[:1] not in ("", "#"))
    assert instead.keys() <= told.keys()
    if credentials is None:
        return {**told, **instead}
    drop_in = read(UNITS / "credentials.conf")
    for line in drop_in["LoadCredential"]:
        name, _, kept_in = line.partition(":")
        assert kept_in == f"/etc/prime/secrets/{name}"
        (credentials / name).touch(0o600)
        (credentials / name).write_text(f"{instead[name]}\n")
        del told[name]
    files = [line.replace("%d", str(credentials)) for line in drop_in["Environment"]]
    return told | dict(line.split("=", 1) for line in files)
