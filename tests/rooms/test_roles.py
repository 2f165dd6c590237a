"""Who may do what in a project (rule R1)."""

from typing import get_args

from rooms.roles import CONTRIBUTES, EDITS, GOVERNS, RANK, SEES, SEES_IN_ORDER, Role
from schema.text.enumerations import WORDS


def test_R1_who_governs_edits_and_there_is_a_role_that_only_looks_on() -> None:
    assert GOVERNS < EDITS < CONTRIBUTES < SEES == set(get_args(Role))
    assert {"commenter", "viewer"} == SEES - CONTRIBUTES


def test_R20_the_words_are_those_that_clients_are_told_and_a_better_role_ranks_higher() -> None:
    assert WORDS["Role"] == SEES_IN_ORDER
    assert sorted(SEES, key=RANK.__getitem__) == [*reversed(SEES_IN_ORDER)]
