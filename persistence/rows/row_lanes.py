"""Over which connections rows are asked for, and in whose turn."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from msgspec import Struct
from msgspec.structs import replace

from persistence.pool import Executor


def uncounted(hidden: int) -> None:
    """For who does not count what the second wall held back."""


def at_once(_: str) -> AbstractAsyncContextManager[None]:
    """For who lets every user search as often as they like."""
    return nullcontext()


class RowLanes(Struct, frozen=True):
    """What every function on rows takes first."""

    callers: Executor
    """As the role `prime_caller`: row-level security holds."""
    searches: Executor
    """As the owner: finds ids, which are then read over `callers`."""
    on_hidden: Callable[[int], None] = uncounted
    """Called with how many rows a search found that the second wall does not let the caller see."""
    turn: Callable[[str], AbstractAsyncContextManager[None]] = at_once
    """A user's turn to search: those of one user do not take the lane from everyone else."""

    def within(self, transaction: Executor) -> "RowLanes":
        """The same, as part of a transaction, also of one that asks as the owner.

        A search finds what was committed before it: not what this transaction has changed.
        """
        return replace(self, callers=transaction)
