"""Four musicians offline for minutes, under a seed: nothing that could stand is lost.

`.ci/run` goes on to 150 seeds; `./run simulate --offline --seeds 500 --json` shows the numbers of
more of them.
"""

import pytest

from tests.simulation.plants import run_seed
from tests.simulation.seeds import Seeds, run_many, run_some

FIRST_SEED, SEEDS = 8, 10

TALLIED_SEEDS = 8
"""The first of them: what happens in these is counted, too."""

HAPPENS = (
    "ops_made_offline",
    "ops_made_online",
    "mistakes_refused",
    "built_on_an_undo",
    "undo",
    "redo",
    "rooms_closed",
    "rooms_shared",
    "overtaken_cycle",
    "overtaken_exists",
    "overtaken_invalid",
    "overtaken_gone",
    "overtaken_parent_gone",
    "overtaken_changed",
    "overtaken_atomic",
)


def lost(some: Seeds) -> tuple[int, int]:
    return some.tally["lost_ops"], some.tally["refused_by_others_doing"]


def test_D10_D18_what_was_made_offline_stands_or_is_named() -> None:
    some = run_some(range(FIRST_SEED, FIRST_SEED + TALLIED_SEEDS), "", offline=True)
    assert some.failures == []
    assert lost(some) == (0, 0)
    for what in HAPPENS:
        assert some.tally[what] > 0, what
    assert some.tally["ops_stand"] > 4 * some.tally["ops_overtaken"]


def test_D18_a_server_that_does_not_look_at_the_base_is_noticed() -> None:
    some = run_some(range(3), "base_unread", offline=True)
    assert len(some.failures) > 0
    assert "./run simulate --offline --first " in some.failures[0]
    assert min(lost(some)) > 0


def test_an_offline_seed_is_the_same_run_every_time() -> None:
    assert run_seed(2, offline=True) == run_seed(2, offline=True)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_D10_D18_the_same_under_many_seeds() -> None:
    """Those of the first test have been looked at by then, too."""
    many = run_many(range(FIRST_SEED + TALLIED_SEEDS, FIRST_SEED + SEEDS), offline=True)
    assert (many.failures, many.done, lost(many)) == ([], SEEDS - TALLIED_SEEDS, (0, 0))
