"""Variables that look like a setting and are none: nobody would notice."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from server.settings.settings_table import SETTINGS

CLOSE = 0.85
"""How alike two names are, from 0 to 1, where one is meant for the other."""

PREFIX = "PRIME_"
"""Of most settings, and not of all: who gives it to SMTP_URL means that one."""


def misspelt_variables(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each."""
    known_variables = [
        name for setting in SETTINGS for name in (setting.variable, f"{setting.variable}_FILE")
    ]
    without_prefix = {name.removeprefix(PREFIX): name for name in known_variables}
    warnings = []
    for name in sorted(environment):
        if name not in known_variables and name.startswith(
            (PREFIX, "DATABASE_", "REDIS_", "SMTP_")
        ):
            rests = _close(name.removeprefix(PREFIX), without_prefix)
            close = [without_prefix[rest] for rest in rests] or _close(name, known_variables)
            warnings += [f"there is no setting {name}; is {close[0]} meant?"] if close else []
    return warnings


def _close(name: str, known_names: Collection[str]) -> list[str]:
    """The one that it is most like, if it is like any."""
    return get_close_matches(name, list(known_names), n=1, cutoff=CLOSE)
