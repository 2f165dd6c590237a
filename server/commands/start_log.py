"""What a server says at its start: which Prime it is, what is set, and where that comes from."""

import os
from collections.abc import Mapping

import structlog

from server.commands.checks.misspelt_variables import misspelt_variables
from server.logs.log import ServerLog
from server.settings.missing_companions import missing_companions
from server.settings.settings import Settings
from server.settings.settings_display import SettingShown, shown_settings
from server.version import VERSION, commit, version_in_words

log = structlog.get_logger()


def tell_start(
    own_log: ServerLog, settings: Settings, environment: Mapping[str, str] = os.environ
) -> None:
    """Two lines for programs; for eyes what is not the default. Then what nobody would notice."""
    settings_shown = [
        shown_setting for shown_setting in shown_settings(settings) if not shown_setting.is_default
    ]
    if own_log.is_json:
        log.info("starting", version=VERSION, commit=commit())
        settings_by_name = {
            setting.name: {"value": setting.value, "where": setting.where}
            for setting in settings_shown
        }
        log.info("settings", given=settings_by_name)
    else:
        own_log.say("", f"Prime {version_in_words()}{_for_eyes(settings_shown)}")
    for problem in (
        *misspelt_variables(environment),
        *missing_companions(settings, environment),
    ):
        log.warning(problem)


def _for_eyes(settings_shown: list[SettingShown]) -> str:
    widest = max((len(setting.name) for setting in settings_shown), default=0)
    return "".join(
        f"\n  {each.name.ljust(widest)}  {each.value}  ({each.where})" for each in settings_shown
    )
