"""How whatever a client asks for says no: a code of the table and a sentence."""

import math

from schema.errors import ErrorCode
from schema.messages import Error


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
    """The answer to who calls what there is not (rule C2)."""
    return Refused(ErrorCode.UNKNOWN_MESSAGE, f"there is no call {method!r}")
