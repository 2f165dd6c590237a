import time
import uuid

import pytest

from persistence.journal.memory import MemoryJournal
from rooms.presence.session_permissions import SessionPermissions
from tests.persistence.journal.journal_contract import Author, JournalContract, outcomes, propose


class MemoryBench:
    """Authors are just names here."""

    def __init__(self) -> None:
        self.journal = MemoryJournal(time.time)

    async def author(self) -> Author:
        return Author(str(uuid.uuid4()), str(uuid.uuid4()))

    async def project(self, owner: Author, state: bytes = b"{}") -> str:
        project = str(uuid.uuid4())
        self.journal.create_project(project, "epoch-1", state)
        self.journal.grant(project, owner.user, "owner")
        return project

    async def grant(self, project: str, user: str, role: str, reach: str = "") -> None:
        self.journal.grant(project, user, role, reach)

    async def revoke(self, project: str, user: str) -> None:
        self.journal.revoke(project, user)

    async def permit(self, project: str, permits: SessionPermissions) -> None:
        self.journal.permit(project, permits)

    async def archive(self, project: str, archived: bool) -> None:
        self.journal.archive(project, archived)

    async def revoke_session(self, auth_session: str) -> None:
        self.journal.revoke_session(auth_session)

    async def epoch(self, project: str) -> str:
        return (await self.journal.load(project)).epoch

    async def go_back(self, project: str, to: int) -> None:
        self.journal.go_back(project, to)


@pytest.fixture
def bench() -> MemoryBench:
    return MemoryBench()


class TestMemoryJournal(JournalContract):
    """The contract, in memory."""


async def test_commit_times_stand_still_while_the_clock_runs_backwards() -> None:
    bench = MemoryBench()
    times = iter([100.0, 50.0, 101.0])
    bench.journal = MemoryJournal(lambda: next(times))
    author = await bench.author()
    project = await bench.project(author)
    await outcomes(bench.journal, *(propose(project, author) for _ in range(3)))
    entries = await bench.journal.read(project, 0, 3)
    assert [entry.committed_at for entry in entries] == [100_000, 100_000, 101_000]
