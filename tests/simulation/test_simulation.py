"""Whole studios under a seed: lost answers, cut connections, crashes; in the end all agree.

PRIME_SIM_SEED=N runs that seed alone. PRIME_SIM_PLANT=name (of `PLANTS`) plants a bug first:
every seed that notices fails, as it must. `.ci/run` goes on to 2,000 seeds, and
`./run simulate --seeds 20000` runs more of them.
"""

import os
from collections import Counter
from collections.abc import Iterable

import pytest

from tests.simulation.plants import PLANTS, run_seed
from tests.simulation.seeds import run_many
from tests.simulation.studio import GOES_BACK, GOES_BACK_EVERY, SimulationFailed, Tally

ONCE_FAILED = [28, 30, 31, 60, 65, 76, 187, 1443, 1491, 1515, 2746]
"""Seeds that failed with a bug that was found here, or by a stranger."""

SEEDS = 60

TALLIED_SEEDS = 30
"""The first of them: what happens in these is counted, too."""

SEEDS_TO_NOTICE = 400
"""Within so many seeds each planted bug must be seen."""

ONLY_SEEN_IN = {"copies_believed": range(GOES_BACK, SEEDS_TO_NOTICE, GOES_BACK_EVERY)}
"""Of those seeds: who believes a copy is mistaken only where the journal has gone back."""

LAST_NOTICED_BY = {"copies_believed": 182, "given_back_one_by_one": 289}
"""Of bugs that few seeds notice: where one begins to look. The other seeds come behind it."""

ALONE = os.environ.get("PRIME_SIM_SEED")
PLANT = os.environ.get("PRIME_SIM_PLANT", "")

MUST_HAPPEN = (
    "resent",
    "duplicates_answered",
    "reconnects",
    "crashes",
    "fresh",
    "resumed",
    "rooms_closed",
    "closed_replaced",
    "postponed_unavailable",
    "undo",
    "redo",
    "gesture",
    "bus_broken",
    "rooms_shared",
    "answers_lost",
    "checkpoints_compared",
    "went_back",
    "in_groups",
    "counted_journal_went_back",
    "rows_locked",
    "counted_outages.project",
)


def run_seeds(seeds: Iterable[int], plant: str = "") -> Tally:
    tally: Tally = Counter()
    for seed in seeds:
        tally += run_seed(seed, plant)
    return tally


@pytest.mark.parametrize("seed", [int(ALONE)] if ALONE else ONCE_FAILED)
def test_D8_whatever_happens_all_agree_in_the_end(seed: int) -> None:
    run_seed(seed, PLANT)


@pytest.mark.slow
@pytest.mark.longest(15)
@pytest.mark.timeout(600)
@pytest.mark.skipif(ALONE is not None, reason="one seed was asked for")
def test_D8_all_agree_in_the_end_under_many_seeds() -> None:
    """Those of `test_the_simulation_is_not_vacuous` have agreed by then, too."""
    many = run_many(range(TALLIED_SEEDS, SEEDS), PLANT)
    assert many.failures == []
    assert many.done == SEEDS - TALLIED_SEEDS


def test_the_simulation_is_not_vacuous() -> None:
    tally = run_seeds(range(TALLIED_SEEDS))
    for what in MUST_HAPPEN:
        assert tally[what] > 0, what
    for code in ("op_invalid", "op_exists", "op_cycle", "forbidden"):
        assert tally[f"refused_{code}"] > 0, code
    assert tally["acknowledged"] > 0.5 * tally["edits"]


def test_a_seed_is_the_same_run_every_time() -> None:
    assert run_seed(7) == run_seed(7)


@pytest.mark.parametrize("name", [name for name in PLANTS if name])
def test_a_planted_bug_is_noticed(name: str) -> None:
    seeds = ONLY_SEEN_IN.get(name, range(SEEDS_TO_NOTICE))
    first = LAST_NOTICED_BY.get(name, seeds[0])
    with pytest.raises(SimulationFailed):
        run_seeds([first, *(seed for seed in seeds if seed != first)], name)


def test_a_failure_names_its_seed() -> None:
    with pytest.raises(SimulationFailed, match=r"\./run simulate --first \d+ --seeds 1 "):
        run_seeds(range(10), "ack_before_commit")
