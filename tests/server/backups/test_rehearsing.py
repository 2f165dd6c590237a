"""Where a rehearsal may be: what cannot be is refused with what can."""

import importlib.util
from pathlib import Path

import pytest

from machine.terminals.progress import tell_nobody
from server.backups import backup_directory, rehearsing
from server.backups.backup_directory import NotKept
from server.backups.command_output import EndWords
from server.backups.rehearsing import EMBEDDED, SERVER, rehearse
from tests.server.backups.test_backup_directory import whole
from tests.server.conftest import Node, create_project
from tests.server.wire import marker


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


@pytest.mark.postgres
@pytest.mark.node
async def test_whoever_waits_is_told_how_many_deltas_of_all_projects_are_replayed(
    node: Node, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.states.journal_audit.TOLD_EVERY", 2)
    ann = await node.musician("ann")
    for _ in range(2):
        project = await create_project(ann)
        await ann.join(project)
        for number in range(5):
            await ann.edit(project, marker(f"marker_{number}"))
    told: list[tuple[str, int, int]] = []

    def tell(text: str, done: int = 0, of: int = 0, /) -> None:
        told.append((text, done, of))

    assert await rehearsing._audit_all(database_url, tell) == []
    first, second = "replaying project 1 of 2", "replaying project 2 of 2"
    assert told == [
        *((first, done, 10) for done in (0, 2, 4)),
        *((second, done, 10) for done in (5, 7, 9)),
    ]
