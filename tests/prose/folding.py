"""Folds the paragraphs of a Markdown page at one width, and finds lines that are too long."""

import re
from collections.abc import Callable, Iterator

WIDTH = 120
"""Characters of a line: two pages fit beside each other on a wide screen."""

_ATOM = re.compile(r"(?:`[^`]*`|\[[^\]]*\]\([^)]*\)|[^\s`\[]+|[`\[])+")
"""What is never folded inside: a word, a code span, a link."""

_ITEM = re.compile(r" *(?:[-*+]|\d+[.)]) +(?=\S)")
_ONE_LINE = re.compile(r" *(?:\||#+ |<!--|>|\[[^\]]+\]: )")
"""A row of a table, a heading, a comment, a quote, a link's target."""

_OPENS_A_BLOCK = re.compile(r"[-*+>|]|#+$|\d+[.)]$|```")
"""A word that would make something else of a line that began with it."""

_END_OF_GENERATED = "<!-- end -->"


def fold(page: str, width: int = WIDTH) -> str:
    """The same page, its paragraphs and list items filled up to `width`, all else as it is."""
    lines: list[str] = []
    for block, is_prose in _blocks(page.split("\n")):
        lines += _filled(block, width) if is_prose else block
    return "\n".join(lines)


def too_long(page: str, width: int = WIDTH) -> list[int]:
    """The numbers, from 1, of the lines past `width`.

    Rows of tables, what is generated and what a program has printed cannot be folded.
    """
    found, number = [], 0
    for block, is_prose in _blocks(page.split("\n")):
        may_be_long = block[0].startswith(("<!-- generated: ", "```text", "```console"))
        for line in block:
            number += 1
            is_row = line.lstrip().startswith("|")
            is_one_word = is_prose and len(_ATOM.findall(line[_indent(line) :])) == 1
            if len(line) > width and not (may_be_long or is_row or is_one_word):
                found.append(number)
    return found


def _blocks(lines: list[str]) -> Iterator[tuple[list[str], bool]]:
    """The lines in order, a block at a time, and whether the block is prose."""
    at, depth, is_after_blank = 0, 0, True
    while at < len(lines):
        line = lines[at]
        is_prose = False
        if line.startswith("<!-- generated: "):
            end = _first(lines, at, lambda later: later == _END_OF_GENERATED) + 1
        elif line.lstrip().startswith("```"):
            end = _first(lines, at + 1, lambda later: later.strip() == "```") + 1
        elif not line.strip() or _ONE_LINE.match(line):
            end = at + 1
        elif is_after_blank and _indent(line) >= depth + 4 and not _ITEM.match(line):
            end = _first(lines, at, _is_outside(depth + 4))
        else:
            item = _ITEM.match(line)
            depth = len(item[0]) if item else min(depth, _indent(line))
            end = _first(lines, at + 1, _ends_a_paragraph)
            is_prose = True
        yield lines[at:end], is_prose
        is_after_blank = not lines[end - 1].strip()
        at = end


def _first(lines: list[str], start: int, is_it: Callable[[str], bool]) -> int:
    return next((at for at in range(start, len(lines)) if is_it(lines[at])), len(lines))


def _is_outside(indent: int) -> Callable[[str], bool]:
    return lambda line: bool(line.strip()) and _indent(line) < indent


def _ends_a_paragraph(line: str) -> bool:
    is_fence = line.lstrip().startswith("```")
    return not line.strip() or is_fence or bool(_ONE_LINE.match(line) or _ITEM.match(line))


def _filled(block: list[str], width: int) -> list[str]:
    item = _ITEM.match(block[0])
    line = item[0] if item else " " * _indent(block[0])
    hanging = " " * len(line)
    words = _ATOM.findall(" ".join([block[0][len(line) :], *map(str.strip, block[1:])]))
    filled, is_empty = [], True
    for at, word in enumerate(words):
        room = word
        if at + 1 < len(words) and _OPENS_A_BLOCK.match(words[at + 1]):
            room += " " + words[at + 1]
        if not is_empty and len(line) + 1 + len(room) > width and not _OPENS_A_BLOCK.match(word):
            filled.append(line)
            line, is_empty = hanging, True
        line += word if is_empty else " " + word
        is_empty = False
    return [*filled, line]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
