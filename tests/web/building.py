"""Checks and bundles the TypeScript of `web/` with the packages that its lock pins."""

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.javascript.node import SECONDS, Node

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"


def program_in_react() -> str:
    """The page of docs/web.md that is drawn by React."""
    page = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")
    [program] = re.findall(r"```tsx\n(.*?)```", page, re.DOTALL)
    return str(program)


def names_in_the_prose() -> str:
    """A program of what docs/web.md names between its programs, as `room.history.blame`, and of
    those of its blocks that are no whole program.
    """
    page = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")
    prose = re.sub(r"^ *```.*?^ *```$", "", page, flags=re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`]+)`", prose)
    names = {name for one in spans for name in re.findall(r"\b(?:prime|room)(?:\.[a-z]\w*)+", one)}
    lines = ['import type { Client, Feed, Room, User } from "@prime/client";']
    lines += ["declare const prime: Client;", "declare const room: Room;"]
    lines += ['declare const feed: Feed<"projects">;', "declare const redraw: () => void;"]
    lines += ["declare const id: string, lead: string, user: User;"]
    lines += [f"void {name};" for name in sorted(names - NO_NAMES)]
    parts = re.findall(r"^```ts\n(room\.|const stop )(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return "\n".join([*lines, *(f"{{\n{''.join(part)}}}" for part in parts)])


NO_NAMES = {"prime.js", "prime.v1"}
"""A file, and the protocol."""


def bundled(node: Node, sources: Sequence[Path], folder: Path) -> None:
    """Each source becomes one module in `folder`, `x.ts` as `x.mjs`."""
    program = _package(node, "esbuild", "bin", "esbuild")
    options = ["--bundle", "--platform=node", "--format=esm", "--log-level=warning"]
    options.append("--loader:.md=text")
    options += [f"--alias:@prime/client={WEB / 'sdk' / 'src' / 'index.ts'}"]
    options += ["--out-extension:.js=.mjs", f"--outdir={folder}"]
    done = _run([node.command, str(program), *map(str, sources), *options], node)
    assert done.returncode == 0, done.stderr


def bundled_page(node: Node, source: Path, folder: Path, library: str = "react") -> None:
    """A script for browsers, in development; `library`: what React is, "react" or "preact"."""
    program = _package(node, "esbuild", "bin", "esbuild")
    options = ["--bundle", "--format=esm", "--log-level=warning", f"--outdir={folder}"]
    options += ["--jsx=automatic", "--jsx-import-source=react"]
    options += [f"--alias:@prime/client/react={WEB / 'react' / 'src' / 'index.ts'}"]
    options += [f"--alias:@prime/client={WEB / 'sdk' / 'src' / 'index.ts'}"]
    of_preact = {"react": "preact/compat", "react-dom": "preact/compat"}
    for name, other in of_preact.items():  # one copy, wherever the source lies
        options += [f"--alias:{name}={other if library == 'preact' else _package(node, name)}"]
    done = _run([node.command, str(program), str(source), *options], node)
    assert done.returncode == 0, done.stderr


def build_pages(node: Node, folder: Path) -> None:
    """What `web/dist` holds, into a folder."""
    done = _run([node.command, str(WEB / "build.mjs"), str(folder)], node)
    assert done.returncode == 0, done.stderr


def package(node: Node, folder: Path) -> None:
    """What `npm pack` makes a package of, into a folder."""
    done = _run([node.command, str(WEB / "package.mjs"), str(folder)], node)
    assert done.returncode == 0, done.stderr


def bundled_bytes(node: Node, source: Path, external: Sequence[str] = ()) -> bytes:
    """A program that finds its packages in a folder above it, bundled for browsers and minified."""
    program = _package(node, "esbuild", "bin", "esbuild")
    options = ["--bundle", "--minify", "--format=esm", "--log-level=warning"]
    options += [f"--external:{name}" for name in external]
    done = _run([node.command, str(program), str(source), *options], node)
    assert done.returncode == 0, done.stderr
    return done.stdout.encode()


def type_errors(node: Node, project: Path, noted: str | None = None) -> str:
    """What `tsc` says of a folder with a tsconfig.json; empty: nothing.

    `noted`: a name for what it finds, kept beside the packages. The next run looks again at what
    has changed since, and at all that is made of it; what is wrong and as it was is said again.
    """
    program = _package(node, "typescript", "bin", "tsc")
    types = _package(node, "@types")
    words = ["-p", str(project), "--typeRoots", str(types), "--pretty", "false"]
    if noted is not None:
        assert node.packages is not None
        kept = node.packages / f"{noted}.tsbuildinfo"
        words += ["--incremental", "--tsBuildInfoFile", str(kept)]
    done = _run([node.command, str(program), *words], node)
    return done.stdout + done.stderr


def type_errors_under(node: Node, folder: Path, configs: Sequence[str]) -> list[str]:
    """What is wrong in a folder's files, those that are installed there too, under each config."""
    script = Path(__file__).parent / "type_errors.mjs"
    done = _run([node.command, str(script), str(folder), *configs], node)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert all(one["declared"] for one in found), "no declaration of the folder was looked at"
    return [one["errors"] for one in found]


def _package(node: Node, *path: str) -> Path:
    assert node.packages is not None
    return node.packages.joinpath("node_modules", *path)


def _run(command: list[str], node: Node) -> subprocess.CompletedProcess[str]:
    assert node.packages is not None
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        cwd=WEB,
        env=node.environment | {"NODE_PATH": str(node.packages / "node_modules")},
    )
