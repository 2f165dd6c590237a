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

from tests.server.conftest import Node

ROOT = Path(__file__).parent.parent.parent
DEPENDENCIES = ("websockets", "msgpack")

pytestmark = [pytest.mark.hub, pytest.mark.postgres]


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
    assert brought == {"prime_client", "prime_client-0.1.0.dist-info"}
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
