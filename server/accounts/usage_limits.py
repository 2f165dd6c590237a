"""How much one may have and do, where an operator may say otherwise."""

import difflib
from dataclasses import dataclass, fields

from schema import limits


@dataclass(frozen=True, slots=True)
class UsageLimits:
    """0: without bound.

    The numbers for an address or a user are those of one node, unless `schema.limits` says more.
    """

    sockets_per_address: float = limits.MAX_SOCKETS_PER_ADDRESS
    strangers_per_address: float = limits.MAX_STRANGERS_PER_ADDRESS
    strangers: float = limits.MAX_STRANGERS
    connects_per_second: float = limits.MAX_CONNECTS_PER_SECOND
    sockets_per_user: float = limits.MAX_SOCKETS_PER_USER
    ops_per_second: float = limits.OPS_PER_SECOND
    rooms_per_user: float = limits.MAX_ROOMS_PER_USER
    seats_per_user: float = limits.MAX_SEATS_PER_USER
    stranger_calls_per_second: float = limits.MAX_STRANGER_CALLS_PER_SECOND
    refreshes_per_hour: float = limits.MAX_REFRESHES_PER_HOUR
    registrations_per_hour: float = limits.MAX_REGISTRATIONS_PER_HOUR
    wrong_passwords_per_hour: float = limits.MAX_WRONG_PASSWORDS_PER_HOUR
    provider_logins_per_hour: float = limits.MAX_PROVIDER_LOGINS_PER_HOUR
    wrong_codes_per_hour: float = limits.MAX_WRONG_CODES_PER_HOUR
    wrong_secrets_per_network: float = limits.MAX_WRONG_SECRETS_PER_NETWORK
    device_codes_per_hour: float = limits.MAX_DEVICE_CODES_PER_HOUR
    user_code_tries_per_hour: float = limits.MAX_USER_CODE_TRIES_PER_HOUR
    mails_asked_per_hour: float = limits.MAX_MAILS_ASKED_PER_HOUR
    logins_per_user: float = limits.MAX_LOGINS_PER_USER
    projects_per_user: float = limits.MAX_PROJECTS_PER_USER
    members_per_project: float = limits.MAX_MEMBERS_PER_PROJECT
    snapshots_per_project: float = limits.MAX_SNAPSHOTS_PER_PROJECT
    presets_per_user: float = limits.MAX_PRESETS_PER_USER
    audio_files_per_project: float = limits.MAX_AUDIO_FILES_PER_PROJECT
    lookups_per_hour: float = limits.MAX_LOOKUPS_PER_HOUR
    recall_uses_per_hour: float = limits.MAX_RECALL_USES_PER_HOUR

    @staticmethod
    def read(text: str) -> "UsageLimits":
        """`name=number, name=number`; raises `ValueError` that names the part at fault."""
        values: dict[str, float] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, number = part.partition("=")
            problem = _problem_with(name.strip(), number)
            if problem:
                raise ValueError(f"{part!r} {problem}")
            values[name.strip()] = float(number)
        return UsageLimits(**{name: number or float("inf") for name, number in values.items()})


def _problem_with(name: str, number: str) -> str:
    """What is wrong with a part, or nothing."""
    known_names = [field.name for field in fields(UsageLimits)]
    if name not in known_names:
        close = difflib.get_close_matches(name, known_names, n=1)
        meant = f"; is {close[0]} meant?" if close else ""
        return f"names none of {', '.join(known_names)}{meant}"
    try:
        fits = 0 <= float(number) <= 1e9
    except ValueError:
        fits = False
    return "" if fits else "gives no number from 0 (no bound) to 1e9"


def limits_in_words() -> str:
    """The names there are and their defaults, for who starts a server."""
    limit_lines = "\n".join(f"  {field.name}={field.default:g}" for field in fields(UsageLimits))
    return f"""variables of the environment: docs/operating/settings.md. Of them
PRIME_LIMITS=name=number,name=number says how much an address or a user may have; 0 is no bound:
{limit_lines}"""
