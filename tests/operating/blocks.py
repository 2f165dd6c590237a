"""The blocks of a page: what an operator types, what that prints, and files that they write.

```console      `# ` or `$ ` begins a command, below it what it prints
```sh           commands, nothing shown
```sql          statements, by psql in the database prime, as postgres
```text         figures and drawings: nothing to run
```ini          a file, as any other language: the line above the block ends with `its path`:
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.operating.chapters import ROOT

SHOWN_ALONE = ("text",)
"""Languages of blocks with nothing to run."""

PSQL = "runuser -u postgres -- psql -X -q -v ON_ERROR_STOP=1 -d prime"

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.M | re.S)
_PATH = re.compile(r"`(/[^`\s]+)`:\s*\Z")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")


class NotABlock(Exception):
    """What is wrong with the way a block is written, in one sentence."""


@dataclass
class Command:
    """One command, and what the page shows below it."""

    line: int
    """Of the page, from 1."""
    text: str
    shown: list[str] | None = field(default_factory=list)
    """None: the page shows nothing, and nothing is compared."""


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: Path
    line: int
    """Where its fence is, from 1."""
    language: str
    lines: list[str]
    path: str | None
    """Of the file that it is."""

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def is_run(self) -> bool:
        return self.language not in SHOWN_ALONE

    def commands(self) -> list[Command]:
        """What is typed, in order; raises `NotABlock`."""
        if self.language == "console":
            return _typed(self)
        text = "\n".join(self.lines)
        if self.language == "sql":
            text = f"{PSQL} <<'END'\n{text}\nEND"
        elif self.path is not None:
            text = f"mkdir -p {Path(self.path).parent} && cat > {self.path} <<'END'\n{text}\nEND"
        elif self.language != "sh":
            raise NotABlock(
                f"{self.name}: which file is this? end the line above it with `/its/path`:"
            )
        return [Command(self.line + 1, text, None)]


def blocks(page: Path) -> list[Block]:
    """All of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [_block(page, text, found) for found in _FENCE.finditer(text)]


def _block(page: Path, text: str, found: re.Match[str]) -> Block:
    indent, language, content = found.groups()
    named = _PATH.search(text[: found.start()])
    is_file = language not in ("console", "sh", "sql", *SHOWN_ALONE)
    return Block(
        page,
        text.count("\n", 0, found.start()) + 1,
        language,
        [line.removeprefix(indent) for line in content.splitlines()],
        named[1] if named and is_file else None,
    )


def _typed(block: Block) -> list[Command]:
    found: list[Command] = []
    end = ""  # of the heredoc that is being typed
    for number, line in enumerate(block.lines, block.line + 1):
        if end or (found and not found[-1].shown and found[-1].text.endswith("\\")):
            found[-1].text += f"\n{line}"
            end = "" if line == end else end
        elif found and not found[-1].shown and line.startswith("> "):
            found[-1].text += f"\n{line[2:]}"
        elif line.startswith(("$ ", "# ")):
            found.append(Command(number, line[2:]))
        elif found and found[-1].shown is not None:
            found[-1].shown.append(line)
        else:
            raise NotABlock(f"{block.name}: a console block begins with a command, `# ` or `$ `")
        if not end and found[-1].text.endswith(line.removeprefix("$ ").removeprefix("# ")):
            opened = _HEREDOC.search(line)
            end = opened[2] if opened else ""
    return found
