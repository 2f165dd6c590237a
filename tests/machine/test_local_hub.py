"""A hub of one's own: up, killed, up again at the same address, and gone in the end."""

from pathlib import Path

import psutil
import pytest

from machine.children.child_program import child_environment
from machine.local_hub import HubFailed, LocalHub
from prime_client.client import Client

pytestmark = [pytest.mark.hub, pytest.mark.postgres, pytest.mark.slow]


async def test_killed_and_started_again_it_has_the_same_address_and_data(tmp_path: Path) -> None:
    before = set(psutil.Process().children())
    async with LocalHub(tmp_path / "data") as hub:
        url = hub.url
        async with Client(url, device="desk") as client:
            await client.register("ada@example.org", "ada", "a long password")
        assert hub.rss_mb > 1
        await hub.kill()
        assert not hub.is_running
        assert hub.rss_mb == 0
        assert await hub.start() == url
        async with Client(url, device="desk") as client:
            assert (await client.login("ada@example.org", "a long password"))["username"] == "ada"
    assert set(psutil.Process().children()) == before
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(tmp_path) in _words(p)]


def _words(process: psutil.Process) -> str:
    """Its command line; empty of one that has just ended."""
    return " ".join(process.info["cmdline"] or ())


async def test_a_hub_that_cannot_start_says_why(tmp_path: Path) -> None:
    hub = LocalHub(tmp_path / "data", database_url="no database")
    with pytest.raises(HubFailed, match="must be a database URL"):
        await hub.start()
    await hub.stop()


async def test_a_hub_whose_directory_is_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for data in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(HubFailed, match=r"file is no directory; name another$"):
            await LocalHub(data).start()
    (tmp_path / "data" / "postgres-launcher.log").mkdir(parents=True)
    with pytest.raises(HubFailed, match=r"postgres-launcher\.log: Is a directory$"):
        await LocalHub(tmp_path / "data").start()


def test_what_a_child_is_told_is_told_by_no_file_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL_FILE", "/run/secrets/url")
    monkeypatch.setenv("PRIME_SECRET_FILE", "/run/secrets/prime")
    told = child_environment({"DATABASE_URL": "postgresql:///x"})
    assert "DATABASE_URL_FILE" not in told
    assert told["PRIME_SECRET_FILE"] == "/run/secrets/prime"
    assert told["DATABASE_URL"] == "postgresql:///x"
