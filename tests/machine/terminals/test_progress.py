"""Progress: on a terminal alone, and gone in the end."""

import io
import re

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


LONG = "restoring the rows of the table that has the longest name of all"


@pytest.mark.parametrize("of", [0, 2_000_000])
@pytest.mark.parametrize("width", [80, 120])
def test_a_text_has_the_width_that_numbers_and_bar_leave(width: int, of: int) -> None:
    seen = io.StringIO()
    with progress_shown(Console(file=seen, force_terminal=True, width=width)) as tell:
        tell(LONG, of // 2, of)
    line = max(re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", seen.getvalue()).split("\r"), key=len)
    numbers = " 50 %  1,000,000 of 2,000,000" if of else ""
    room = width - len(f" {'-' * 10} {numbers} {'-:--:--' if of else ''}")
    assert numbers in line
    assert LONG[: min(len(LONG), room - 1)] in line


def test_nothing_is_shown_before_the_first_text() -> None:
    seen = io.StringIO()
    with progress_shown(Console(file=seen, force_terminal=True, width=80)) as tell:
        assert "\u2501" not in seen.getvalue()
        tell("reading the file")
    assert "\u2501" in seen.getvalue()
