"""No op costs more because the project is larger, and none goes long without a pause.

Counted in bytecodes of Python, so no clock decides; `tests/costs/shapes.py` has the projects.
"""

import pytest

from tests.costs.shapes import OPS, SHAPES, Shape
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


def _rehearsed(shape: Shape, size: int) -> Cost:
    document, ops = shape.make(size)
    assert len(ops) in (1, OPS)
    return cost_of(document.rehearsing(ops))
