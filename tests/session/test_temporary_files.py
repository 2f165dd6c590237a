"""Tests write to memory where there is enough of it, and where pytest is not told a place."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.session.temporary_files import LEAST_BYTES, OF_ALL, ROOT, write_to_memory


class Stands:
    """For what a machine says of itself."""

    def __init__(self, **values: int) -> None:
        self.__dict__.update(values)


def say(value: Stands) -> Callable[..., Any]:
    return lambda *_: value


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with room."""
    monkeypatch.setattr(shutil, "disk_usage", say(Stands(free=LEAST_BYTES)))
    monkeypatch.setattr(psutil, "virtual_memory", say(Stands(available=LEAST_BYTES)))
    monkeypatch.setattr(os, "statvfs", say(Stands(f_flag=0)))


def chosen(where: Path, **given: str) -> list[str | None]:
    environment = dict(given)
    write_to_memory(environment, where)
    return [environment.get(name) for name in (ROOT, OF_ALL)]


@pytest.mark.usefixtures("large")
def test_a_machine_with_room_has_them_in_memory(tmp_path: Path) -> None:
    assert chosen(tmp_path) == [str(tmp_path), str(tmp_path)]


@pytest.mark.usefixtures("large")
def test_who_names_a_place_gets_it(tmp_path: Path) -> None:
    places = {ROOT: "/elsewhere", OF_ALL: "/another"}
    assert chosen(tmp_path, **places) == list(places.values())


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (shutil, "disk_usage", Stands(free=LEAST_BYTES - 1)),
        (psutil, "virtual_memory", Stands(available=LEAST_BYTES - 1)),
        (os, "statvfs", Stands(f_flag=os.ST_NOEXEC)),
    ],
    ids=["little space", "little memory", "no programs may run there"],
)
def test_without_room_they_stay_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, value: Stands
) -> None:
    monkeypatch.setattr(module, name, say(value))
    assert chosen(tmp_path) == [None, None]


def test_where_there_is_no_such_folder_they_stay_on_disk(tmp_path: Path) -> None:
    assert chosen(tmp_path / "none") == [None, None]
