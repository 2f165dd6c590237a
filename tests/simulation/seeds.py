"""Many seeds at once, in a process for each core."""

import gc
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from tests.simulation.plants import run_seed
from tests.simulation.studio import SimulationFailed, Tally

YOUNG = 20_000
"""Objects made before Python's collector looks at the young: at 700 that is a tenth of all time."""

SEEDS_AT_ONCE = 25
"""What a process is given at a time."""


@dataclass
class Seeds:
    """What came of some seeds. `failures`: what each that failed says, in order of the seeds."""

    done: int = 0
    tally: Tally = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, other: "Seeds") -> None:
        """Those of another process."""
        self.done += other.done
        self.tally += other.tally
        self.failures += other.failures


def run_some(seeds: Sequence[int], plant: str, *, offline: bool = False) -> Seeds:
    """One after the other, in this process; a seed that fails does not stop the rest."""
    some = Seeds()
    for seed in seeds:
        some.done += 1
        try:
            some.tally += run_seed(seed, plant, offline=offline)
        except SimulationFailed as failed:
            some.tally += failed.tally
            some.failures.append(str(failed))
    return some


def run_many(
    seeds: Sequence[int],
    plant: str = "",
    told: Callable[[Seeds], None] = lambda _: None,
    *,
    offline: bool = False,
) -> Seeds:
    """In a process for each core, if there is enough; `told` hears of the sum now and then."""
    many = Seeds()
    cut = list(_cut(seeds))
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(os.cpu_count() or 1, len(cut)),
        spawning,
        initializer=gc.set_threshold,
        initargs=(YOUNG, 10, 10),
    ) as processes:
        run = partial(run_some, plant=plant, offline=offline)
        for some in processes.map(run, cut):
            many.add(some)
            told(many)
    return many


def _cut(seeds: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(seeds), SEEDS_AT_ONCE):
        yield seeds[start : start + SEEDS_AT_ONCE]
