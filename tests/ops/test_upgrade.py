"""From each version before to this one, under two people who edit, as the page says it."""

import asyncio
import io
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from machine.deploying.package import version_of
from tests.ops.editors import two_editors
from tests.ops.nodes import ROOT, Node, without_settings
from tests.server import valkey_servers

pytestmark = [pytest.mark.node, pytest.mark.postgres, pytest.mark.redis, pytest.mark.longest(20)]


def versions_before() -> list[tuple[str, str]]:
    """(Version, its last commit), the newest first."""
    lines = (ROOT / "ops" / "versions_before").read_text(encoding="utf-8").splitlines()
    return [
        (words[0], words[1])
        for line in lines
        if not line.startswith("#") and (words := line.split())
    ]


def checkout(commit: str, directory: Path) -> Path:
    """The files of this commit, or a skip where this clone has no such commit."""
    words = ["git", "-C", str(ROOT), "archive", commit]
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"this clone has no commit {commit}: it has no history")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(directory, filter="data")
    return directory


def migrations(root: Path) -> set[Path]:
    return {path.relative_to(root) for path in (root / "schema" / "sql").glob("0*.sql")}


def is_breaking(older: Path) -> bool:
    """Whether this version has a migration with which nodes of the older one do not start."""
    texts = [(ROOT / path).read_text() for path in migrations(ROOT) - migrations(older)]
    return any(re.match(r"-- breaking: yes\b", text) for text in texts)


def migrate(root: Path, environment: dict[str, str]) -> None:
    words = [sys.executable, "-m", "persistence.migrate"]
    for module in ("server.maintenance", "server.commands.migrate_commands"):
        if (root / module.replace(".", "/")).with_suffix(".py").exists():
            words = [sys.executable, "-m", module, "migrate"]
    done = subprocess.run(
        words,
        cwd=root,
        env=without_settings() | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def balancer(nodes: list[Node]) -> Iterator[str]:
    """One address before both."""
    to = [word for node in nodes for word in ("--to", node.url)]
    words = ["--listen", "127.0.0.1:0", *to, "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "machine.balancer", *words],
        cwd=ROOT,
        env=without_settings(),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield re.findall(r'"url": "([^"]+)"', process.stdout.readline())[0]
        finally:
            process.terminate()


@pytest.mark.parametrize(("version", "commit"), versions_before(), ids=lambda word: word)
async def test_nothing_is_lost_by_an_upgrade(
    version: str,
    commit: str,
    empty_database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    older = checkout(commit, tmp_path / "older")
    with valkey_servers.server(tmp_path / "bus") as bus:
        environment = {"DATABASE_URL": empty_database_url, "REDIS_URL": bus.url}
        nodes = [Node(older, environment, tmp_path / f"{name}.log") for name in ("one", "two")]
        try:
            for node in nodes:
                await asyncio.to_thread(node.start)
            with balancer(nodes) as front:
                async with two_editors([front]) as both:
                    await both.go_on()
                    if is_breaking(older):
                        how = "all stopped"
                        for node in nodes:
                            assert await asyncio.to_thread(node.stop) == 0
                    else:
                        how = "node by node"
                    await asyncio.to_thread(migrate, ROOT, environment)
                    for node in nodes:
                        if how == "node by node":
                            await both.go_on()
                            assert await asyncio.to_thread(node.stop) == 0
                        node.root = ROOT
                        await asyncio.to_thread(node.start)
                    await both.go_on()
                    if how == "node by node":  # and one of them back
                        assert await asyncio.to_thread(nodes[1].stop) == 0
                        nodes[1].root = older
                        await asyncio.to_thread(nodes[1].start)
                        await both.go_on()
                    lost = await both.lost(front)
                    with capsys.disabled():
                        told = f"{version} -> {version_of(ROOT)}, {how}: {both.told(lost)}"
                        sys.stdout.write(f"\n{told}\n")
                    assert lost == 0
        finally:
            for node in nodes:
                node.end()


def test_the_commits_are_those_of_their_versions() -> None:
    for version, commit in versions_before():
        words = ["git", "-C", str(ROOT), "merge-base", "--is-ancestor", commit, "HEAD"]
        done = subprocess.run(words, capture_output=True, check=False)
        if done.returncode == 128:
            pytest.skip(f"this clone has no commit {commit}: it has no history")
        assert done.returncode == 0, f"{version} is no version before this one"
