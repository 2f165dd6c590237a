"""One setting: what it is called, how its text is read, and how it is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from machine.settings.masking import masked
from machine.settings.sources import GivenValue, key_of
from persistence.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the table of settings."""

    field: str
    """Of `Settings`; of what is within a field, as `lanes.appends`."""
    variable: str
    """Of the environment; with `_FILE` behind it the one that names a file with the value."""
    parse: Callable[[str], Any]
    """The value of a text; raises `ValueError` that says, if `shape` is not enough, why not."""
    shape: str
    """What the text must be, behind `must be`, with its bounds."""
    example: str
    """A text that is right."""
    meaning: str
    """In a line."""
    default: str | None = None
    """The text that counts where nothing is set; None: then the value is None."""
    default_in_words: str = ""
    """Where the text alone does not say it."""
    option: str | None = None
    """Of the command line; most settings have none, and secrets never."""
    is_switch: bool = False
    """The option is on by being there."""
    is_secret: bool = False
    """It is, or holds, what nobody else may see."""
    is_reloadable: bool = False
    """A node that is told to read its settings anew takes it over while it serves."""
    may_be_empty: bool = False
    """Set but empty is a value."""
    key: str = ""
    """In the TOML file; empty: `key_of(variable)`."""

    @property
    def toml_key(self) -> str:
        """As it is written in the TOML file, behind its table and a dot where it is in one."""
        return self.key or key_of(self.variable)

    @property
    def default_shown(self) -> str:
        """For eyes."""
        return self.default_in_words or self.default or "none"

    def value_of(self, given: GivenValue | None) -> Any:
        """Of what was found, or the default; raises `BadSetting`, without repeating a secret."""
        text = self.default if given is None else given.text
        if text is None:
            return None
        try:
            return self.parse(text)
        except ValueError as error:
            name = self.variable if given is None else given.name
            why = f": {error}" if str(error) else ""
            raise BadSetting(f"{name} must be {self.shape}, as {self.example}{why}") from None

    def shown(self, text: str) -> str:
        """For eyes: a secret is not, of a URL all but what may be one."""
        return masked(text) if self.is_secret else text
