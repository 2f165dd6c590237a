"""All settings, read from the command line, the environment, their files and the TOML file."""

import os
from collections.abc import Mapping
from typing import Any

from machine.loopback import refuse_bare
from machine.settings.sources import COMMAND_LINE, ENVIRONMENT, Given, Sources
from persistence.errors import BadSetting
from persistence.lanes import LaneSizes
from server.accounts.mail.mail_settings import read_mail_settings
from server.accounts.providers.provider_settings import (
    SECRET_WORDS,
    WORDS,
    read_providers,
    variable_of,
)
from server.settings.setting import Setting
from server.settings.settings import Settings
from server.settings.table import SETTINGS, TABLES


def read_settings(
    options: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Raises `BadSetting` for the first that makes no sense. May be called again at any time.

    `options`: what the command line says, by `Setting.field`; its `config` names the TOML file.
    `environment`: that of this process, if none is given.
    """
    options = options or {}
    try:
        sources = Sources.of(
            os.environ if environment is None else environment, options.get("config")
        )
        given = _given(options, sources)
        values = {each.field: each.value_of(given.get(each.field)) for each in SETTINGS}
        _refuse_unknown(sources, values["providers.names"])
        refuse_bare(values["host"], values["behind_proxy"])
        return _settings(values, given, sources)
    except ValueError as error:
        raise BadSetting(str(error)) from None


def _given(options: Mapping[str, str], sources: Sources) -> dict[str, Given]:
    """What is set, by `Setting.field`."""
    found = {each.field: _find(each, options, sources) for each in SETTINGS}
    if (config := sources.config) is not None:
        where = COMMAND_LINE if "config" in options else ENVIRONMENT
        found["config"] = Given(str(config.path), config.named_by, where)
    return {name: given for name, given in found.items() if given is not None}


def _find(setting: Setting, options: Mapping[str, str], sources: Sources) -> Given | None:
    if setting.field in options:
        name = setting.option or f"--{setting.field}"
        return Given(options[setting.field], name, COMMAND_LINE)
    return sources.find(
        setting.variable,
        key=setting.toml_key,
        is_secret=setting.is_secret,
        may_be_empty=setting.may_be_empty,
    )


def _settings(values: Mapping[str, Any], given: dict[str, Given], sources: Sources) -> Settings:
    def get(name: str, word: str) -> str | None:
        variable = variable_of(name, word)
        found = sources.find(variable, key=_key(name, word), is_secret=word in SECRET_WORDS)
        if found is not None:
            given[variable] = found
        return None if found is None else found.text

    names, redirects = values["providers.names"], values["providers.redirects"]
    return Settings(
        **{name: value for name, value in values.items() if "." not in name},
        lanes=LaneSizes(**_within("lanes", values)),
        mail=read_mail_settings(**_within("mail", values)),
        providers=read_providers(names, redirects, get),
        given=given,
    )


def _within(group: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What belongs to a field of `Settings` that has fields of its own."""
    beginning = f"{group}."
    return {
        name.removeprefix(beginning): value
        for name, value in values.items()
        if name.startswith(beginning)
    }


def _key(name: str, word: str) -> str:
    return f"provider.{name}.{word.lower()}"


def _refuse_unknown(sources: Sources, providers: tuple[str, ...]) -> None:
    if sources.config is not None:
        of_providers = {_key(name, word) for name in providers for word in WORDS}
        known = {setting.toml_key for setting in SETTINGS} - TABLES | of_providers
        sources.config.refuse_unknown(known, TABLES)
