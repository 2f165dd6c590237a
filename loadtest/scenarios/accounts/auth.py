"""The scenario `auth`: logins, refreshes and ended logins while others guess passwords."""

import argparse
import asyncio
import contextlib
import gc
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from loadtest.bare.bare_prime import BarePrime, PrimeRefused
from loadtest.load.generator_checks import LoopLag, disturbed, problems, verdict
from loadtest.nodes.cores import divide
from loadtest.nodes.node_metrics import longest, scrape
from loadtest.nodes.pinned_node import allow_files, kept_waiting_seconds
from loadtest.nodes.two_local_nodes import two_local_nodes
from loadtest.peers.running import Running, pinned_nodes
from loadtest.percentiles import percentile, summary
from loadtest.reports.console_output import wide_console
from loadtest.reports.report_table import Target
from loadtest.reports.scenario_report import ScenarioReport
from loadtest.scenarios.accounts.login_attempts import (
    PASSWORD,
    KnownAccount,
    RightLogins,
    WrongLogins,
    from_address,
    patiently,
)
from loadtest.stopping import beside
from prime_client.connecting.codec import Message

LOOP_LATE = "prime_probe_late_seconds"
LATE_EVERY_SECONDS = 0.2
REVOKED = 4501
CLOSE_SECONDS = 10.0
EDITS_PER_SECOND = 20.0
ENVIRONMENT = {
    "PRIME_PROXIES": "127.0.0.0/8",
    "PRIME_STALL_PROBE": "1",
    "PRIME_LIMITS": (
        "sockets_per_address=0,strangers_per_address=0,strangers=0,connects_per_second=0,"
        "stranger_calls_per_second=0,refreshes_per_hour=0,"
        "sockets_per_user=0,registrations_per_hour=0,ops_per_second=0,logins_per_user=0"
    ),
}
"""Wrong passwords are held back as they always are; what the load test does itself is not."""

LEAD = (
    "Two nodes on one PostgreSQL and Valkey. Some log in rightly on one of them, again and again, "
    "while a room there is edited; then the same while wrong passwords arrive from many networks, "
    "of accounts that exist and of others. Then logins are ended on one node, until their sockets "
    "on the other are closed; and tokens are refreshed, as many as are answered. The lateness of "
    "the loop is the longest of each fifth of a second, at p99."
)

TARGETS = (
    Target("loop_lag_p99_ms", 20),
    Target("revoked_close_ms", 1_000),
    Target("revoked_not_closed", 0),
)


async def run_auth(arguments: argparse.Namespace) -> dict[str, Any]:
    """All of it, on two nodes that end with it."""
    console = wide_console()
    allow_files(arguments.networks + arguments.revocations * 2 + arguments.refreshers + 100)
    cores = divide()
    cores.pin_this_process()
    gc.disable()  # a collection would be told as the server's delay
    try:
        with tempfile.TemporaryDirectory(prefix="prime-load-") as directory:
            async with two_local_nodes(Path(directory), ENVIRONMENT) as nodes:
                bench = _Bench(pinned_nodes(nodes, cores), arguments, console)
                report = {**await bench.run(), "cores": cores.in_words}
    finally:
        gc.enable()
    ScenarioReport("auth: logins, and who guesses passwords", LEAD, TARGETS, bench.curves).show(
        report, arguments.report, console
    )
    return report


