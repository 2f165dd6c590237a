"""ops/systemd: systemd takes it, it is shut in, and what it starts exists."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from server.router.shutdown import STOP_SECONDS
from tests.ops.nodes import ROOT
from tests.ops.units import INSTALLED, UNITS, command, read, services

EXPOSURE = 20
"""The most that `systemd-analyze security` may find, in tenths: 1.4 when this was written."""

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="there is no systemd-analyze here")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units with this checkout for what is installed, and a node's port."""
    directory = tmp_path_factory.mktemp("units")
    for path in UNITS.iterdir():
        text = path.read_text(encoding="utf-8").replace(INSTALLED, str(ROOT))
        (directory / path.name).write_text(text)
    shutil.copy(directory / "prime@.service", directory / "prime@8801.service")
    (directory / "prime@8801.service.d").mkdir()
    shutil.move(directory / "credentials.conf", directory / "prime@8801.service.d")
    return directory


def analyze(*words: str, directory: Path) -> subprocess.CompletedProcess[str]:
    assert ANALYZE is not None
    return subprocess.run(
        [ANALYZE, *words], cwd=directory, capture_output=True, text=True, check=False
    )


@needs_systemd
def test_systemd_takes_every_unit(here: Path) -> None:
    units = [f"./{path.name}" for path in here.iterdir() if path.suffix not in (".env", ".d")]
    said = analyze("verify", "--man=no", *[u for u in units if "@." not in u], directory=here)
    ours = [line for line in said.stderr.splitlines() if "prime" in line]
    assert (said.returncode, ours) == (0, [])


@needs_systemd
def test_systemd_would_say_what_is_wrong(here: Path) -> None:
    text = (here / "prime-migrate.service").read_text()
    (here / "wrong.service").write_text(text.replace("NoNewPrivileges=yes", "NoNewPrivilege=yes"))
    said = analyze("verify", "--man=no", "./wrong.service", directory=here)
    (here / "wrong.service").unlink()
    assert "NoNewPrivilege" in said.stderr


@needs_systemd
@pytest.mark.parametrize("path", services(), ids=lambda path: path.name)
def test_every_service_is_shut_in(path: Path, here: Path) -> None:
    name = path.name.replace("@.", "@8801.")
    words = ("security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", f"./{name}")
    said = analyze(*words, directory=here)
    assert said.returncode == 0, said.stdout[-2000:]


@pytest.mark.parametrize("path", services(), ids=lambda path: path.name)
def test_what_it_starts_knows_its_words(path: Path) -> None:
    word, *words = command(read(path))
    said = subprocess.run(
        [ROOT / "run", word, "--help"], capture_output=True, text=True, check=True
    )
    options = [name for name in words if name.startswith("--")]
    assert [name for name in options if f"{name} " not in said.stdout] == []


def test_a_node_has_time_to_send_everyone_away_and_files_enough() -> None:
    unit = read(UNITS / "prime@.service")
    assert int(unit["TimeoutStopSec"][0]) > STOP_SECONDS
    assert int(unit["LimitNOFILE"][0]) >= 65_536
    assert unit["TimeoutStartSec"] == ["infinity"], "it waits for its database"
    assert unit["RestartPreventExitStatus"] == ["2"], "wrong settings are said once"
    assert unit["ExecReload"] == ["/bin/kill -HUP $MAINPID"]


def test_settings_come_from_the_same_file_everywhere_and_the_owners_behind_it() -> None:
    for path in services():
        unit = read(path)
        assert unit["User"] == ["prime"]
        files = ["/etc/prime/prime.env"]
        if path.name != "prime@.service":
            files.append("-/etc/prime/owner.env")
        assert unit["EnvironmentFile"] == files
        assert "Environment" not in unit, "secrets are shown to everyone there"


def test_credentials_are_named_as_the_settings_are() -> None:
    drop_in = read(UNITS / "credentials.conf")
    names = [line.partition(":")[0] for line in drop_in["LoadCredential"]]
    assert drop_in["Environment"] == [f"{name}_FILE=%d/{name}" for name in names]


def test_every_service_is_shut_in_alike() -> None:
    shut_in = {
        path.read_text(encoding="utf-8").split("# What it may:")[1].split("\n\n")[0].strip()
        for path in services()
    }
    assert len(shut_in) == 1


AWKWARD = (
    "postgresql://prime:change%20me@db.internal/prime?sslmode=verify-full&sslrootcert=/etc/ca.pem",
    "Studio Nord <prime@example.com>",
)
"""Values of the page that a shell takes for something else where they are not quoted."""


def of_systemd(line: str) -> tuple[str, str]:
    """By the rules of EnvironmentFile, of which the file uses only one: '...' is as it is."""
    name, _, value = line.partition("=")
    assert re.fullmatch(r"'[^']*'", value), line
    return name, value[1:-1]


def test_a_shell_and_systemd_read_the_settings_alike(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "operating" / "first-day.md").read_text(encoding="utf-8")
    typed = page.split("cat >> /etc/prime/prime.env <<'END'\n")[1].split("\nEND\n")[0]
    shipped = (UNITS / "prime.env").read_text(encoding="utf-8")
    awkward = [f"AWKWARD_{number}='{value}'" for number, value in enumerate(AWKWARD)]
    for text in (shipped, typed, "\n".join(awkward)):
        path = tmp_path / "prime.env"
        path.write_text(f"{text}\n")
        told = dict(of_systemd(line) for line in text.splitlines() if line[:1] not in ("", "#"))
        read_so = subprocess.run(
            ["/bin/sh", "-c", 'set -a; . "$0"; env', path],
            env={}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        found = dict(line.split("=", 1) for line in read_so.stdout.splitlines())
        assert told.items() <= found.items()
        assert told
