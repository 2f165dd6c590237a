"""The SDK as a stranger has it: installed alone, by pip, into an empty environment."""

import asyncio
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from server.version import VERSION
from tests.client.test_clients_page import examples
from tests.server.conftest import Node

ROOT = Path(__file__).parent.parent.parent
DEPENDENCIES = ("websockets", "msgpack")

pytestmark = [pytest.mark.node, pytest.mark.postgres]

TYPED = """
from prime_client import CallFailed, Client, DeltaRefused, ErrorCode, Retry, new_id, ops

async def right(client: Client) -> str:
    page = await client.projects.list(limit=20, archived=False)
    try:
        made = await client.projects.create(name=page["projects"][0]["name"], bpm=90)
        await client.members.grant(project=made["id"], email="ben@example.org", role="editor")
    except CallFailed as failed:
        return failed.message if failed.retry is Retry.MEND else str(ErrorCode.TAKEN)
    room = await client.join(made["id"])
    track = new_id()
    delta = room.edit([ops.insert("tracks", track, name="Lead")])
    try:
        seq: int = await room.saved(delta)
    except DeltaRefused as refused:
        return refused.code
    tempi = (await client.snapshots.create(project=made["id"]))["musical_context"]
    return f"{seq} {tempi['tempo'][0]['bpm'] if tempi else page['next']}"

async def wrong(client: Client) -> None:
"""
PLANTED = {
    "await client.projects.list(limit='20')": "call-overload",
    "await client.projects.list(archive=True)": "call-overload",
    "await client.projects.get(project='p', fields=['nam'])": "list-item",
    "client.presets.watch(where={'plugins': 'OTT'})": "call-overload",
    "client.presets.watch().rows['p']['nam']": "typeddict-item",
    "await client.presets.delete(preset='p', idempotency_key=1)": "arg-type",
    "await client.projects.create(bpm=90)": "call-arg",
    "await client.projects.remove(project='p')": "attr-defined",
    "await client.members.grant(project='p', email='e', role='boss')": "arg-type",
    "(await client.projects.list())['project']": "typeddict-item",
    "(await client.projects.get(project='p'))['head'].upper()": "attr-defined",
    "(await client.timeline.beats(project='p', seconds=[1]))['beats'][0]": "typeddict-item",
    "client.snapshots.delete(project='p', snapshot='s')": "unused-coroutine",
    "(await client.join('p')).edit({'op': 'set'})": "arg-type",
    "(await client.join('p')).entities('tracks')['t'] = {}": "index",
}
"""A mistake -> the code that mypy has for it."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an empty environment with the SDK and its dependencies; no checkout is left."""
    directory = tmp_path_factory.mktemp("installed")
    environment = directory / "environment"
    venv.create(environment, with_pip=False)
    (packages,) = environment.glob("lib/python*/site-packages")
    _pip_install(directory, packages)
    for name in DEPENDENCIES:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        (packages / name).symlink_to(Path(spec.origin).parent)
    return environment / "bin" / "python"


def _pip_install(directory: Path, packages: Path) -> None:
    """`pip install ./client`, without a network: hatchling and the dependencies are ours."""
    copy = shutil.copytree(ROOT / "client", directory / "client")
    has_pip = importlib.util.find_spec("pip") is not None
    pip = [sys.executable, "-m", "pip"] if has_pip else ["uv", "pip"]  # as ./run has made .venv
    offline = ("--no-build-isolation", "--no-deps", "--no-index")
    subprocess.run(
        [*pip, "install", "-q", *offline, "--target", packages, "./client"],
        cwd=directory,
        env=os.environ | {"PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        check=True,
        timeout=60,
    )
    shutil.rmtree(copy)


def test_it_brings_one_package_and_what_it_says_it_needs(installed: Path) -> None:
    (packages,) = installed.parent.parent.glob("lib/python*/site-packages")
    brought = {path.name for path in packages.iterdir() if not path.is_symlink()}
    assert brought == {"prime_client", f"prime_client-{VERSION}.dist-info"}
    (metadata,) = packages.glob("*.dist-info/METADATA")
    needed = re.findall(r"^Requires-Dist: ([a-z]+)", metadata.read_text(), re.MULTILINE)
    assert sorted(needed) == sorted(DEPENDENCIES)
    assert (packages / "prime_client" / "py.typed").exists()


async def test_the_program_of_its_readme_runs_far_from_the_checkout(
    installed: Path, node: Node, tmp_path: Path
) -> None:
    readme = (ROOT / "client" / "README.md").read_text(encoding="utf-8")
    program = "\n".join(re.findall(r"```python\n(.*?)```", readme, re.DOTALL))
    assert "ws://127.0.0.1:8787/v1" in program
    (tmp_path / "program.py").write_text(program.replace("ws://127.0.0.1:8787/v1", node.url))
    running = await asyncio.create_subprocess_exec(
        *(installed, "-I", "program.py"),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(running.communicate(), 30)
    assert said.decode() == "on disk as 1\n"


def test_mypy_finds_each_planted_mistake_in_a_program_of_a_stranger(
    installed: Path, tmp_path: Path
) -> None:
    """None in the programs of the page. It takes 2 s: mypy reads the SDK and websockets anew."""
    program = tmp_path / "program.py"
    pages = [tmp_path / f"page_{number}.py" for number in range(len(examples()))]
    for path, example in zip(pages, examples(), strict=True):
        path.write_text(example.program)
    program.write_text(TYPED + "".join(f"    {line}\n" for line in PLANTED))
    words = ("--strict", "--no-color", "--no-error-summary", "--cache-dir", tmp_path / "cache")
    said = subprocess.run(
        [sys.executable, "-m", "mypy", *words, "--python-executable", installed, program, *pages],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "MYPYPATH"},
        capture_output=True,
        text=True,
        timeout=100,
    ).stdout
    assert "page_" not in said
    found = re.findall(r"program.py:(\d+): error: .*\[([a-z-]+)\]", said)
    first = TYPED.count("\n") + 1
    codes = {line - first: code for line, code in ((int(line), code) for line, code in found)}
    assert set(codes) == set(range(len(PLANTED))), said
    for index, wanted in enumerate(PLANTED.values()):
        assert codes[index] in wanted.split("|"), said
