"""All settings, read from the command line, the environment, their files and the TOML file."""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from machine.settings.sources import COMMAND_LINE, ENVIRONMENT, GivenValue, Sources
from machine.sockets.listening_address import refuse_bare
from persistence.errors import BadSetting
from persistence.lanes import LaneSizes
from server.accounts.mail.mail_settings import MailSettings, read_mail_settings
from server.accounts.providers.provider_settings import (
    SECRET_WORDS,
    WORDS,
    Providers,
    read_providers,
    variable_of,
)
from server.settings.setting import Setting
from server.settings.settings import Settings
from server.settings.settings_table import SETTINGS, TABLES

T = TypeVar("T")

KEEPS_ALL = frozenset({"config", "unknown", "host"})
"""Where one of these is wrong, a reload takes nothing over: who knows what else was meant."""


NOT_READ = "not read"
"""Where a setting is that cannot be read, as a file that is closed to us."""

PAIR = ("tls_certificate", "tls_key")


@dataclass(frozen=True, slots=True)
class SettingsReading:
    """What was read, and what makes no sense: there the default stands in."""

    settings: Settings
    problems: dict[str, str]
    """By `Setting.field`, or by what is wrong of several together: a sentence."""
    wrong_places: dict[str, str]
    """By `Setting.field` of each whose own value is wrong: where it is set."""

    @property
    def wrong_fields(self) -> frozenset[str]:
        """What they are about; of mail also what is missing where its server is named."""
        missing = frozenset(("mail.sender", "mail.public_url") if "mail" in self.problems else ())
        return (missing - self.settings.given.keys()) | self.problems.keys()


def read_settings(
    options: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Raises `BadSetting` for the first that makes no sense. May be called again at any time.

    `options`: what the command line says, by `Setting.field`; its `config` names the TOML file.
    `environment`: that of this process, if none is given.
    """
    reading = read_all(options or {}, os.environ if environment is None else environment)
    for problem in reading.problems.values():
        raise BadSetting(problem)
    return reading.settings


def read_all(options: Mapping[str, str], environment: Mapping[str, str]) -> SettingsReading:
    """The same, with all that is wrong; raises nothing."""
    reader = _Reader(options, environment)
    return SettingsReading(reader.read(), reader.problems, reader.wrong_places)


class _Reader:
    def __init__(self, options: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self.problems: dict[str, str] = {}
        """See `SettingsReading`, also of the next one."""
        self.wrong_places: dict[str, str] = {}
        self._options = options
        self._settings_given: dict[str, GivenValue] = {}
        """What is set, by `Setting.field`; of providers by their variables."""
        self._sources = self._try(
            "config",
            lambda: Sources.of(environment, options.get("config")),
            Sources({name: text for name, text in environment.items() if name != "PRIME_CONFIG"}),
        )

    def read(self) -> Settings:
        self._note_config()
        values = {setting.field: self._value(setting) for setting in SETTINGS}
        self._try("unknown", lambda: self._refuse_unknown(values["providers.names"]), None)
        pair = values["tls_certificate"], values["tls_key"]
        self._try_together("tls_key", PAIR, lambda: _refuse_half(*pair), None)
        host, is_fine = values["host"], values["behind_proxy"] or None not in pair
        needs = ("host", "behind_proxy", *PAIR)
        self._try_together("host", needs, lambda: refuse_bare(host, is_fine), None)
        return Settings(
            **{name: value for name, value in values.items() if "." not in name},
            lanes=LaneSizes(**_group_fields("lanes", values)),
            mail=self._mail(values),
            providers=self._providers(values),
            given=self._settings_given,
        )

    def _value(self, setting: Setting) -> Any:
        self.wrong_places[setting.field] = NOT_READ

        def read() -> Any:
            setting_given = self._find(setting)
            if setting_given is not None:
                self.wrong_places[setting.field] = setting_given.source
            value = setting.value_of(setting_given)
            del self.wrong_places[setting.field]
            if setting_given is not None:
                self._settings_given[setting.field] = setting_given
            return value

        return self._try(setting.field, read, setting.value_of(None))

    def _find(self, setting: Setting) -> GivenValue | None:
        if setting.field in self._options:
            name = setting.option or f"--{setting.field}"
            return GivenValue(self._options[setting.field], name, COMMAND_LINE)
        return self._sources.find(
            setting.variable,
            key=setting.toml_key,
            is_secret=setting.is_secret,
            may_be_empty=setting.may_be_empty,
        )

    def _mail(self, values: Mapping[str, Any]) -> MailSettings:
        without_mail = MailSettings(public_url=values["mail.public_url"])
        mail_values = _group_fields("mail", values)
        needs = [f"mail.{name}" for name in mail_values]
        return self._try_together(
            "mail", needs, lambda: read_mail_settings(**mail_values), without_mail
        )

    def _providers(self, values: Mapping[str, Any]) -> Providers:
        def get(name: str, word: str) -> str | None:
            variable = variable_of(name, word)
            setting_given = self._sources.find(
                variable, key=_key(name, word), is_secret=word in SECRET_WORDS
            )
            if setting_given is not None:
                self._settings_given[variable] = setting_given
            return None if setting_given is None else setting_given.text

        names, redirects = values["providers.names"], values["providers.redirects"]
        return self._try_together(
            "providers",
            ["providers.names"],
            lambda: read_providers(names, redirects, get),
            Providers({}, redirects),
        )

    def _note_config(self) -> None:
        if (config := self._sources.config) is not None:
            where = COMMAND_LINE if "config" in self._options else ENVIRONMENT
            self._settings_given["config"] = GivenValue(str(config.path), config.named_by, where)

    def _refuse_unknown(self, providers: tuple[str, ...]) -> None:
        if self._sources.config is not None:
            of_providers = {_key(name, word) for name in providers for word in WORDS}
            if "providers.names" in self.problems:  # nobody knows which were meant
                keys = self._sources.config.values
                of_providers = {key for key in keys if key.startswith("provider.")}
            known_keys = {setting.toml_key for setting in SETTINGS} - TABLES | of_providers
            self._sources.config.refuse_unknown(known_keys, TABLES)

    def _try_together(
        self, name: str, needs: Collection[str], read_value: Callable[[], T], otherwise: T
    ) -> T:
        """Where one of them is wrong itself, that is told, and not what follows from it."""
        if self.problems.keys() & {"config", *needs}:
            return otherwise
        return self._try(name, read_value, otherwise)

    def _try(self, name: str, read_value: Callable[[], T], otherwise: T) -> T:
        try:
            return read_value()
        except (BadSetting, ValueError) as error:
            self.problems.setdefault(name, str(error))
            return otherwise


def _group_fields(group: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What belongs to a field of `Settings` that has fields of its own."""
    beginning = f"{group}."
    return {
        name.removeprefix(beginning): value
        for name, value in values.items()
        if name.startswith(beginning)
    }


def _refuse_half(certificate: object, key: object) -> None:
    if (certificate is None) != (key is None):
        names = ["PRIME_TLS_CERT", "PRIME_TLS_KEY"]
        given_name, missing_name = names if key is None else reversed(names)
        raise ValueError(
            f"{given_name} is set and {missing_name} is not: a certificate goes with its key"
        )


def _key(name: str, word: str) -> str:
    return f"provider.{name}.{word.lower()}"
