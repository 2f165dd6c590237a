"""Trying attacks: in which order, on which nodes, and what became of each."""

import contextlib

from loadtest.attack.attacks import (
    before_login,
    bounds,
    costly_projects,
    floods,
    inputs,
    logins,
    one_time_secrets,
    rights,
    roles,
    rows,
)
from loadtest.attack.catalogue import (
    ATTACKS,
    ON_EACH_NODE,
    Attack,
    GotThrough,
    NotTried,
    Outcome,
    Verdict,
    must,
)
from loadtest.attack.raw_client import ConnectionClosed, NoHandshake
from loadtest.attack.target import Target, Unusable

FAMILIES = (
    inputs,
    bounds,
    rights,
    roles,
    rows,
    logins,
    one_time_secrets,
    before_login,
    costly_projects,
    floods,
)
"""Imported for their attacks, and in the order in which they are tried."""


def in_order() -> list[Attack]:
    """All there are: those that make a server careful come last."""
    names = [family.__name__ for family in FAMILIES]
    return sorted(ATTACKS, key=lambda one: names.index(one.run.__module__))


async def try_one(attack: Attack, target: Target) -> Outcome:
    """Try one, then ask the witness; what raises no refusal got through."""
    try:
        outcome = await _run(attack, target)
        verdict = Verdict.REFUSED
    except NotTried as why:
        return Outcome(attack.number, attack.what, Verdict.NOT_TRIED, str(why))
    except (
        GotThrough,
        Unusable,
        ConnectionClosed,
        NoHandshake,
        OSError,
        TimeoutError,
        KeyError,
    ) as error:
        outcome, verdict = f"{type(error).__name__}: {error}", Verdict.GOT_THROUGH
        if isinstance(error, GotThrough):
            outcome = str(error)
    problem = await target.witness.problem()
    if problem:
        verdict, outcome = Verdict.GOT_THROUGH, f"{outcome}; {problem}"
        with contextlib.suppress(Unusable, ConnectionClosed, NoHandshake, OSError, TimeoutError):
            await target.witness.begin()
    return Outcome(attack.number, attack.what, verdict, outcome)


async def _run(attack: Attack, target: Target) -> str:
    """On one node after the other, until it has come to all that it must come to."""
    target.reached_nodes.clear()
    outcome = await attack.run(target)
    if attack.number in ON_EACH_NODE:
        for _ in target.nodes[1:]:
            if not target.reached_nodes.issuperset(target.nodes):
                outcome = await attack.run(target)
        must(
            target.reached_nodes.issuperset(target.nodes),
            f"it came to {target.reached_nodes} alone",
        )
    return outcome
