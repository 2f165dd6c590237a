"""What a case of the table of bounds is, and where all of them are kept.

A case goes to the bound and one past it, at its door, and says what happened at each: None, where
it was taken, or what the row says of `past`. Add yours beside its row: `@case("MAX_...")` for what
needs nothing, `@live_case("MAX_...")` for what needs a running node.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from schema.bounds import Past
from tests.server.conftest import Node


class Seen(NamedTuple):
    """What happened at the bound (None: it was taken), and one past it."""

    at: Past | None
    past: Past | None


Case = Callable[[], Seen]
LiveCase = Callable[[Node], Awaitable[Seen]]

CASES: dict[str, Case] = {}
LIVE_CASES: dict[str, LiveCase] = {}


def case(name: str) -> Callable[[Case], Case]:
    """The case of this row, which needs no server."""

    def keep(function: Case) -> Case:
        assert name not in CASES, name
        CASES[name] = function
        return function

    return keep


def live_case(name: str) -> Callable[[LiveCase], LiveCase]:
    """The case of this row, which asks a running node."""

    def keep(function: LiveCase) -> LiveCase:
        assert name not in LIVE_CASES, name
        LIVE_CASES[name] = function
        return function

    return keep
