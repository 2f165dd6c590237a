"""The faults: each does its harm for a while, lifts it, and says whom it hit."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from loadtest.faults import foreign_faults
from loadtest.faults.fault_proxy import Direction, FaultProxy
from loadtest.faults.proxied_cluster import ProxiedCluster
from loadtest.people.recorded_musician import Echo
from prime_client.connecting.connection import CouldNotOpen

DOWN_SECONDS = 0.5
"""A server that was ended stays so for as long, at least: others have to notice."""

UNHEARD_SECONDS = 0.6
SLOW_SECONDS = 0.25
NARROW_BYTES_PER_SECOND = 6_000.0
ECHOES = 3

Harm = Callable[[ProxiedCluster, float], Awaitable[str]]
WAYS: tuple[tuple[Direction, ...], ...] = (
    (Direction.UP,),
    (Direction.DOWN,),
    (Direction.UP, Direction.DOWN),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """`harm`: with the seconds it is to last; returns whom it hit. `stops_acks`: for everyone.

    `needs`: what else must be well meanwhile, by the first words of names. `must_hit`: what a run
    says of it that hit nothing. `explains`: alarming counters that it makes rise, rightly.
    """

    name: str
    harm: Harm
    stops_acks: bool = False
    needs: frozenset[str] = frozenset()
    must_hit: str = ""
    explains: frozenset[str] = frozenset()

    @property
    def families(self) -> frozenset[str]:
        """What it hurts or needs: `node`, `postgres`, `redis`, `clients`, `deltas` and the like."""
        return self.needs | {self.name.split("_")[0]}


async def _kill_node(stage: ProxiedCluster, _seconds: float) -> str:
    node = stage.next_node()
    await stage.worst_moment()
    await node.kill()
    await asyncio.sleep(DOWN_SECONDS)
    await node.start()
    return node.directory.name


async def _stop_node(stage: ProxiedCluster, _seconds: float) -> str:
    node = stage.next_node()
    status = await node.leave()
    if status != 0:
        stage.problems.append(f"{node.directory.name} answered SIGTERM with status {status}")
    await node.start()
    return node.directory.name


async def _freeze_node(stage: ProxiedCluster, seconds: float) -> str:
    node = stage.next_node()
    node.freeze()
    try:
        await asyncio.sleep(seconds)
    finally:
        node.thaw()
    return node.directory.name


def _restart_postgres(number: signal.Signals) -> Harm:
    async def restart(stage: ProxiedCluster, _seconds: float) -> str:
        await stage.worst_moment()
        await stage.cluster.postgres.end(number)
        await asyncio.sleep(DOWN_SECONDS)
        await stage.cluster.start_postgres()
        return "PostgreSQL"

    return restart


async def _cut_postgres(stage: ProxiedCluster, seconds: float) -> str:
    """A commit under way is unknown then; so again and again, of one node or of all of them."""
    name, ways = stage.next_ways()
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        chosen_ways = stage.rng.choice(([ways], stage.node_ways))
        await stage.worst_moment()
        for way in chosen_ways:
            way.postgres.cut()
        await asyncio.sleep(stage.rng.uniform(0.1, 0.4))
    return f"{name} and, now and then, all"


async def _stall_postgres(stage: ProxiedCluster, seconds: float) -> str:
    name, ways = stage.next_ways()
    direction = stage.rng.choice(WAYS)
    return await _for(seconds, ways.postgres, lambda: ways.postgres.stall(*direction), name)


async def _kill_valkey(stage: ProxiedCluster, _seconds: float) -> str:
    await stage.cluster.valkey.end(signal.SIGKILL)
    await asyncio.sleep(DOWN_SECONDS)
    await stage.cluster.start_valkey()
    return "Valkey"


async def _stall_valkey(stage: ProxiedCluster, seconds: float) -> str:
    stage.cluster.valkey.send(signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        stage.cluster.valkey.send(signal.SIGCONT)
    return "Valkey"


async def _partition_valkey(stage: ProxiedCluster, seconds: float) -> str:
    name, ways = stage.next_ways()
    return await _for(seconds, ways.redis, ways.redis.stall, name)


async def _for(seconds: float, proxy: FaultProxy, begin: Callable[[], None], name: str) -> str:
    begin()
    try:
        await asyncio.sleep(seconds)
    finally:
        proxy.heal()
    return name


async def _cut_clients(stage: ProxiedCluster, _seconds: float) -> str:
    """What they sent is stored by then, and the answers are lost: they have to send it again."""
    chosen_links = stage.some_links()
    for _, link in chosen_links:
        link.stall(Direction.DOWN)
    await asyncio.sleep(UNHEARD_SECONDS)
    for _, link in chosen_links:
        link.refuse()
    await asyncio.sleep(DOWN_SECONDS)
    return _heal(chosen_links)


async def _stall_clients(stage: ProxiedCluster, seconds: float) -> str:
    chosen_links = stage.some_links()
    for _, link in chosen_links:
        link.stall(*stage.rng.choice(WAYS))
    await asyncio.sleep(seconds)
    return _heal(chosen_links)


async def _delay_clients(stage: ProxiedCluster, seconds: float) -> str:
    chosen_links = stage.some_links()
    for _, link in chosen_links:
        link.delay(SLOW_SECONDS)
    await asyncio.sleep(seconds)
    return _heal(chosen_links)


async def _throttle_clients(stage: ProxiedCluster, seconds: float) -> str:
    chosen_links = stage.some_links()
    for _, link in chosen_links:
        link.throttle(NARROW_BYTES_PER_SECOND)
    await asyncio.sleep(seconds)
    return _heal(chosen_links)


async def _half_close_clients(stage: ProxiedCluster, seconds: float) -> str:
    chosen_links = stage.some_links()
    for _, link in chosen_links:
        link.half_close(stage.rng.choice(list(Direction)))
    await asyncio.sleep(seconds)
    return _heal(chosen_links)


def _heal(proxies: list[tuple[str, FaultProxy]]) -> str:
    for _, link in proxies:
        link.heal()
    return ", ".join(name for name, _ in proxies)


async def _send_again(stage: ProxiedCluster, seconds: float) -> str:
    """Through the balancer, so that mostly another node gets them."""
    chosen_musicians = stage.rng.sample(stage.musicians, min(ECHOES, len(stage.musicians)))
    echoes = [Echo(musician, stage.cluster.url, stage.history) for musician in chosen_musicians]
    results = await asyncio.gather(*(echo.run(seconds) for echo in echoes), return_exceptions=True)
    for error in results:
        if isinstance(error, BaseException) and not isinstance(error, CouldNotOpen):
            raise error
    stage.echoes_acked += sum(echo.acked for echo in echoes)
    return ", ".join(musician.name for musician in chosen_musicians)


FAULTS = (
    Fault("node_killed", _kill_node),
    Fault("node_stopped", _stop_node),
    Fault("node_frozen", _freeze_node),
    Fault("postgres_restarted_fast", _restart_postgres(signal.SIGINT), stops_acks=True),
    Fault("postgres_restarted_immediate", _restart_postgres(signal.SIGQUIT), stops_acks=True),
    Fault("postgres_cut", _cut_postgres),
    Fault("postgres_stalled", _stall_postgres),
    Fault("redis_killed", _kill_valkey),
    Fault("redis_stalled", _stall_valkey),
    Fault("redis_partitioned", _partition_valkey),
    Fault("clients_cut", _cut_clients),
    Fault("clients_stalled", _stall_clients),
    Fault("clients_delayed", _delay_clients),
    Fault("clients_throttled", _throttle_clients),
    Fault("clients_half_closed", _half_close_clients),
    Fault("deltas_sent_again", _send_again),
    Fault(
        "postgres_row_locked",
        foreign_faults.lock_row,
        stops_acks=True,
        must_hit="no delta waited for the locked row",
    ),
    Fault(
        "postgres_foreign_transaction",
        foreign_faults.foreign_transaction,
        needs=frozenset({"node", "redis"}),
        must_hit="nobody logged out while a transaction was open",
    ),
    Fault(
        "postgres_failover_synchronous",
        foreign_faults.fail_over_synchronously,
    ),
    Fault(
        "postgres_failover_asynchronous",
        foreign_faults.fail_over_asynchronously,
        must_hit="no acknowledged delta was lost with the primary, so nothing had to be healed",
        explains=frozenset({"journal_went_back", "diverged"}),
    ),
    Fault("project_large", foreign_faults.work_on_the_large, must_hit="no work was answered"),
    Fault("hostile_client", foreign_faults.be_hostile, must_hit="the server said nothing to it"),
)
