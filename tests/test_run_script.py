import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Plays Python for a copy of the script: notes its calls, and "makes" a venv by copying itself.
STAND_IN = """#!/usr/bin/env bash
echo "$*" >>"$CALLS"
case "$*" in
    -V) echo "Python 3.11.0" ;;
    "-c import sys; sys.exit"*) exit "${TOO_OLD:-0}" ;;
    "-c import venv"*) exit "${NO_VENV:-0}" ;;
    "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python && echo "$0" >.venv/bin/base ;;
    "-c import os, sys"*) cat "$(dirname "$0")/base" 2>/dev/null || echo "$0" ;;
    "-c import os, pathlib"*) echo "${CLOSED:-}" ;;
    "-m pip "*) exit "${NO_INDEX:-0}" ;;
    "-c "*) ;;
    "-m mypy") echo "types are looked at" && exit "${WRONG_TYPES:-0}" ;;
    *) echo "ran $* in $PWD for $PRIME_CWD" ;;
esac
"""


class Checkout:
    """A copy of the script beside a lock file, with a stand-in for Python."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "checkout"
        self.elsewhere = directory / "elsewhere"
        self.calls = directory / "calls"
        tools = directory / "tools"
        for folder in (self.root, self.elsewhere, tools):
            folder.mkdir()
        shutil.copy(ROOT / "run", self.root)
        (self.root / "requirements.lock").write_text("one==1\n")
        for name, text in (("python3.13", STAND_IN), ("uv", "#!/bin/sh\nexit 1\n")):
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        self.environment = {"PATH": f"{tools}:/usr/bin:/bin", "CALLS": str(self.calls)}

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.root / "run", *words],
            cwd=self.elsewhere,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def builds(self) -> int:
        return self.calls.read_text().count("-m venv") if self.calls.exists() else 0


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def real(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "run", *words], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_help_names_every_word() -> None:
    answer = real("--help")
    assert answer.returncode == 0
    for word in (
        "serve",
        "demo",
        "drill",
        "recall-demo",
        "loadtest",
        "check-config",
        "migrate",
        "users",
        "backup",
        "restore",
        "rehearse",
        "new-epochs",
        "import",
        "export",
        "install",
        "package",
        "test",
        "check",
    ):
        assert word in answer.stdout


def test_an_unknown_word_is_refused_with_the_usage() -> None:
    answer = real("srve")
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert "unknown word: srve" in answer.stderr
    assert "usage: ./run" in answer.stderr


@pytest.mark.parametrize(
    ("typed", "meant"), [("chek", "check"), ("srve", "serve"), ("exprot", "export"), ("xyz", None)]
)
def test_of_an_unknown_word_the_nearest_is_said_last(typed: str, meant: str | None) -> None:
    last = real(typed).stderr.splitlines()[-1]
    if meant is None:
        assert "did you mean" not in last
    else:
        assert last.startswith(f"prime: did you mean {meant}")


@pytest.mark.parametrize("word", ["test", "check", "install"])
def test_words_of_its_own_explain_themselves_from_anywhere(word: str, tmp_path: Path) -> None:
    answer = real(word, "--help", cwd=tmp_path)
    assert answer.returncode == 0
    assert answer.stdout.startswith(f"usage: ./run {word}")


def test_what_help_says_of_the_network_is_so() -> None:
    """In a checkout any first word builds .venv (`test_an_interrupted_build_is_made_again`)."""
    assert "only" not in real("install", "--help").stdout
    assert "only" not in next(
        line for line in real("--help").stdout.splitlines() if line.startswith("  install")
    )
    assert "and the network" in real("--help").stdout


@pytest.mark.parametrize("word", ["check", "install"])
def test_a_word_that_takes_nothing_refuses_what_it_is_given(word: str) -> None:
    answer = real(word, "--nothing-of-it")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith(f"usage: ./run {word}")


def test_the_table_of_the_readme_names_every_word() -> None:
    page = (ROOT / "README.md").read_text()
    table = set(re.findall(r"`\./run ([a-z-]+)", page))
    words = re.findall(r"^  ([a-z-]+)(?: \| ([a-z-]+))?(?: \[.*\])?  ", real("--help").stdout, re.M)
    assert {word for pair in words for word in pair if word} <= table
    scenarios = set(re.findall(r"^    ([a-z-]+)(?: |$)", real("loadtest", "--help").stdout, re.M))
    assert {"mixed", "auth"} <= scenarios
    assert scenarios <= table | set(re.findall(r"`\./run loadtest ([a-z]+)", page))


STARTING = "-m machine.starting"


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ([], "-m server"),
        (["serve", "--port", "1"], "-m server --port 1"),
        (["--port", "1"], "-m server --port 1"),
        (["--version"], f"{STARTING} server.version"),
        (["-V", "--json"], f"{STARTING} server.version --json"),
        (["demo", "--json"], f"{STARTING} loadtest demo --json"),
        (["loadtest", "x y"], f"{STARTING} loadtest x y"),
        (["check-config", "--json"], f"{STARTING} server.commands.check_command --json"),
        (["migrate"], f"{STARTING} server.commands.migrate_commands migrate"),
        (["users", "list"], f"{STARTING} server.commands.users_command list"),
        (["backup", "--to", "d"], f"{STARTING} server.backups.backup_command --to d"),
        (["restore", "f"], f"{STARTING} server.backups.restore_command f"),
        (
            ["rehearse", "--from", "d"],
            f"{STARTING} server.backups.rehearse_command --from d",
        ),
        (
            ["new-epochs", "--force"],
            f"{STARTING} server.commands.migrate_commands new-epochs --force",
        ),
        (["import", "song.als"], f"{STARTING} files import song.als"),
        (["export", "p"], f"{STARTING} files export p"),
        (["package", "--out", "d"], f"{STARTING} machine.deploying.package --out d"),
        (["test", "--quick", "-x"], "-m pytest -m not postgres and not node and not slow -x"),
        (["test", "-k", "a"], "-m pytest -k a"),
    ],
)
def test_a_word_runs_its_module_at_the_root_and_passes_on_where_the_caller_was(
    checkout: Checkout, words: list[str], command: str
) -> None:
    answer = checkout.run(*words)
    assert answer.stdout == f"ran {command} in {checkout.root} for {checkout.elsewhere}\n"
    assert answer.returncode == 0


def test_check_goes_through_all_and_fails_if_types_alone_are_wrong(
    checkout: Checkout, tmp_path: Path
) -> None:
    """Types are looked at beside the rest, and what is said of them stands in one place."""
    checkout.run("migrate")
    lint_imports = checkout.root / ".venv/bin/lint-imports"
    lint_imports.write_text("#!/bin/sh\n")
    lint_imports.chmod(0o755)
    (tmp_path / "temporary").mkdir()
    for wrong, outcome in ((0, "ok     "), (1, "FAILED ")):
        answer = checkout.run("check", WRONG_TYPES=str(wrong), TMPDIR=str(tmp_path / "temporary"))
        assert answer.returncode == wrong
        assert "--- mypy\ntypes are looked at\n--- summary\n" in answer.stderr
        assert f"  {outcome} mypy\n" in answer.stderr
        assert answer.stderr.count("  ok      ") == 8 - wrong
    assert not list((tmp_path / "temporary").iterdir())


def test_the_environment_is_built_once(checkout: Checkout) -> None:
    first, second = checkout.run("migrate"), checkout.run("migrate")
    assert checkout.builds == 1
    assert "building .venv" in first.stderr
    assert second.stderr == ""


def test_another_lock_file_builds_it_again(checkout: Checkout) -> None:
    checkout.run("migrate")
    (checkout.root / "requirements.lock").write_text("one==2\n")
    checkout.run("migrate")
    assert checkout.builds == 2


def test_a_package_is_built_by_the_word_install_alone(checkout: Checkout) -> None:
    (checkout.root / "requirements.lock").rename(checkout.root / "requirements.production.lock")
    refused = checkout.run("migrate")
    assert refused.returncode == 1
    assert "run install" in refused.stderr
    assert checkout.builds == 0
    assert checkout.run("install").returncode == 0
    assert checkout.run("migrate").returncode == 0
    assert checkout.builds == 1


def packaged(checkout: Checkout) -> Checkout:
    (checkout.root / "requirements.lock").rename(checkout.root / "requirements.production.lock")
    assert checkout.run("install").returncode == 0
    return checkout


def test_a_python_out_of_reach_is_said_and_not_that_nothing_is_installed(
    checkout: Checkout,
) -> None:
    python = packaged(checkout).root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/root/not/to/be/entered/python3")
    answer = checkout.run("serve")
    assert answer.returncode == 1
    assert "made with a Python that user" in answer.stderr
    assert "(/root/not/to/be/entered/python3): as root: rm -r" in answer.stderr
    assert "not installed" not in answer.stderr
    assert checkout.run("install").returncode == 0
    assert checkout.run("serve").returncode == 0


def test_install_with_another_python_makes_it_anew(checkout: Checkout) -> None:
    packaged(checkout)
    other = checkout.elsewhere / "python3"
    other.write_text(STAND_IN)
    other.chmod(0o755)
    for times in (2, 2):
        assert checkout.run("install", PYTHON=str(other)).returncode == 0
        assert checkout.builds == times
    assert checkout.run("install").returncode == 0
    assert checkout.builds == 2


def test_install_warns_of_a_python_that_others_cannot_enter(checkout: Checkout) -> None:
    assert "warning" not in packaged(checkout).run("install").stderr
    answer = checkout.run("install", CLOSED="/root")
    assert answer.returncode == 0
    assert "warning: other users cannot enter /root" in answer.stderr


def test_the_help_of_a_package_names_what_is_in_it(checkout: Checkout) -> None:
    answer = packaged(checkout).run("--help")
    words = {line.split()[0] for line in answer.stdout.splitlines() if line.startswith("  ")}
    assert {"serve", "install", "backup", "import"} <= words
    assert not words & {"demo", "chaos", "drill", "loadtest", "test", "check", "package"}
    assert "./run install makes .venv from the lock" in answer.stdout
    assert "first run" not in answer.stdout


def test_a_package_says_what_takes_a_checkout(checkout: Checkout) -> None:
    (checkout.root / "requirements.lock").rename(checkout.root / "requirements.production.lock")
    answer = checkout.run("loadtest", "deltas")
    assert answer.returncode == 1
    assert "loadtest is not in this package" in answer.stderr


def test_an_interrupted_build_is_made_again(checkout: Checkout) -> None:
    assert checkout.run("migrate", NO_INDEX="1").returncode == 1
    assert not (checkout.root / ".venv" / "stamp").exists()
    assert checkout.run("migrate").returncode == 0
    assert checkout.builds == 2


def test_a_missing_venv_module_says_what_to_install(checkout: Checkout) -> None:
    answer = checkout.run("migrate", NO_VENV="1")
    assert answer.returncode == 1
    assert "apt-get install python3-venv" in answer.stderr


def test_a_python_too_old_says_what_is_needed(checkout: Checkout) -> None:
    answer = checkout.run("migrate", PYTHON="python3.13", TOO_OLD="1")
    assert answer.returncode == 1
    assert "PYTHON=python3.13 is not Python 3.11 or newer" in answer.stderr
    assert checkout.builds == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_checkout_that_cannot_be_written_is_explained(checkout: Checkout) -> None:
    checkout.root.chmod(0o555)
    answer = checkout.run("migrate")
    checkout.root.chmod(0o755)
    assert answer.returncode == 1
    assert "leave to write" in answer.stderr


def test_it_is_told_to_stop_before_the_server_begins(checkout: Checkout) -> None:
    """By whoever waits for its end; it is the stand-in for Python that waits here."""
    checkout.run("install")
    waits = checkout.root / "waits"
    os.mkfifo(waits)
    slow = checkout.root / ".venv" / "bin" / "python"
    slow.write_text(f'#!/bin/sh\n[ "$1" = -V ] || exit 9\necho asked\nread -r line <{waits}\n')
    script = subprocess.Popen(
        [checkout.root / "run", "serve"],
        cwd=checkout.elsewhere,
        env=checkout.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with waits.open("w") as answer:  # it is there to be read: the script waits for its Python
        for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGTERM):
            script.send_signal(number)
        answer.write("go on\n")
    assert script.communicate(timeout=60)[0] == b""
    assert script.returncode == 0


def test_what_stops_a_server_is_held_until_python_has_begun(checkout: Checkout) -> None:
    checkout.run("install")
    begun = checkout.root / ".venv" / "bin" / "python"
    begun.write_text(
        '#!/bin/bash\n[ "$1" = -V ] && exec echo Python 3.11.0\n'
        "grep -E '^Sig(Blk|Ign)' /proc/self/status\n"
    )
    masks = {}
    for word in ("serve", "audit"):
        words = ("serve", "audit") if word == "audit" else ("serve",)
        said = checkout.run(*words)
        masks[word] = dict(line.split() for line in said.stdout.splitlines())
    stops = sum(1 << (number - 1) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT))
    others = sum(1 << (number - 1) for number in (signal.SIGHUP, signal.SIGUSR1))
    assert int(masks["serve"]["SigBlk:"], 16) & stops == stops
    assert int(masks["serve"]["SigIgn:"], 16) & others == others
    assert int(masks["audit"]["SigBlk:"], 16) & stops == 1 << (signal.SIGINT - 1)
