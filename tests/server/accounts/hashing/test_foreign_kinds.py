"""How long a wrong password takes, by the kinds of hashes that there are: no clock is read."""

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any

import bcrypt
import pytest

from persistence.errors import Unavailable
from persistence.pool import Database
from persistence.tables import auth_credentials
from server.accounts.hashing.costs import HashCosts
from server.accounts.hashing.foreign_kinds import ROOM, ForeignKinds
from server.accounts.hashing.hashes import Hashes
from server.accounts.hashing.hashing_queue import HashingQueue, TooBusy
from server.metrics.metrics import uncounted
from server.tasks.supervisor import Supervisor
from tests.persistence.planted_rows import make_user
from tests.server.conftest import eventually

CHEAP = HashCosts(time_cost=1, memory_cost=8, parallelism=1)
RIGHT, WRONG = "correct horse", "wrong horse"
COSTS = {4: 0.3, 5: 0.9}
"""Cost of bcrypt -> seconds that a hash takes, on the clock of these tests."""

NO_DATABASE: Any = None
"""For tests that put something in its place."""


class Timed(Hashes):
    """Each verification moves the clock by what its kind takes."""

    def __init__(self) -> None:
        super().__init__(CHEAP)
        self.now = 0.0

    def is_right(self, stored: str | None, password: str) -> bool:
        is_bcrypt = stored is not None and stored.startswith("$2b$")
        self.now += COSTS[int(stored.split("$")[2])] if is_bcrypt and stored else 0.02
        return super().is_right(stored, password)


class Watched(HashingQueue):
    """`paused`: how long the answers to wrong passwords were kept back."""

    def __init__(self) -> None:
        self.hashes = Timed()
        self.paused: list[float] = []
        super().__init__(CHEAP, lambda: self.hashes.now, self._keep_back)
        self._hashes = self.hashes

    async def _keep_back(self, seconds: float) -> None:
        self.paused.append(seconds)

    async def refused_after(self, stored: str | None, password: str = WRONG) -> float:
        """What passes on the clock until a wrong password is refused, the pause in it."""
        self.paused.clear()
        began = self.hashes.now
        assert not await self.verify(password, stored, "here")
        return self.hashes.now - began + sum(self.paused)


def of_bcrypt(cost: int) -> str:
    return bcrypt.hashpw(RIGHT.encode(), bcrypt.gensalt(cost)).decode()


@pytest.fixture
def passwords() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    watched.close()


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is in the database, as a test changes it."""
    kinds: dict[str, str] = {}

    async def foreign_kinds(_db: object, most: int) -> dict[str, str]:
        return dict(itertools.islice(kinds.items(), most))

    monkeypatch.setattr(auth_credentials, "foreign_kinds", foreign_kinds)
    return kinds


@pytest.mark.usefixtures("found")
async def test_A71_where_all_hashes_are_ours_nothing_is_kept_back(passwords: Watched) -> None:
    await ForeignKinds(passwords).look(NO_DATABASE)
    assert await passwords.refused_after(passwords.hashes.make(RIGHT)) == pytest.approx(0.02)
    assert passwords.least_seconds == 0.0


async def test_A71_whatever_an_account_has_a_wrong_password_takes_as_long_as_the_slowest_kind(
    found: dict[str, str], passwords: Watched
) -> None:
    kinds = ForeignKinds(passwords)
    found |= {"$2b$04": of_bcrypt(4), "$2b$05": of_bcrypt(5)}
    await kinds.look(NO_DATABASE)
    everyone = [*found.values(), passwords.hashes.make(RIGHT), None, "no hash"]
    took = [await passwords.refused_after(stored) for stored in everyone]
    assert took == pytest.approx([ROOM * COSTS[5]] * len(everyone))
    passwords.paused.clear()
    assert await passwords.verify(RIGHT, found["$2b$05"], "here")
    assert passwords.paused == [], "what is right is answered at once"


async def test_A71_a_kind_is_measured_once_and_forgotten_with_its_last_account(
    found: dict[str, str], passwords: Watched
) -> None:
    kinds = ForeignKinds(passwords)
    found |= {"$2b$04": of_bcrypt(4), "$2b$05": of_bcrypt(5)}
    await kinds.look(NO_DATABASE)
    before = passwords.hashes.now
    await kinds.look(NO_DATABASE)
    assert passwords.hashes.now == before
    del found["$2b$05"]
    await kinds.look(NO_DATABASE)
    assert passwords.least_seconds == pytest.approx(ROOM * COSTS[4])
    found.clear()
    await kinds.look(NO_DATABASE)
    assert passwords.least_seconds == 0.0


async def test_A71_where_hashing_is_busy_a_kind_is_measured_at_the_next_look(
    found: dict[str, str], passwords: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = ForeignKinds(passwords)
    found["$2b$04"] = of_bcrypt(4)

    async def measure(_hash: str) -> float:
        raise TooBusy

    with monkeypatch.context() as busy:
        busy.setattr(passwords, "measure", measure)
        await kinds.look(NO_DATABASE)
    assert passwords.least_seconds == 0.0
    await kinds.look(NO_DATABASE)
    assert passwords.least_seconds == pytest.approx(ROOM * COSTS[4])


async def test_A71_kinds_are_looked_for_anew_also_after_the_database_was_away(
    passwords: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[dict[str, str] | Unavailable] = [Unavailable("away"), {"bcrypt$4": of_bcrypt(4)}]

    async def found(_db: object, most: int) -> dict[str, str]:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    monkeypatch.setattr(auth_credentials, "foreign_kinds", found)
    kinds = ForeignKinds(passwords)
    supervisor = Supervisor(asyncio.create_task, uncounted)
    supervisor.repeat("kinds", 0.0, lambda: kinds.look(NO_DATABASE), at_once=True)

    async def is_known() -> bool:
        return passwords.least_seconds > 0.0

    await eventually(is_known)
    supervisor.stop()


@pytest.mark.postgres
async def test_A71_a_node_finds_the_kinds_of_imported_accounts(
    database: Database, passwords: Watched
) -> None:
    for stored in (of_bcrypt(4), of_bcrypt(5)):
        user = await make_user(database)
        await auth_credentials.create_password(database, user.id, stored)
    await ForeignKinds(passwords).look(database)
    assert passwords.least_seconds == pytest.approx(ROOM * COSTS[5])
