"""The names of planted bugs, and the program that has them."""

from loadtest.faults.planted_bugs import PLANTED, PLANTS
from tests.chaos import planted_server


def test_the_command_line_knows_every_planted_bug() -> None:
    assert planted_server.__name__ == PLANTED
    assert set(PLANTS) == set(planted_server.PLANTS)
