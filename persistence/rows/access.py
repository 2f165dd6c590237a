"""Where rows are asked for, and the texts of statements that are made once a shape."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from msgspec import Struct
from msgspec.structs import replace

from persistence.pool import Executor
from schema.server_limits import MAX_STATEMENT_TEXTS
from schema.tables.description import Table


def uncounted(hidden: int) -> None:
    """For who does not count what the second wall held back."""


def at_once(_: str) -> AbstractAsyncContextManager[None]:
    """For who lets every user search as often as they like."""
    return nullcontext()


class Access(Struct, frozen=True):
    """What every function on rows takes first."""

    callers: Executor
    """As the role `prime_caller`: row-level security holds."""
    searches: Executor
    """As the owner: finds ids, which are then read over `callers`."""
    on_hidden: Callable[[int], None] = uncounted
    """Called with how many rows a search found that the second wall does not let the caller see."""
    turn: Callable[[str], AbstractAsyncContextManager[None]] = at_once
    """A user's turn to search: those of one user do not take the lane from everyone else."""

    def within(self, transaction: Executor) -> "Access":
        """The same, as part of a transaction, also of one that asks as the owner.

        A search finds what was committed before it: not what this transaction has changed.
        """
        return replace(self, callers=transaction)


class StatementTexts:
    """Texts by table and shape; those that were not used for longest are forgotten."""

    def __init__(self, most: int = MAX_STATEMENT_TEXTS) -> None:
        self._most = most
        self._texts: OrderedDict[tuple[int, str], tuple[Table, str]] = OrderedDict()
        """By a table's identity, as a description cannot be hashed, and the shape."""
        self.made = 0
        """How many were built, since the start."""

    def get(self, table: Table, shape: str, make: Callable[[], str]) -> str:
        """The text of this shape, which `make` builds where it is not known."""
        key = (id(table), shape)
        known_text = self._texts.get(key)
        if known_text is not None and known_text[0] is table:
            self._texts.move_to_end(key)
            return known_text[1]
        text = make()
        self.made += 1
        self._texts[key] = (table, text)
        if len(self._texts) > self._most:
            self._texts.popitem(last=False)
        return text


TEXTS = StatementTexts()
