"""`./run migrate` and `./run new-epochs`: what a server would not start with is refused first."""

import sys
from collections.abc import Callable

from persistence import migrate
from persistence.errors import PersistenceError
from persistence.journal import new_epochs
from server.settings.options import options_before
from server.settings.reading import read_settings

WORDS: dict[str, Callable[[], int | None]] = {
    "migrate": migrate.main,
    "new-epochs": new_epochs.main,
}


def main() -> int:
    """The first argument is the word, the others are its own."""
    word = sys.argv.pop(1)
    if not {"-h", "--help"} & set(sys.argv):
        try:
            read_settings(options_before(sys.argv[1:]))
        except PersistenceError as error:
            return _fail(word, str(error), error.exit_code)
    return WORDS[word]() or 0


def _fail(word: str, text: str, code: int) -> int:
    sys.stderr.write(f"{word}: {text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
