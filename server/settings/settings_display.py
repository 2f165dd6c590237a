"""All settings as they may be shown: what each is, and where from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from machine.settings.masking import HIDDEN
from machine.settings.sources import CONFIG
from schema.text.one_line import one_line
from server.accounts.providers.provider_settings import SECRET_WORDS
from server.settings.settings import Settings
from server.settings.settings_table import SETTINGS

WRONG = "(makes no sense: see below)"
"""In place of the value."""

MOST_CHARACTERS = 200
"""Of a value."""


@dataclass(frozen=True, slots=True)
class SettingShown:
    """One of them."""

    name: str
    """The variable."""
    value: str
    """Without what is secret."""
    where: str
    """`default`, or where it is set."""

    @property
    def is_default(self) -> bool:
        """Whether it is set nowhere."""
        return self.where == "default"


def shown_settings(
    settings: Settings, wrong_places: Mapping[str, str] | None = None
) -> Iterator[SettingShown]:
    """In the order of the table; then what is said of providers; first the TOML file.

    `wrong_places`: where each is set whose value makes no sense; it may be, or hold, a secret.
    """
    if (config := settings.given.get("config")) is not None:
        yield SettingShown(CONFIG, config.text, config.source)
    for setting in SETTINGS:
        setting_given = settings.given.get(setting.field)
        if wrong_places and setting.field in wrong_places:
            yield SettingShown(setting.variable, WRONG, wrong_places[setting.field])
        elif setting_given is None:
            yield SettingShown(setting.variable, setting.default_shown.replace("`", ""), "default")
        else:
            value = setting.shown(setting_given.text) if setting_given.text else "(empty)"
            yield SettingShown(setting.variable, _in_one_line(value), setting_given.source)
    for name, setting_given in settings.given.items():
        if name.startswith("PRIME_PROVIDER_"):
            value = (
                HIDDEN if name.endswith(tuple(SECRET_WORDS)) else _in_one_line(setting_given.text)
            )
            yield SettingShown(name, value, setting_given.source)


def _in_one_line(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= MOST_CHARACTERS else f"{line[:MOST_CHARACTERS]}..."
