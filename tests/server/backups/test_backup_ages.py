"""How old backups are: not known before the first look, endless if none was ever made."""

import math
from typing import Any

import pytest

from persistence.backups import backup_runs
from server.backups.backup_ages import BackupAges


async def test_ages_are_those_of_the_database_and_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ages(_db: Any) -> dict[str, float]:
        return {"backup": 100.0}

    monkeypatch.setattr(backup_runs, "ages", ages)
    read: Any = None
    backups = BackupAges(read)
    assert math.isnan(backups.age("backup"))
    await backups.look()
    first = backups.age("backup")
    assert 100.0 <= first <= backups.age("backup")
    assert backups.age("rehearsal") == math.inf
