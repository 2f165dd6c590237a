"""The attacks of a stranger: complete, able to tell what gets through, and none does."""

import json
import re
import subprocess

import pytest

from loadtest.attack.catalogue import (
    ATTACKS,
    ELSEWHERE,
    Attack,
    GotThrough,
    NotTried,
    Try,
    Verdict,
    must,
)
from loadtest.attack.command import report_of
from loadtest.attack.target import Target, target_of
from loadtest.attack.trying import FAMILIES, in_order, try_one
from machine.children.child_program import CHECKOUT


class QuietWitness:
    """Notices nothing, or what it is told to."""

    def __init__(self, problem: str = "") -> None:
        self._problem = problem

    async def problem(self) -> str:
        return self._problem

    async def begin(self) -> None:
        self._problem = ""


def target(problem: str = "") -> Target:
    made = target_of(("ws://127.0.0.1:1/v1", "ws://127.0.0.1:2/v1"))
    made.witness = QuietWitness(problem)  # type: ignore[assignment]
    return made


async def got_through(_target: Target) -> str:
    must(False, "the door was open")
    return ""


async def refused(_target: Target) -> str:
    return "403"


async def refused_over_one_connection(attacked: Target) -> str:
    return attacked.in_turn()


async def untried(_target: Target) -> str:
    raise NotTried("there is no such door")


async def lost(_target: Target) -> str:
    raise TimeoutError


def test_every_attack_of_the_list_is_tried_or_said_to_be_elsewhere() -> None:
    listed = {f"A{number}" for number in range(1, 33)}
    tried = {one.number for one in ATTACKS}
    assert listed - tried == set(ELSEWHERE)


def test_what_is_said_to_be_elsewhere_is_there() -> None:
    for number, where in ELSEWHERE.items():
        for path in re.findall(r"tests/\S+\.py", where):
            assert (CHECKOUT / path).is_file(), number


def test_floods_come_last() -> None:
    assert len(in_order()) == len(ATTACKS)
    assert in_order()[-1].run.__module__ == FAMILIES[-1].__name__


@pytest.mark.parametrize(
    ("run", "verdict"),
    [
        (refused, Verdict.REFUSED),
        (got_through, Verdict.GOT_THROUGH),
        (untried, Verdict.NOT_TRIED),
        (lost, Verdict.GOT_THROUGH),
    ],
)
async def test_what_became_of_an_attack(run: Try, verdict: Verdict) -> None:
    outcome = await try_one(Attack("A0", "a door", run), target())
    assert outcome.verdict is verdict
    assert report_of(("ws://x",), [outcome])["got_through"] == (verdict is Verdict.GOT_THROUGH)


async def test_an_attack_that_others_notice_got_through() -> None:
    outcome = await try_one(Attack("A0", "a door", refused), target("no ack came"))
    assert outcome.verdict is Verdict.GOT_THROUGH
    assert "no ack came" in outcome.explanation


async def test_an_attack_on_who_gets_in_comes_to_each_node() -> None:
    attacked = target()
    one, two = attacked.nodes
    outcome = await try_one(Attack("A5", "a door", refused_over_one_connection), attacked)
    assert (outcome.verdict, outcome.explanation) == (Verdict.REFUSED, two)
    outcome = await try_one(Attack("A22", "a door", refused_over_one_connection), attacked)
    assert (outcome.verdict, outcome.explanation) == (Verdict.REFUSED, one)
    outcome = await try_one(Attack("A5", "a door that none has come to", refused), attacked)
    assert outcome.verdict is Verdict.GOT_THROUGH


def test_got_through_says_what() -> None:
    with pytest.raises(GotThrough, match="open"):
        must(False, "open")
    must(True, "closed")


def test_connections_come_over_all_nodes_in_turn() -> None:
    one, two = target().nodes
    attacked = target()
    assert [attacked.in_turn() for _ in range(3)] == [one, two, one]
    assert (attacked.elsewhere(one), attacked.elsewhere(two)) == (two, one)
    alone = target_of((one,))
    assert (alone.in_turn(), alone.in_turn(), alone.elsewhere(one)) == (one, one, one)


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.postgres
@pytest.mark.timeout(120)
def test_the_word_attacks_two_nodes_of_its_own() -> None:
    """All attacks, each by itself: `test_two_nodes.py`."""
    only = ["--only", "A2", "--only", "A4"]
    ran = subprocess.run(
        [CHECKOUT / "run", "attack", "--json", *only], capture_output=True, text=True, check=False
    )
    report = json.loads(ran.stdout)
    assert report["problems"] == []
    assert (ran.returncode, report["got_through"], report["nodes"]) == (0, 0, 2)
    assert [one["number"] for one in report["outcomes"]] == ["A2", "A4", "A4"]
    assert report["refused"] == report["attacks"] == 3
