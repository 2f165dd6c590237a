"""`./run migrate` and `./run new-epochs`: what a server would not start with is refused first."""

import sys
from collections.abc import Callable

from machine.sockets.closed_pipes import ended
from persistence import migrate, new_epochs
from server.commands.command_failures import message_and_exit_code
from server.settings.command_line_options import options_before
from server.settings.reading import read_settings

WORDS: dict[str, Callable[[], int | None]] = {
    "migrate": migrate.main,
    "new-epochs": new_epochs.main,
}


def main() -> int:
    """The first argument is the word, the others are its own."""
    word = sys.argv.pop(1)
    try:
        if not {"-h", "--help"} & set(sys.argv):
            read_settings(options_before(sys.argv[1:]))
        return WORDS[word]() or 0
    except (Exception, KeyboardInterrupt) as error:
        return _fail(word, *message_and_exit_code(error))


def _fail(word: str, text: str, code: int) -> int:
    sys.stderr.write(f"{word}: {text}\n")
    return code


if __name__ == "__main__":
    sys.exit(ended(main))
