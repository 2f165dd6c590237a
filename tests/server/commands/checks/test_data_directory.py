"""Where the embedded servers would be: what `serve` would fail on is told before."""

import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from server.commands.checks import data_directory as module
from server.commands.checks.data_directory import data_directory
from server.commands.checks.finding import CheckFailed, DoubtfulFinding
from server.settings.reading import read_settings
from server.settings.settings import Settings

Usage = namedtuple("Usage", "total used free")


def on(data: Path | str, **variables: str) -> Settings:
    return read_settings({"data": str(data)}, variables)


async def test_one_that_can_be_made_is_not_made(tmp_path: Path) -> None:
    wanted = tmp_path / "a" / "b"
    assert "made by ./run serve" in await data_directory(on(wanted))
    assert not wanted.parent.exists()
    wanted.mkdir(parents=True)
    assert ", there;" in await data_directory(on(wanted))


async def test_where_nothing_can_be_made_it_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CheckFailed, match="of the kernel"):
        await data_directory(on("/proc/nope"))
    (tmp_path / "file").touch()
    with pytest.raises(CheckFailed, match="is a file"):
        await data_directory(on(tmp_path / "file" / "data"))
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(CheckFailed, match=f"may not write in {tmp_path}"):
        await data_directory(on(tmp_path / "data"))


async def test_room_on_the_disk_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = module.LEAST_FREE - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10 << 40, 0, free))
    with pytest.raises(CheckFailed, match="make room"):
        await data_directory(on(tmp_path))
    free = module.ENOUGH_FREE - 1
    with pytest.raises(DoubtfulFinding, match="make room"):
        await data_directory(on(tmp_path))


async def test_one_that_no_embedded_server_needs_is_not_looked_at() -> None:
    url = {"DATABASE_URL": "postgresql://prime@127.0.0.1:1/prime"}
    for redis in ("", "redis://127.0.0.1:1"):
        assert "not used" in await data_directory(on("/proc/nope", **url, REDIS_URL=redis))
    with pytest.raises(CheckFailed):
        await data_directory(on("/proc/nope", **url))
