"""What two readings of the settings have otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.settings.setting import Setting
from server.settings.settings import Settings
from server.settings.settings_table import SETTINGS


@dataclass(frozen=True, slots=True)
class SettingsChanges:
    """In the order of the table."""

    reloadable: Sequence[Setting]
    """A node takes them over while it serves."""
    at_next_start: Sequence[Setting]
    """It does not."""


def reloadable_changes(settings_before: Settings, settings_after: Settings) -> SettingsChanges:
    """Which settings have another value, by what can be done with them.

    A file that a setting names may have another content all the same: that is not looked at.
    """
    changed_settings = [
        setting
        for setting in SETTINGS
        if _texts(settings_before, setting) != _texts(settings_after, setting)
    ]
    return SettingsChanges(
        [each for each in changed_settings if each.is_reloadable],
        [each for each in changed_settings if not each.is_reloadable],
    )


def _texts(settings: Settings, setting: Setting) -> list[str | None]:
    """What was written of it, or is its default; of providers each of their variables, too."""
    own_setting = settings.given.get(setting.field)
    provider_settings = settings.given if setting.field == "providers.names" else {}
    of_providers = [
        f"{name}={setting_given.text}"
        for name, setting_given in sorted(provider_settings.items())
        if name.startswith("PRIME_PROVIDER_")
    ]
    return [setting.default if own_setting is None else own_setting.text, *of_providers]
