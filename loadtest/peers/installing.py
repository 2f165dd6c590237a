"""Installs what the peers are made of, pinned, into a folder that git ignores; once."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSTALLED = HERE.parent.parent / ".peers"
INSTALL_SECONDS = 300.0


class PeerFailed(Exception):
    """A peer could not be installed or started; the message says why."""


async def node_command(script: str) -> tuple[list[str], Path]:
    """The command that runs a Node peer, and the folder to run it in; installs if need be."""
    node, folder = await node_packages(HERE / "node", "node")
    shutil.copy(HERE / "node" / script, folder)  # imports are looked for beside the script
    return [node, script], folder


async def node_packages(recipes: Path, name: str) -> tuple[str, Path]:
    """Node, and the folder `name` that holds what the lock in `recipes` pins; once."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise PeerFailed("needs Node.js and npm, and there is none on the PATH")
    folder = INSTALLED / name
    recipe = (recipes / "package-lock.json").read_bytes()
    if _recipe_of(folder) != recipe:
        folder.mkdir(parents=True, exist_ok=True)
        for file in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(recipes / file, folder)
        await _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
        _note_recipe(folder, recipe)
    return node, folder


async def python_command(script: str) -> tuple[list[str], Path]:
    """The same for a Python peer, in a virtual environment of the peers' own."""
    folder = INSTALLED / "python"
    python = folder / "bin" / "python"
    lock = HERE / "requirements.lock"
    recipe = sys.version.encode() + lock.read_bytes()
    if _recipe_of(folder) != recipe:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        await _run([sys.executable, "-m", "venv", str(folder)], HERE)
        options = ["-q", "--disable-pip-version-check", "--no-input", "--require-hashes"]
        await _run([str(python), "-m", "pip", "install", *options, "-r", str(lock)], HERE)
        _note_recipe(folder, recipe)
    return [str(python), str(HERE / "python" / script)], folder


def _recipe_of(folder: Path) -> bytes:
    """What a finished folder was made by; written last, so an interrupted one has none."""
    stamp = folder / "recipe"
    return stamp.read_bytes() if stamp.exists() else b""


def _note_recipe(folder: Path, recipe: bytes) -> None:
    (folder / "recipe").write_bytes(recipe)


async def _run(command: list[str], folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(INSTALL_SECONDS):
            _, problems = await process.communicate()
    except TimeoutError:
        raise PeerFailed(f"{command[0]} did not finish in {INSTALL_SECONDS:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        lines = problems.decode(errors="replace").strip().splitlines()
        raise PeerFailed(f"could not be installed: {' | '.join(lines[-3:])}")
