"""A node of one's own: up, killed, up again at the same address, and gone in the end."""

from pathlib import Path

import psutil
import pytest

from machine.children.child_program import ServerFailed, child_environment
from machine.local_node import LocalNode
from prime_client.client import Client

pytestmark = [pytest.mark.node, pytest.mark.postgres, pytest.mark.slow]


async def test_killed_and_started_again_it_has_the_same_address_and_data(tmp_path: Path) -> None:
    before = set(psutil.Process().children())
    async with LocalNode(tmp_path / "data") as node:
        url = node.url
        async with Client(url, device="desk") as client:
            await client.register("ada@example.org", "ada", "a long password")
        assert node.rss_mb > 1
        await node.kill()
        assert not node.is_running
        assert node.rss_mb == 0
        assert await node.start() == url
        async with Client(url, device="desk") as client:
            assert (await client.login("ada@example.org", "a long password"))["username"] == "ada"
    assert set(psutil.Process().children()) == before
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(tmp_path) in _words(p)]


def _words(process: psutil.Process) -> str:
    """Its command line; empty of one that has just ended."""
    return " ".join(process.info["cmdline"] or ())


async def test_a_node_that_cannot_start_says_why(tmp_path: Path) -> None:
    node = LocalNode(tmp_path / "data", database_url="no database")
    with pytest.raises(ServerFailed, match="must be a database URL"):
        await node.start()
    await node.stop()


async def test_a_node_whose_directory_is_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for data in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ServerFailed, match=r"file is no directory; name another$"):
            await LocalNode(data).start()
    (tmp_path / "data" / "postgres-launcher.log").mkdir(parents=True)
    with pytest.raises(ServerFailed, match=r"postgres-launcher\.log: Is a directory$"):
        await LocalNode(tmp_path / "data").start()


def test_what_a_child_is_told_is_told_by_no_file_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL_FILE", "/run/secrets/url")
    monkeypatch.setenv("PRIME_SECRET_FILE", "/run/secrets/prime")
    told = child_environment({"DATABASE_URL": "postgresql:///x"})
    assert "DATABASE_URL_FILE" not in told
    assert told["PRIME_SECRET_FILE"] == "/run/secrets/prime"
    assert told["DATABASE_URL"] == "postgresql:///x"
