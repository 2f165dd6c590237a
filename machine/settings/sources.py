"""Where the value of a setting is found: a variable, the file that one names, a TOML file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from machine.caller_paths import path_of_caller
from machine.settings.config_file import ConfigFile
from machine.settings.masking import holds_secret
from machine.settings.value_file import value_in

CONFIG = "PRIME_CONFIG"
"""The variable that names the TOML file."""


COMMAND_LINE = "command line"
ENVIRONMENT = "environment"
"""Where a value comes from, if from no file."""


@dataclass(frozen=True, slots=True)
class GivenValue:
    """One value, as it was written."""

    text: str = field(repr=False)
    name: str
    """What whoever wrote it calls it: `--port`, `PRIME_SECRET_FILE`, `port in /etc/prime.toml`."""
    source: str
    """`command line`, `environment`, or the file that it is in."""


class Sources:
    """A variable beats a file. Raises `ValueError` for what cannot be read, in one sentence."""

    def __init__(self, environment: Mapping[str, str], config: ConfigFile | None = None) -> None:
        self.environment = environment
        self.config = config
        """None: there is none."""

    @classmethod
    def of(cls, environment: Mapping[str, str], config: str | Path | None = None) -> Self:
        """With the TOML file that `config` (of --config), else PRIME_CONFIG names."""
        path = config or environment.get(CONFIG) or None
        named_by = "--config" if config else CONFIG
        file = None if path is None else ConfigFile.read(path_of_caller(path), named_by)
        return cls(environment, file)

    def find(
        self, variable: str, *, key: str = "", is_secret: bool = False, may_be_empty: bool = False
    ) -> GivenValue | None:
        """What is set; an empty text counts as not set, unless it `may_be_empty`.

        `key`: in the TOML file, where it is another than `key_of(variable)`. `is_secret`: a file
        that has it and that everyone can read is refused.
        """
        written = self.environment.get(variable)
        is_written = written is not None and (may_be_empty or written != "")
        by_file = f"{variable}_FILE"
        path = self.environment.get(by_file)
        if is_written and path:
            raise ValueError(
                f"{variable} and {by_file} are both set: unset the one that is not meant"
            )
        if written is not None and is_written:
            return GivenValue(written, variable, ENVIRONMENT)
        if path:
            return GivenValue(value_in(path_of_caller(path), by_file, is_secret), by_file, path)
        return self._in_config(key or key_of(variable), is_secret, may_be_empty)

    def _in_config(self, key: str, is_secret: bool, may_be_empty: bool) -> GivenValue | None:
        text = None if self.config is None else self.config.find(key)
        if self.config is None or text is None or not (text or may_be_empty):
            return None
        if is_secret and holds_secret(text):
            self.config.refuse_read_by_all(key)
        return GivenValue(text, f"{key} in {self.config.path}", str(self.config.path))


def key_of(variable: str) -> str:
    """How the TOML file calls what the variable is: `history_days` of `PRIME_HISTORY_DAYS`."""
    return variable.removeprefix("PRIME_").lower()


SECRETS = frozenset({"DATABASE_URL", "PRIME_PASSWORD"})
"""Of what is looked for one by one."""


def set_here(variable: str, config: str | Path | None = None) -> GivenValue | None:
    """What is set of one setting, for this process; raises `ValueError`."""
    return Sources.of(os.environ, config).find(variable, is_secret=variable in SECRETS)
