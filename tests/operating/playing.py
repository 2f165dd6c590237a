"""Runs blocks in order, and says of each command whether it was as the page shows."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.operating.blocks import Block, Command
from tests.operating.chapters import FIRST
from tests.operating.comparing import PROMPT, exit_code, is_as_shown
from tests.operating.not_run import NOT_RUN
from tests.operating.scene import Printed, Shell

BUILDS = FIRST.parent / "operating" / "first-day.md"
"""The chapter that makes what all others are tried on."""

PASSWORD = "a good password\n"
"""What is typed where a command asks for one."""

IN_EACH = "cd /opt/prime; set -a; . /etc/prime/prime.env; . /etc/prime/owner.env; set +a"
"""What an operator types before anything of a chapter: the first page says so."""


@dataclass(frozen=True)
class Played:
    """One command that was run."""

    block: Block
    command: Command
    printed: Printed
    seconds: float
    problem: str | None
    """None: it was as shown."""

    def __str__(self) -> str:
        name = f"{self.block.name.rpartition(':')[0]}:{self.command.line}"
        lines = [f"--- {name} ({self.seconds:.1f} s)", f"# {self.command.text}"]
        lines += self.printed.lines
        return "\n".join(lines + ([f"!!! {self.problem}"] if self.problem else []))


def is_not_run(block: Block) -> bool:
    """Whether it is declared so: by its page's name and its first line."""
    return (block.page.name, block.lines[0]) in NOT_RUN


def in_order(blocks: Iterable[Block]) -> list[Block]:
    """As they are run: those that build come before the first page's own."""
    return sorted(blocks, key=lambda block: block.page != BUILDS)


def play(shell: Shell, blocks: Iterable[Block]) -> Iterator[Played]:
    """Each command, as soon as it was run; ends where all that follows would be wrong as well."""
    page = None
    for block in in_order(blocks):
        if not block.is_run or is_not_run(block):
            continue
        if block.page not in (page, BUILDS):
            shell.run(IN_EACH)
        page = block.page
        for command in block.commands():
            began = time.monotonic()
            code, shown = exit_code(command.shown)
            asked = sum(PROMPT.match(line) is not None for line in shown or ())
            printed = shell.run(command.text, answers=PASSWORD * asked)
            problem = _problem(printed, code, shown)
            yield Played(block, command, printed, time.monotonic() - began, problem)
            if printed.code is None or (problem is not None and page == BUILDS):
                return


def _problem(printed: Printed, code: int, shown: list[str] | None) -> str | None:
    if printed.code is None:
        return "it was not done in time, or ended the shell: nothing after it was run"
    if printed.code != code:
        return f"exit code {printed.code}, and the page shows {code}"
    if shown is not None and not is_as_shown(printed.lines, shown):
        return "the page shows:\n" + "\n".join(shown)
    return None
