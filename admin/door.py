"""What the doors have in common: how a call is asked, and why it is not answered."""

from typing import Any, Protocol

Result = dict[str, Any]

PERHAPS = "whether it was done, `./run admin audit` says"
"""Behind what ended before the answer."""


class NotDone(Exception):
    """What was asked for was refused, or nobody answers; the message is a sentence.

    `exit_code`: 1, or 2 for what was not called rightly.
    """

    def __init__(self, text: str, exit_code: int = 1) -> None:
        super().__init__(text)
        self.exit_code = exit_code


class Door(Protocol):
    """By which a running server is asked."""

    def ask(self, method: str, params: Result) -> Result:
        """What it answers; raises `NotDone`."""
