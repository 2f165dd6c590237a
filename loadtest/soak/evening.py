"""One evening in some rooms: people come, edit, vanish, come back, and go; and strangers knock."""

import asyncio
import contextlib
import random
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from loadtest.bare.bare_client import HandshakeFailed
from loadtest.bare.bare_prime import Account, BarePrime, PrimeRefused, create_project, register
from loadtest.people.person import ObserverCounts, Person, Trail
from loadtest.people.returning_member import ReturningTally, wait_for_answers
from loadtest.scenarios.people_in_rooms import fill
from loadtest.stopping import wait

EXPECTED = (OSError, TimeoutError, HandshakeFailed, PrimeRefused)
SETTLE_SECONDS = 20.0
PAUSE_SECONDS = (0.2, 0.8)
"""Between two visits of a rover, two knocks of a stranger, two calls."""

HALF = b"GET /v1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"


class Evening:
    """Rooms of its own, of always the same size, so that nothing has a reason to grow."""

    def __init__(self, url: str, seed: int, rooms: int, size: int) -> None:
        self.done: Counter[str] = Counter()
        self.tally = ReturningTally()
        self.projects: list[str] = []
        self._url = url
        self._rng = random.Random(seed)
        self._seed = seed
        self._rooms = rooms
        self._size = size
        self._people: list[Person] = []
        self._account: Account | None = None

    async def live(self, seconds: float, stop: asyncio.Event) -> None:
        """From the first who comes to the last who has gone."""
        await self._come_in()
        is_over = asyncio.Event()
        strangers = (self._rove, self._knock, self._log_in_wrongly, self._call, self._restore)
        async with asyncio.TaskGroup() as tasks:
            for person in self._people:
                tasks.create_task(person.live(is_over))
            for stranger in strangers:
                tasks.create_task(self._again_and_again(stranger, is_over))
            await wait(stop, seconds)
            is_over.set()
        unanswered = await wait_for_answers(
            [person.member for person in self._people], SETTLE_SECONDS
        )
        self.done["unanswered"] += unanswered
        for person in self._people:
            person.member.leave()

    async def _come_in(self) -> None:
        self._account = await register(self._url)
        counts = ObserverCounts()
        for room in range(self._rooms):
            project = await create_project(self._account, f"soak {room}")
            await fill(self._account, project)
            self.projects.append(project)
            trails: dict[str, Trail] = {}
            for place_in_room in range(self._size):
                number = (
                    room * self._size + place_in_room + 9 * (place_in_room == 0)
                )  # one of each room vanishes
                args = (
                    self._account,
                    number,
                    project,
                    trails,
                    self.tally,
                    counts,
                    self._seed,
                )
                self._people.append(Person(*args, times_others=False))
        for person in self._people:
            await person.enter()

    async def _again_and_again(
        self, do: Callable[[], Awaitable[None]], is_over: asyncio.Event
    ) -> None:
        while not is_over.is_set():
            with contextlib.suppress(*EXPECTED):
                await do()
                self.done[do.__name__.strip("_")] += 1
            await wait(is_over, self._rng.uniform(*PAUSE_SECONDS))

    # The others.

    @contextlib.asynccontextmanager
    async def _device(self, name: str, token: str | None = None):  # type: ignore[no-untyped-def]
        prime = await BarePrime.open(self._url, f"{name} {secrets.token_hex(3)}", token)
        try:
            yield prime
        finally:
            prime.close()

    @property
    def _token(self) -> str:
        assert self._account is not None
        return self._account.token

    async def _rove(self) -> None:
        """Into a room and out again, over one connection."""
        async with self._device("rover", self._token) as prime:
            for project in self.projects:
                await prime.join(project)
                prime.send({"t": "presence", "project": project, "cursor": {"time": 1.0}})
                prime.send({"t": "leave", "id": "out", "project": project})

    async def _knock(self) -> None:
        """Half a handshake, and a connection that says nothing."""
        address = urlsplit(self._url)
        for bytes_sent in (HALF, b"", b"\x16\x03\x01 no request at all\r\n\r\n"):
            _, writer = await asyncio.open_connection(address.hostname, address.port)
            writer.write(bytes_sent)
            await asyncio.sleep(0.05)
            writer.transport.abort()
        with contextlib.suppress(PrimeRefused):
            async with self._device("forger", "not.a.token"):
                pass

    async def _log_in_wrongly(self) -> None:
        async with self._device("stranger") as prime:
            with contextlib.suppress(PrimeRefused):
                nobody = f"{secrets.token_hex(4)}@nowhere.example"
                await prime.call("auth.login", email=nobody, password="wrong wrong wrong")

    async def _call(self) -> None:
        project = self._rng.choice(self.projects)
        async with self._device("caller", self._token) as prime:
            await prime.call("history.list", project=project, limit=20)
            await prime.call("projects.list")
            await prime.call("snapshots.list", project=project)

    async def _restore(self) -> None:
        """Back to what was just before."""
        project = self._rng.choice(self.projects)
        async with self._device("restorer", self._token) as prime:
            snapshot = await prime.call("snapshots.create", project=project, name="a take")
            await asyncio.sleep(0.2)
            name = f"restore-{secrets.token_hex(6)}"
            await prime.call("snapshots.restore", project=project, snapshot=snapshot["id"], id=name)
