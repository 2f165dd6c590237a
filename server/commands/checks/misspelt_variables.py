"""Variables that look like a setting and are none: nobody would notice."""

from collections.abc import Mapping
from difflib import get_close_matches

from server.settings.settings_table import SETTINGS

CLOSE = 0.85
"""How alike two names are, from 0 to 1, where one is meant for the other."""


def misspelt_variables(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each."""
    known_variables = [
        name for setting in SETTINGS for name in (setting.variable, f"{setting.variable}_FILE")
    ]
    warnings = []
    for name in sorted(environment):
        if name not in known_variables and name.startswith(
            ("PRIME_", "DATABASE_", "REDIS_", "SMTP_")
        ):
            close = get_close_matches(name, known_variables, n=1, cutoff=CLOSE)
            warnings += [f"there is no setting {name}; is {close[0]} meant?"] if close else []
    return warnings
