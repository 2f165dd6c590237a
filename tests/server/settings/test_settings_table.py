"""The table of settings is whole, and each row of it says of a wrong value what would be right."""

from dataclasses import fields
from functools import reduce

import pytest

from machine.settings.sources import GivenValue
from persistence.errors import BadSetting
from server.settings.reading import read_settings
from server.settings.setting import Setting
from server.settings.settings import Settings
from server.settings.settings_table import BY_FIELD, SETTINGS, TABLES

BY_VARIABLE = pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each.variable)

NONSENSE = "\x00 nonsense, of any kind /"

NOT_SETTINGS = {"access_seconds", "balancer", "refresh_seconds", "given"}
"""Fields that no operator sets."""


def test_each_is_there_once() -> None:
    for names in ([each.field for each in SETTINGS], [each.variable for each in SETTINGS],
                  [each.toml_key for each in SETTINGS]):  # fmt: skip
        assert len(set(names)) == len(names)
    assert {name.partition(".")[0] for name in BY_FIELD} == {
        field.name for field in fields(Settings)
    } - NOT_SETTINGS
    assert {each.toml_key for each in SETTINGS} >= TABLES


@BY_VARIABLE
def test_its_example_and_its_default_are_right(setting: Setting) -> None:
    setting.parse(setting.example)
    setting.value_of(None)


@BY_VARIABLE
def test_a_value_that_is_none_is_one_line_that_says_what_would_be(setting: Setting) -> None:
    with pytest.raises(BadSetting) as error:
        setting.value_of(GivenValue(NONSENSE, setting.variable, "environment"))
    said = str(error.value)
    assert said.startswith(f"{setting.variable} must be {setting.shape}, as {setting.example}")
    assert len(said.splitlines()) == 1
    assert error.value.exit_code == 2


def test_defaults_are_those_of_the_fields() -> None:
    read = read_settings({}, {})
    bare = Settings(read.host, read.port, read.data, None, (), None)
    assert read == bare


@BY_VARIABLE
def test_where_a_value_comes_from_is_kept(setting: Setting) -> None:
    more = {
        "PRIME_MAIL_FROM": "a@example.com",
        "PRIME_TLS_CERT": "/a/fullchain.pem",
        "PRIME_TLS_KEY": "/a/privkey.pem",
        "PRIME_PUBLIC_URL": "https://prime.example.com",
        "PRIME_PROVIDER_GOOGLE_CLIENT_ID": "g",
        "PRIME_PROVIDER_GITHUB_CLIENT_ID": "g",
        "PRIME_PROVIDER_STUDIO_CLIENT_ID": "g",
        "PRIME_PROVIDER_STUDIO_ISSUER": "https://login.studio.example",
    }
    read = read_settings({}, more | {setting.variable: setting.example})
    assert read.given[setting.field].text == setting.example
    assert read.where(setting.field) == "environment"
    if setting.field != "providers.names" and not setting.field.startswith("mail."):
        value = reduce(getattr, setting.field.split("."), read)
        assert value == setting.parse(setting.example)
