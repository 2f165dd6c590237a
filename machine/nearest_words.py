"""The words nearest to one that was mistyped, in refusals of command lines and of `./run`."""

import argparse
import difflib
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

_REFUSED = re.compile(r"invalid choice: '(?P<typed>.*)' \(choose from (?P<words>.*)\)\Z", re.S)
"""As argparse says it."""

_OF_USAGE = re.compile(r"^  ([a-z-]+(?: \| [a-z-]+)*) ", re.M)
"""The words of a line of `./run --help`."""


def nearest(typed: str, words: Sequence[str]) -> str:
    """`did you mean check?`; empty: none is near."""
    near = difflib.get_close_matches(typed.lower(), words, n=2)
    return f"did you mean {' or '.join(near)}?" if near else ""


class _CommandParser(argparse.ArgumentParser):
    """It names the words near to one that there is not."""

    def add_subparsers(self, **options: Any) -> Any:
        return super().add_subparsers(**{"parser_class": _WordParser} | options)

    def error(self, message: str) -> NoReturn:
        """Exit 2, as argparse does."""
        if refused := _REFUSED.search(message):
            words = [word.strip("' ") for word in refused["words"].split(",")]
            if question := nearest(refused["typed"], words):
                message = f"{message}; {question}"
        super().error(message)


class _WordParser(_CommandParser):
    """Of one word: what it does not know is refused in its name, and not in that of all words."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            named = " ".join(unknown)
            self.error(f"unrecognized arguments: {named}; {self.prog} --help lists what there is")
        return known, unknown


def command_parser(
    prog: str, *, description: str | None = None, epilog: str | None = None
) -> argparse.ArgumentParser:
    """That of a command line with words; the parsers of its words are such, too.

    What a word does not know is refused under its own usage.
    """
    return _CommandParser(prog=prog, description=description, epilog=epilog)


def main() -> int:
    """Of `./run`: its usage comes on stdin, what was typed is the argument."""
    lines = _OF_USAGE.findall(sys.stdin.read())
    question = nearest(sys.argv[1], [word for line in lines for word in line.split(" | ")])
    if question:
        sys.stdout.write(f"{question}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
