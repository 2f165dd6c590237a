"""A file that holds one value, or several: read whole, or refused in one sentence."""

import stat
from pathlib import Path

from machine.reading.plain_file import NotPlain, read_plain
from machine.settings.masking import holds_secret

MOST_BYTES = 65_536
"""Of a file of settings."""


def value_in(path: Path, name: str, is_secret: bool) -> str:
    """What the file has, without line ends at its end; `name`: the variable that names the file.

    Raises `ValueError`.
    """
    text, mode = read_settings_file(path, name)
    value = text.rstrip("\r\n")
    if not value:
        raise ValueError(f"{name} names {path}, which is empty: write the value into it")
    if is_secret and holds_secret(value) and mode & stat.S_IROTH:
        raise ValueError(read_by_all(name, path))
    return value


def read_settings_file(path: Path, name: str) -> tuple[str, int]:
    """The text of a file, and its mode; likewise."""
    try:
        # A pipe is there once, and settings are read again.
        content, mode = read_plain(path, MOST_BYTES, follows=True)
        return content.decode(), mode
    except NotPlain as error:
        raise ValueError(f"{name} names {path}, which {error}: name a file of settings") from None
    except UnicodeDecodeError:
        raise ValueError(f"{name} names {path}, which is no text in UTF-8") from None
    except OSError as error:
        why = error.strerror or str(error)
        raise ValueError(
            f"{name} names {path}, which cannot be read ({why}): it must be there, and readable by"
            " the user that Prime runs as"
        ) from None


def read_by_all(name: str, path: Path) -> str:
    """What is said of a file with a secret that everyone on the machine can read."""
    return (
        f"{name} names {path}, which everyone on this machine can read, and it holds a secret:"
        f" chmod o= {path}"
    )
