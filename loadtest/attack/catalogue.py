"""What an attack is: a number, what it tries, and what became of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from loadtest.attack.target import Target


class Verdict(StrEnum):
    """What became of an attack."""

    REFUSED = "refused"
    GOT_THROUGH = "got through"
    NOT_TRIED = "not tried"


class GotThrough(Exception):
    """The server did what it must not; the text says what."""


class NotTried(Exception):
    """This target does not have what the attack is about; the text says why."""


Try = Callable[[Target], Awaitable[str]]
"""Returns how it was refused; raises `GotThrough` or `NotTried`."""


@dataclass(frozen=True, slots=True)
class Attack:
    """`number`: of the attacks A1 to A32, or of the finding that it repeats."""

    number: str
    what: str
    run: Try


@dataclass(frozen=True, slots=True)
class Outcome:
    """`explanation`: how it was refused, what got through, or why it was not tried."""

    number: str
    what: str
    verdict: Verdict
    explanation: str


ATTACKS: list[Attack] = []
"""All that are defined, each added by `attack`."""


ON_EACH_NODE = frozenset({*(f"A{number}" for number in range(1, 17)), "A24", "A26", "A28", "A30"})
"""Attacks on who gets in and who may do what: each node has to refuse them, whatever the others do,
so one that has come to some nodes alone is tried again."""


ELSEWHERE = {
    "A6": "tokens signed rightly with wrong claims:"
    " tests/server/calls/accounts/test_refreshing_tokens.py",
    "A13": "logins by a provider, beside a provider that does its part wrongly:"
    " tests/attacks/test_providers.py",
    "A27": "patterns that take long: all are linear; odd values in every parameter (A17) try them",
    "A29": "forged messages on the bus: tests/server/nodes/test_bus.py",
    "A32": "libraries with known faults: the lock file has hashes; an audit needs the network",
}
"""Of the attacks A1 to A32 those that no client can try from outside, and where they are."""


def attack(number: str, description: str) -> Callable[[Try], Try]:
    """Put a function among `ATTACKS`."""

    def add(run: Try) -> Try:
        ATTACKS.append(Attack(number, description, run))
        return run

    return add


def must(holds: object, why: str) -> None:
    """Raises, if it is false: the attack got through."""
    if not holds:
        raise GotThrough(why)


def code_of(message: dict[str, object]) -> str:
    """The code of an error; of anything else its kind in brackets."""
    return str(message["code"]) if message["t"] == "error" else f"({message['t']})"
