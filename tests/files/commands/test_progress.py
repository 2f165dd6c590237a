"""Progress: on a terminal alone, and gone in the end."""

import io

import pytest
from rich.console import Console

from files.commands.progress import progress_shown


@pytest.mark.parametrize("is_terminal", [True, False])
def test_it_is_shown_on_a_terminal_alone(is_terminal: bool) -> None:
    seen = io.StringIO()
    with progress_shown(Console(file=seen, force_terminal=is_terminal, width=80)) as tell:
        tell("reading the file", 0, 0)
        tell("saving [the] song", 1, 2)
    assert ("saving [the] song" in seen.getvalue()) == is_terminal
    assert ("50 %" in seen.getvalue()) == is_terminal
    assert seen.getvalue() == "" or is_terminal
