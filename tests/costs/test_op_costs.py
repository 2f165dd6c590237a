"""No op costs more because the project is larger, and none goes long without a pause.

Counted in bytecodes of Python, so no clock decides; `tests/costs/shapes.py` has the projects.
"""

from collections.abc import Generator

import pytest

from rooms.changes.inverse import inverse
from rooms.edits.made_ops import freeing_ops, looked_over, parts_of
from rooms.journal.entry import Proposal
from schema.ops import Op
from tests.costs.shapes import OPS, SHAPES, Shape, clip_of_many_notes_deleted
from tests.costs.steps import Cost, cost_of

SMALL, LARGE = 600, 6_000

LONGEST = 100_000
"""Bytecodes between two pauses: about a millisecond. An ordinary op takes 1,500."""

SLACK = 1.3
"""How much more what touches the same may take in the larger project: tables have grown."""


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_D5_O5_O18_an_op_costs_what_it_touches(shape: Shape) -> None:
    small, large = (_rehearsed(shape, size) for size in (SMALL, LARGE))
    assert max(small.longest, large.longest) < LONGEST
    grows = LARGE / SMALL if shape.takes_along else 1.0
    assert large.total < small.total * grows * SLACK


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_what_is_committed_is_applied_with_pauses(shape: Shape) -> None:
    document, ops = shape.make(2_000)
    assert cost_of(document.applying(ops)).longest < LONGEST


def test_U6_D14_a_large_undo_is_made_with_pauses() -> None:
    """Twelve thousand notes come back, as a group."""
    document, ops = clip_of_many_notes_deleted(12_000)
    changes = document.apply(ops).changes
    made: list[Op] = []
    proposal = Proposal(
        project="project",
        delta_id="undo-0001",
        author="ann",
        auth_session="login",
        member="member",
        payload=b"[]",
        atomic=False,
    )
    assert cost_of(_into(made, inverse(changes, document))).longest < LONGEST
    assert len(made) == len(changes) > 12_000
    assert cost_of(looked_over(made)).longest < LONGEST
    assert cost_of(parts_of(proposal, made)).longest < LONGEST
    assert cost_of(x for x in freeing_ops(made)).longest < LONGEST


def _into(made: list[Op], steps: Generator[None, None, list[Op]]) -> Generator[None, None, None]:
    made += yield from steps


def _rehearsed(shape: Shape, size: int) -> Cost:
    document, ops = shape.make(size)
    assert len(ops) in (1, OPS)
    return cost_of(document.rehearsing(ops))
