"""Who may do what in a project (rule R1)."""

from typing import get_args

from rooms.roles import EDITS, GOVERNS, Role


def test_R1_who_governs_edits_and_there_is_a_role_that_only_looks_on() -> None:
    assert GOVERNS < EDITS < set(get_args(Role))
    assert set(get_args(Role)) - EDITS == {"viewer"}
