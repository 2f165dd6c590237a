"""What a command printed, against what the page shows."""

import re

CHANCE = (
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
    (r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", "TOKEN"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?", "TIME"),
)
"""What is another one each time, and what it is called here."""

ANYTHING = "..."
"""In a shown line: anything there. As a whole line: any lines, or none."""

PROMPT = re.compile(r"^(Password for \S+|Once more): ?")
"""What asks for a line that is typed; the page shows it, a pipe may not."""

_EXIT = re.compile(r"^\[exit code (\d+)\]$")


def exit_code(shown: list[str] | None) -> tuple[int, list[str] | None]:
    """The exit code that the page shows, 0 if none, and the other lines."""
    if shown and (found := _EXIT.match(shown[-1])):
        return int(found[1]), shown[:-1]
    return 0, shown


def is_as_shown(printed: list[str], shown: list[str]) -> bool:
    """Whether the lines are those of the page, but for what is another one each time."""
    pattern = r"\n".join(_pattern(line) for line in plain(shown))
    pattern = pattern.replace(rf"{_MANY}\n", rf"(?:{_MANY}\n)?")
    if pattern.endswith(rf"\n{_MANY}"):
        pattern = pattern.removesuffix(rf"\n{_MANY}") + rf"(?:\n{_MANY})?"
    return re.fullmatch(pattern, "\n".join(plain(printed))) is not None


_MANY = r"(?s:.*?)"


def _pattern(line: str) -> str:
    if line.strip() == ANYTHING:
        return _MANY
    return ".*".join(re.escape(part) for part in line.split(ANYTHING))


def plain(lines: list[str]) -> list[str]:
    """Without chance, prompts, and spaces at the ends."""
    text = "\n".join(PROMPT.sub("", line) for line in lines)
    for pattern, name in CHANCE:
        text = re.sub(pattern, name, text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]