class _Bench:
    """`nodes`: the first takes the logins, the second has the sockets that are to be closed."""

    def __init__(self, nodes: Running, arguments: argparse.Namespace, console: Console) -> None:
        self._first_url, self._second_url = nodes.urls
        self._pid = nodes.pids[0]
        self._arguments = arguments
        self._console = console
        self.curves: dict[str, Sequence[float]] = {}

    async def run(self) -> dict[str, Any]:
        """The whole scenario."""
        accounts = [_someone(f"203.0.{n}.7") for n in range(4)]
        doors = [(account, await self._register(account)) for account in accounts]
        owner = doors[0][1]
        project = str((await owner.call("projects.create", name="edited meanwhile"))["id"])
        tokens = await patiently(owner, "auth.login", email=accounts[0].email, password=PASSWORD)
        writer = await BarePrime.open(self._first_url, "writer", tokens["access_token"])
        await writer.join(project)
        waited, began_at = kept_waiting_seconds(self._pid), time.perf_counter()
        async with LoopLag() as lag:
            quiet = await self._phase("without wrong logins", doors, writer, project, None)
            guesses = WrongLogins(
                await self._guessers(),
                self._arguments.wrong_per_second,
                [known_account.email for known_account in accounts]
                + [f"nobody{n}@load.example" for n in range(400)],
            )
            loud = await self._phase("while wrong logins arrive", doors, writer, project, guesses)
            closed_ms = await self._revoked()
            refreshes = await self._refreshes()
        waited = (kept_waiting_seconds(self._pid) - waited) / (time.perf_counter() - began_at)
        guess_count = self._arguments.wrong_per_second * self._arguments.seconds
        faults = problems(lag.ms, lag.cpu_percent, guesses.sent, guess_count) + disturbed(
            waited * 100
        )
        self.curves |= {"ended elsewhere: until the socket is closed": closed_ms}
        return {
            **loud,
            **{f"{name}_without": value for name, value in quiet.items()},
            "wrong_sent": guesses.sent,
            "wrong_answers": dict(guesses.answers),
            "revoked_close_ms": _rounded(percentile(closed_ms, 99)),
            "revocations": len(closed_ms),
            "revoked_not_closed": self._arguments.revocations - len(closed_ms),
            "refreshes_per_s": refreshes,
            "generator_lag_ms": lag.summary,
            **verdict(faults),
        }

    async def _phase(
        self,
        name: str,
        doors: list[tuple[KnownAccount, BarePrime]],
        writer: BarePrime,
        project: str,
        wrong: WrongLogins | None,
    ) -> dict[str, Any]:
        seconds, right = self._arguments.seconds, RightLogins()
        acks: list[float] = []
        with self._console.status(name):
            async with self._lateness() as lateness:
                await asyncio.gather(
                    right.run(doors, seconds),
                    _edit(writer, project, seconds, acks),
                    *([] if wrong is None else [wrong.run(seconds)]),
                )
        self.curves |= {f"right logins, {name}": right.login_ms, f"acks, {name}": acks}
        return {
            "logins_per_s": round(len(right.login_ms) / seconds, 1),
            "p99_ms": _rounded(percentile(right.login_ms, 99)),
            "login_ms": summary(right.login_ms),
            "logins_told_to_wait": dict(right.refused),
            "ack_p99_ms": _rounded(percentile(acks, 99)),
            "loop_lag_p99_ms": _rounded(percentile(lateness, 99)),
        }

    async def _register(self, known_account: KnownAccount) -> BarePrime:
        door = await BarePrime.open(
            self._first_url, "right", headers=from_address(known_account.address)
        )
        name = known_account.email.partition("@")[0]
        params = {"email": known_account.email, "username": name, "password": PASSWORD}
        known_account.user = (await patiently(door, "auth.register", **params))["user"]["id"]
        return door

    async def _guessers(self) -> list[BarePrime]:
        networks = range(self._arguments.networks)
        addresses = [f"198.{18 + n // 250}.{n % 250}.9" for n in networks]
        return [
            await BarePrime.open(self._first_url, "wrong", headers=from_address(at))
            for at in addresses
        ]

    async def _revoked(self) -> list[float]:
        """How long each took from the call on one node to the close on the other, in ms."""
        ann = _someone("203.0.99.7")
        durations_ms: list[float] = []
        (await self._register(ann)).close()
        with self._console.status("ending logins"):
            for _ in range(self._arguments.revocations):
                connection = await BarePrime.open(
                    self._first_url, "ending", headers=from_address(ann.address)
                )
                tokens = await patiently(
                    connection, "auth.login", email=ann.email, password=PASSWORD
                )
                other_prime = await BarePrime.open(
                    self._second_url, "ended", tokens["access_token"]
                )
                connection_ended: asyncio.Future[object] = (
                    asyncio.get_running_loop().create_future()
                )
                other_prime.connection.on_lost = connection_ended.set_result
                began_at = time.perf_counter()
                await connection.call("auth.logout")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CLOSE_SECONDS):
                        await connection_ended
                if other_prime.connection.close_code == REVOKED:
                    durations_ms.append((time.perf_counter() - began_at) * 1_000)
                connection.close()
        return durations_ms

    async def _refreshes(self) -> float:
        """A second, each connection with a login of its own."""
        seconds: float = self._arguments.seconds
        refresh_count = 0

        async def refresh_on(door: BarePrime, token: str, end: float) -> None:
            nonlocal refresh_count
            while time.perf_counter() < end:
                try:
                    tokens = await door.call("auth.refresh", refresh_token=token)
                except PrimeRefused:
                    return
                token = tokens["refresh_token"]
                refresh_count += 1

        ann = _someone("203.0.98.7")
        door, login = await self._register(ann), {"email": ann.email, "password": PASSWORD}
        count = range(self._arguments.refreshers)
        refresh_tokens = [
            (await patiently(door, "auth.login", **login))["refresh_token"] for _ in count
        ]
        doors = [await BarePrime.open(self._first_url, "refreshing") for _ in count]
        with self._console.status("refreshing"):
            end = time.perf_counter() + seconds
            doors_and_tokens = zip(doors, refresh_tokens, strict=True)
            await asyncio.gather(
                *(refresh_on(own_door, token, end) for own_door, token in doors_and_tokens)
            )
        return round(refresh_count / seconds, 1)

    @asynccontextmanager
    async def _lateness(self) -> AsyncIterator[list[float]]:
        """The longest of the first node's loop in each fifth of a second, in ms."""
        lateness: list[float] = []

        async def watch() -> None:
            after = await scrape(self._first_url)  # what was before is not told
            while True:
                await asyncio.sleep(LATE_EVERY_SECONDS)
                before, after = after, await scrape(self._first_url)
                lateness.append(longest(before, after, LOOP_LATE) or 0.0)

        async with beside(watch()):
            yield lateness


def _someone(at: str) -> KnownAccount:
    return KnownAccount(f"{secrets.token_hex(6)}@load.example", at)


async def _edit(writer: BarePrime, project: str, seconds: float, acks: list[float]) -> None:
    """Twenty deltas a second, each timed from when it was due to its ack."""
    due_by_id: dict[str, float] = {}

    def received(message: Message) -> None:
        due_at = due_by_id.pop(str(message.get("id")), None)
        if message["t"] == "ack" and due_at is not None:
            acks.append((time.perf_counter() - due_at) * 1_000)

    writer.on_message = received
    began_at, batch = time.perf_counter(), secrets.token_hex(4)
    for number in range(int(seconds * EDITS_PER_SECOND)):
        due_at = began_at + number / EDITS_PER_SECOND
        await asyncio.sleep(max(0.0, due_at - time.perf_counter()))
        delta_id = f"auth-{batch}-{number:05}"
        due_by_id[delta_id] = due_at
        op = {"op": "set", "col": "project", "id": "project", "props": {"name": f"take {number}"}}
        writer.send({"t": "delta", "project": project, "id": delta_id, "ops": [op]})
    await asyncio.sleep(1.0)  # what was sent last is answered


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
