"""How whatever a client asks for says no: a code of the table and a sentence."""

import math
from difflib import get_close_matches

from schema.calls import METHODS
from schema.errors import ErrorCode
from schema.messages import Error

NAMES_OF: dict[str, list[str]] = {}
"""What a call begins with, before the dot -> what all calls that do go on with."""
for _method in METHODS:
    NAMES_OF.setdefault(_method.partition(".")[0], []).append(_method.partition(".")[2])

NEAR = 0.75
"""How much alike two names are of which one is meant by the other, as `difflib` has it."""


class Refused(Exception):
    """The call is answered with an `error` of this code and sentence."""

    def __init__(
        self, code: ErrorCode, text: str, **details: str | int | float | list[int]
    ) -> None:
        super().__init__(text)
        self.code = code
        self.details = details

    @classmethod
    def by(cls, error: Error) -> "Refused":
        """As a room, or the journal, has refused what the call asked of it."""
        return cls(ErrorCode(error.code), error.message, **error.details)


def too_often(seconds: float, what_is_refused: str) -> Refused:
    """The answer to who does something too often: when to do it again."""
    text = f"{what_is_refused}; try again in {math.ceil(seconds)} s"
    return Refused(ErrorCode.RATE_LIMITED, text, retry_after_ms=math.ceil(seconds * 1_000))


def no_such_call(method: str) -> Refused:
    """The answer to who calls what there is not (rule C2), with what may be meant."""
    kind, _, name = method.partition(".")  # a look through all of them takes 2 ms
    near = get_close_matches(name, NAMES_OF.get(kind, ()), n=1, cutoff=NEAR)
    meant = f": is '{kind}.{near[0]}' meant?" if near else ""
    return Refused(ErrorCode.UNKNOWN_MESSAGE, f"there is no call {method!r}{meant}")
