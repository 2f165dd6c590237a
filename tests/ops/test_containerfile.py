"""ops/Containerfile: pinned, of what there is, without root and without a shell."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from machine.deploying.package import version_of
from server.settings.settings_table import SETTINGS
from tests.operating.scene import why_not
from tests.ops.containerfile import FILE, stages
from tests.ops.nodes import ROOT

KNOWN = {
    "RUN", "ADD", "COPY", "ENV", "EXPOSE", "USER", "WORKDIR", "STOPSIGNAL", "HEALTHCHECK",
    "ENTRYPOINT", "CMD",
}  # fmt: skip


def test_each_stage_is_of_one_image_by_name_and_version() -> None:
    bases = {stage.base for stage in stages()}
    assert len(bases) == 1
    assert re.fullmatch(r"debian:\d+\.\d+-slim", bases.pop()), "no registry, no tag that moves"
    assert {name for stage in stages() for name, _ in stage.steps} <= KNOWN


def test_no_address_is_in_it() -> None:
    addresses = re.findall(r"\w+://[^/'\"\s]+", FILE.read_text(encoding="utf-8"))
    assert addresses == []


def test_what_is_added_is_the_package_of_this_version() -> None:
    added = [words.split()[0] for stage in stages() for name, words in stage.steps if name == "ADD"]
    assert added == [f"prime-{version_of(ROOT)}.tar.gz"]
    named = re.findall(r"prime[-:](\d+\.\d+\.\d+)", FILE.read_text(encoding="utf-8"))
    assert {*named} == {version_of(ROOT)}


def test_what_is_copied_comes_from_a_stage_before() -> None:
    before: set[str] = set()
    for stage in stages():
        for name, words in stage.steps:
            if name == "COPY":
                assert words.split()[0].removeprefix("--from=") in before
        before.add(stage.name)


def test_it_runs_as_nobody_in_particular_and_stops_by_sigterm() -> None:
    last = stages()[-1]
    user, _, group = last.last("USER").partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert last.last("STOPSIGNAL") == "SIGTERM"
    steps = [name for name, _ in last.steps]
    assert steps.index("USER") > max(i for i, name in enumerate(steps) if name in ("RUN", "COPY"))


def test_nothing_that_runs_needs_a_shell() -> None:
    last = stages()[-1]
    entry, words = json.loads(last.last("ENTRYPOINT")), json.loads(last.last("CMD"))
    assert entry[1:] == ["-m"]
    assert find_spec(words[0]) is not None
    options, _, asked = last.last("HEALTHCHECK").partition(" CMD ")
    assert json.loads(asked)[:2] == entry
    assert find_spec(json.loads(asked)[2]) is not None
    assert "--start-period=" in options


def test_settings_that_it_sets_exist() -> None:
    names = {setting.variable for setting in SETTINGS}
    told = [words.partition("=")[0] for name, words in stages()[-1].steps if name == "ENV"]
    assert {*told} <= names


def test_layers_keep_no_lists_of_packages() -> None:
    last = [words for name, words in stages()[-1].steps if name == "RUN" and "apt-get" in words]
    assert all("--no-install-recommends" in words for words in last)
    assert all(words.endswith("rm -rf /var/lib/apt/lists/*") for words in last)


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.postgres
@pytest.mark.skipif(why_not() is not None, reason=why_not() or "")
def test_each_step_is_done_and_what_comes_of_it_serves(tmp_path: Path) -> None:
    """In layers over this machine's files, in namespaces of its own: no engine and no network."""
    made = [sys.executable, "-m", "tests.ops.containerfile", str(tmp_path / "made")]
    done = subprocess.run(
        ["unshare", "--mount", "--net", *made, "--over-this-machine"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode and done.stdout.startswith(("unshare:", "mount:")):
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout
    said = [line.removeprefix("--- ") for line in done.stdout.splitlines() if line[:4] == "--- "]
    steps = [" ".join(step) for stage in stages() for step in stage.steps]
    assert said[: len(steps)] == steps
    asked, healthy, ended = said[len(steps) :]
    assert "DATABASE_URL is not set" in asked
    assert (healthy, ended) == ("it is healthy", "it stopped with exit code 0")
