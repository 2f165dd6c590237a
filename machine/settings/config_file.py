"""The TOML file of settings: its values as the text that a variable would have."""

import stat
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

from machine.settings.value_file import read_by_all, read_settings_file

LONGEST_SHOWN = 200
"""Characters of a key, or of what TOML is wrong about, in what is said of it."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One that was read. Keys are dotted: `provider.google.client_id`."""

    path: Path
    named_by: str
    """`--config` or `PRIME_CONFIG`."""
    values: Mapping[str, str] = field(repr=False)
    is_read_by_all: bool = False
    """Whether everyone on the machine can read it."""

    @classmethod
    def read(cls, path: Path, named_by: str) -> Self:
        """Raises `ValueError`: it cannot be read, is no TOML, or has a value that is none."""
        text, mode = read_settings_file(path, named_by)
        try:
            tree = tomllib.loads(text)
        except RecursionError:
            raise ValueError(_too_deep(path)) from None
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{path} is no TOML: {_cut(str(error))}") from None
        except ValueError:  # the only one that Python has left
            why = "it holds a number with more digits than any has"
            raise ValueError(f"{path} is no TOML: {why}") from None
        try:
            values = dict(_flat(tree, "", path))
        except RecursionError:
            raise ValueError(_too_deep(path)) from None
        return cls(path, named_by, values, bool(mode & stat.S_IROTH))

    def find(self, key: str) -> str | None:
        """What it has of the key; of a table `name=value,name=value`."""
        if key in self.values:
            return self.values[key]
        values = {
            name.removeprefix(f"{key}."): value
            for name, value in self.values.items()
            if name.startswith(f"{key}.")
        }
        return ",".join(f"{name}={value}" for name, value in values.items()) or None

    def refuse_unknown(self, known_keys: Collection[str], tables: Collection[str]) -> None:
        """Raises `ValueError` for a key that is none of these, nor in one of these tables."""
        for key in self.values:
            if key not in known_keys and key.rpartition(".")[0] not in tables:
                close = get_close_matches(shown_key := _cut(key), known_keys, n=1)
                meant = f"is {close[0]} meant?" if close else "./run check-config --help lists them"
                raise ValueError(f"{self.path}: there is no setting {shown_key}; {meant}")

    def refuse_read_by_all(self, key: str) -> None:
        """Raises `ValueError`, as a secret is in it."""
        if self.is_read_by_all:
            raise ValueError(f"{read_by_all(self.named_by, self.path)} (its {key} is the secret)")


def _too_deep(path: Path) -> str:
    return f"{path} is too deep: settings are in tables within tables at most"


def _cut(text: str) -> str:
    """What is shown of a text that somebody made as long as the file."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def _flat(tree: Mapping[str, Any], before: str, path: Path) -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        key = f"{before}{name}"
        if isinstance(value, dict):
            yield from _flat(value, f"{key}.", path)
        else:
            yield key, _as_text(value, key, path)


def _as_text(value: object, key: str, path: Path) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case str():
            return value
        case int() | float():
            return repr(value)
        case list() if all(isinstance(item, str) and "," not in item for item in value):
            return ",".join(value)
    raise ValueError(
        f"{path}: {_cut(key)} must be a text, a number, true, false, or a list of texts without"
        ' commas, as ["one", "two"]'
    )
