"""Where a rehearsal may be: what cannot be is refused with what can."""

import importlib.util
from pathlib import Path

import pytest

from machine.terminals.progress import tell_nobody
from server.backups import backup_directory
from server.backups.backup_directory import NotKept
from server.backups.command_output import EndWords
from server.backups.rehearsing import EMBEDDED, SERVER, rehearse
from tests.server.backups.test_backup_directory import whole


async def test_without_an_embedded_server_another_is_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a package."""
    whole(tmp_path, 1)
    newest = backup_directory.newest(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(NotKept, match=r"there is no PostgreSQL to start here .* leave out --on"):
        await rehearse(newest, EMBEDDED, None, None, tell_nobody, EndWords())
    with pytest.raises(NotKept, match="which server") as refused:
        await rehearse(newest, SERVER, None, None, tell_nobody, EndWords())
    assert EMBEDDED not in str(refused.value)
    monkeypatch.undo()
    with pytest.raises(NotKept, match=f"--data .* --on {EMBEDDED}"):
        await rehearse(newest, SERVER, None, None, tell_nobody, EndWords())
