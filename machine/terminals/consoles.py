"""Where tables are printed: on a terminal as wide as it is, elsewhere for whoever reads a file."""

import re
from typing import IO, Any, TextIO, cast

from rich.console import Console

PADDING = re.compile(r" +(?=\n)")


class _Unpadded:
    """A stream without the blanks that fill each line of a table up to the longest one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(PADDING.sub("", text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def console_of(stream: TextIO, width: int, *, highlight: bool = False) -> Console:
    """`width`: columns where there is no terminal; `highlight`: colours for numbers and paths."""
    on_terminal = Console(file=stream, highlight=highlight)
    if on_terminal.is_terminal:
        return on_terminal
    return Console(file=cast("IO[str]", _Unpadded(stream)), highlight=highlight, width=width)
