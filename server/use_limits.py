"""How much one may have and do, where an operator may say otherwise."""

from dataclasses import dataclass, fields

from schema import limits


@dataclass(frozen=True, slots=True)
class Limits:
    """0: without bound.

    The numbers for an address or a user are those of one node, unless `schema.limits` says more.
    """

    sockets_per_address: float = limits.MAX_SOCKETS_PER_ADDRESS
    strangers_per_address: float = limits.MAX_STRANGERS_PER_ADDRESS
    strangers: float = limits.MAX_STRANGERS
    connects_per_second: float = limits.MAX_CONNECTS_PER_SECOND
    sockets_per_user: float = limits.MAX_SOCKETS_PER_USER
    rooms_per_user: float = limits.MAX_ROOMS_PER_USER
    seats_per_user: float = limits.MAX_SEATS_PER_USER
    registrations_per_hour: float = limits.MAX_REGISTRATIONS_PER_HOUR
    wrong_passwords_per_hour: float = limits.MAX_WRONG_PASSWORDS_PER_HOUR
    logins_per_user: float = limits.MAX_LOGINS_PER_USER
    projects_per_user: float = limits.MAX_PROJECTS_PER_USER
    members_per_project: float = limits.MAX_MEMBERS_PER_PROJECT
    snapshots_per_project: float = limits.MAX_SNAPSHOTS_PER_PROJECT
    lookups_per_hour: float = limits.MAX_LOOKUPS_PER_HOUR

    @staticmethod
    def read(text: str) -> "Limits":
        """`name=number, name=number`; raises `ValueError` with the names there are."""
        values: dict[str, float] = {}
        for pair in filter(None, (part.strip() for part in text.split(","))):
            name, _, number = pair.partition("=")
            values[name.strip()] = _number(number)
        known = [field.name for field in fields(Limits)]
        if not values.keys() <= set(known) or any(not 0 <= n <= 1e9 for n in values.values()):
            raise ValueError(
                f"PRIME_LIMITS must be like name=number,name=number with names of: "
                f"{', '.join(known)}, and numbers from 0 (no bound) to 1e9"
            )
        return Limits(**{name: number or float("inf") for name, number in values.items()})


def limits_in_words() -> str:
    """The names there are and their defaults, for who starts a server."""
    words = "\n".join(f"  {field.name}={field.default:g}" for field in fields(Limits))
    return f"""variables of the environment: docs/operating.md. Of them
PRIME_LIMITS=name=number,name=number says how much an address or a user may have; 0 is no bound:
{words}"""


def _number(text: str) -> float:
    """NaN, which is in no range, for what is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
