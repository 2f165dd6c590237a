import asyncio
import io

import pytest
from rich.console import Console

from loadtest.reports.progress_display import proof_table, run_shown, show_until


async def test_a_log_gets_lines_until_it_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    stop, lines = asyncio.Event(), iter(["one", "two"])

    def line() -> str:
        text = next(lines)
        if text == "two":
            stop.set()
        return text

    console = Console(file=io.StringIO(), force_terminal=False)
    await show_until(stop, console, lambda: "no picture", line, line_seconds=0.0)
    assert capsys.readouterr().err == "one\ntwo\n"


async def test_a_terminal_gets_pictures_until_it_is_over() -> None:
    stop, drawn = asyncio.Event(), io.StringIO()

    def picture() -> str:
        stop.set()
        return "the nodes"

    console = Console(file=drawn, force_terminal=True, width=80)
    await show_until(stop, console, picture, lambda: "no line", frame_seconds=0.0)
    assert "the nodes" in drawn.getvalue()
    assert "no line" not in drawn.getvalue()


async def test_what_fails_ends_what_is_shown() -> None:
    is_over, console = asyncio.Event(), Console(file=io.StringIO(), force_terminal=True)

    async def run() -> None:
        await asyncio.sleep(0)
        raise LookupError("no hub")

    with pytest.raises(ExceptionGroup, match="unhandled") as raised:
        await run_shown(run(), is_over, console, lambda: "picture", lambda: "line")
    assert raised.group_contains(LookupError, match="no hub")
    assert is_over.is_set()


def test_a_table_marks_what_was_kept_and_shows_claims_as_they_are() -> None:
    drawn = io.StringIO()
    console = Console(file=drawn, width=80)
    console.print(proof_table([(True, "0 lost"), (False, "[bold]node-2[/] grew")]))
    _, kept, broken = drawn.getvalue().rstrip("\n").splitlines()
    assert kept.split() == ["✓", "0", "lost"]
    assert broken.split() == ["✗", "[bold]node-2[/]", "grew"]
