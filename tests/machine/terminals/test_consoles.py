import io

import pytest
from rich.table import Table

from machine.terminals.consoles import console_of


def table() -> Table:
    shown = Table("setting", "value", box=None, pad_edge=False)
    shown.add_row("PRIME_PORT", "8787")
    shown.add_row("DATABASE_URL", "x" * 150)
    return shown


def test_in_a_file_no_line_ends_with_blanks_and_none_is_broken() -> None:
    written = io.StringIO()
    console = console_of(written, 200)
    console.print(table())
    console.print("a sentence that ends with a blank ")
    lines = written.getvalue().splitlines()
    assert lines[1:3] == ["PRIME_PORT    8787", f"DATABASE_URL  {'x' * 150}"]
    assert len(lines) == 4
    assert not any(line.endswith(" ") for line in lines)


def test_a_terminal_is_as_wide_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name, value in (("TERM", "xterm"), ("COLUMNS", "40"), ("LINES", "20")):
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    console_of(terminal, 200).print(table())
    assert "x" * 40 not in terminal.getvalue()
