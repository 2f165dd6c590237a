"""Progress: on a terminal alone, and gone in the end."""

import io

import pytest
from rich.console import Console

from machine.terminals.progress import progress_shown


@pytest.mark.parametrize("is_terminal", [True, False])
def test_it_is_shown_on_a_terminal_alone(is_terminal: bool) -> None:
    seen = io.StringIO()
    with progress_shown(Console(file=seen, force_terminal=is_terminal, width=80)) as tell:
        tell("reading the file")
        tell("saving [the] song", 1_000, 2_000)
    assert ("saving [the] song" in seen.getvalue()) == is_terminal
    assert ("50 %  1,000 of 2,000" in seen.getvalue()) == is_terminal
    assert seen.getvalue() == "" or is_terminal


def test_a_stage_of_which_nobody_knows_how_long_it_is_has_no_numbers_of_the_one_before() -> None:
    seen = io.StringIO()
    with progress_shown(Console(file=seen, force_terminal=True, width=80)) as tell:
        tell("saving the song", 1_000, 2_000)
        before = len(seen.getvalue())
        tell("writing the file")
    assert "writing the file" in seen.getvalue()[before:]
    assert "2,000" not in seen.getvalue()[before:]
