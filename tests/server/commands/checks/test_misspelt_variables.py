"""Variables that are nearly a setting."""

import pytest

from server.commands.checks.misspelt_variables import misspelt_variables
from server.settings.setting import Setting
from server.settings.settings_table import SETTINGS


def test_what_is_nearly_one_is_named_with_it() -> None:
    environment = {
        "PRIME_ORIGNS": "x",
        "PRIME_SECRET_FILES": "x",
        "DATABASE_URLS": "x",
        "PRIME_ORIGINS": "x",
        "PRIME_SECRET_FILE": "x",
        "PRIME_CWD": "x",
        "PRIME_PROVIDER_GOOGLE_CLIENT_ID": "x",
        "HOME": "x",
    }
    assert misspelt_variables(environment) == [
        "there is no setting DATABASE_URLS; is DATABASE_URL meant?",
        "there is no setting PRIME_ORIGNS; is PRIME_ORIGINS meant?",
        "there is no setting PRIME_SECRET_FILES; is PRIME_SECRET_FILE meant?",
    ]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.variable)
def test_a_prefix_too_many_or_too_few_is_seen_of_each_setting(setting: Setting) -> None:
    """But for what begins as other programs' variables do: that is not looked at."""
    if (rest := setting.variable.removeprefix("PRIME_")) == setting.variable:
        meant = f"there is no setting PRIME_{rest}; is {setting.variable} meant?"
        assert misspelt_variables({f"PRIME_{rest}": "x"}) == [meant]
        meant = f"there is no setting PRIME_{rest}_FILES; is {setting.variable}_FILE meant?"
        assert misspelt_variables({f"PRIME_{rest}_FILES": "x"}) == [meant]
    else:
        assert misspelt_variables({setting.variable: "x", rest: "x"}) == []


def test_what_others_set_is_no_setting_that_is_misspelt() -> None:
    """Kubernetes tells each container of a service that is called prime; tests have their own."""
    names = "SERVICE_HOST SERVICE_PORT PORT_8787_TCP PORT_8787_TCP_ADDR TEST_DATABASE_URL URL EMAIL"
    assert misspelt_variables({f"PRIME_{name}": "x" for name in names.split()}) == []
