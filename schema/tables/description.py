"""What a table is described with: from one description come calls, types, queries and policies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from schema.limits import MAX_ROWS

ROWS_LEFT_OUT = 50
"""How many rows a page has where nobody says."""


class SqlType(StrEnum):
    """The type of a column in PostgreSQL. Times go over the wire in ms since 1970."""

    UUID = "uuid"
    TEXT = "text"
    FLOAT = "float8"
    INTEGER = "int4"
    BIGINT = "int8"
    BOOLEAN = "bool"
    TIME = "timestamptz"
    TEXTS = "text[]"
    UUIDS = "uuid[]"
    JSON = "jsonb"


class Operator(StrEnum):
    """What a filter asks of a column."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    IN = "in"
    IS_NULL = "is_null"
    LIKE = "like"
    """`%` stands for any characters, `_` for one; case matters."""
    ILIKE = "ilike"
    """The same in any case."""
    SIMILAR = "similar"
    """A text much like this one (trigrams)."""
    SEARCH = "search"
    """Words, as one types them into a search box (full text)."""
    OVERLAP = "overlap"
    """A list that has one of these."""
    CONTAINS = "contains"
    """A list that has all of these; a map that has these leaves with these values."""
    PATH = "path"
    """A leaf of a map: `{"at": ["filter", "cutoff"], "gte": 200}`."""


EQUALITY = frozenset({Operator.EQ, Operator.NE, Operator.IN})
ORDERED = EQUALITY | {Operator.LT, Operator.LTE, Operator.GT, Operator.GTE}
NULLABLE = frozenset({Operator.IS_NULL})
WORDS = EQUALITY | {Operator.LIKE, Operator.ILIKE, Operator.SIMILAR, Operator.SEARCH}
NAMES = WORDS
"""Of a name that people search for."""
LISTS = frozenset({Operator.OVERLAP, Operator.CONTAINS})
MAPS = frozenset({Operator.CONTAINS, Operator.PATH})

SEARCHING = frozenset(
    {Operator.LIKE, Operator.ILIKE, Operator.SIMILAR, Operator.SEARCH, *LISTS, *MAPS}
)
"""Operators that PostgreSQL does not let use an index under row-level security: they leak."""


class Verb(StrEnum):
    """What can be done with rows of a table, by a call of this name."""

    GET = "get"
    LIST = "list"
    COUNT = "count"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    WATCH = "watch"


class _Required:
    """The default of a column that has none."""


REQUIRED = _Required()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its line is all that a new one takes, beside a migration."""

    name: str
    """On the wire; in the table too, but where `reads` says otherwise."""
    type: Any
    """What a client sends and gets, with its bounds: an annotated type of `schema.calls`' kind."""
    sql: SqlType
    says: str
    """What it holds, in a few words, with the unit."""
    default: Any = REQUIRED
    """What `create` takes where it is left out."""
    creates: bool = False
    """Whether `create` takes it."""
    changes: bool = False
    """Whether `update` takes it."""
    filters: frozenset[Operator] = frozenset()
    sorts: bool = False
    """Whether lists can be in its order; never null, and with an index."""
    reads: str = ""
    """The SQL that gives it, of the table's own columns; empty: the column of this name."""
    embeds: str = ""
    """The table whose row its value is the id of, and which `embed` can bring along."""
    sets: str = ""
    """SQL of what else is set where it is changed; `{new}` stands for its new value."""
    of_caller: bool = False
    """Whether it says something of who asks: no feed has it, since all who watch get one row."""

    def but(self, **other: Any) -> "Column":
        """The same column with something else about it, for another table."""
        return replace(self, **other)


@dataclass(frozen=True, slots=True)
class ShippedList:
    """A list that the product asks for: its plan is looked at on a million rows."""

    says: str
    where: dict[str, Any]
    """As a client sends it, with `$user`, `$project` and `$row` for ids of a test's."""
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Most:
    """How many rows one user, or one project, may have: `create` of one more is refused."""

    limit: str
    """Which of the limits that an operator can set (`server.accounts.usage_limits`)."""
    column: str
    """Whose value the rows have in common."""
    says: str
    """What there may be so many of."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: `relation` in PostgreSQL, `calls` the first part of its calls' names."""

    relation: str
    calls: str
    row: str
    """The name of the type of a row: `Preset`."""
    param: str
    """How calls name the id of a row: `preset`."""
    says: str
    columns: tuple[Column, ...]
    verbs: frozenset[Verb]
    """Those that are answered by what all tables have in common; others are calls of their own."""
    key: str = "id"
    """The column that names a row, and that `param` is the value of."""
    within: tuple[str, ...] = ()
    """Columns that are named beside `key`, by their own names: a row with another value there is
    another row, or none."""
    user: str = ""
    """The column with the user that a row belongs to; empty: none."""
    project: str = ""
    """The column with the project that a row belongs to; empty: none."""
    version: str = "version"
    """The column that `update` compares; empty: rows are never updated by users."""
    order: tuple[str, ...] = ("-created_at",)
    """The order of a list that names none: columns, `-` before one that goes down."""
    lists: tuple[ShippedList, ...] = ()
    refuses: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Constraint of the relation -> the field at fault, and what is allowed. Of a unique index: the
    field that is taken."""
    together: tuple[tuple[str, str], ...] = ()
    """Pairs of columns of which `create` takes both or none."""
    most: Most | None = None
    asks: tuple[tuple[str, Any], ...] = ()
    """Columns that `list` and `count` have as parameters of their own, each with what it is where
    it is left out (`REQUIRED`: it may not be; None: any): conditions beside `where`. The column
    with the project is one of them, without being named."""
    brings: tuple[str, ...] = ()
    """Columns whose rows are brought along without being asked for: whoever may see a row may see
    whom it names."""
    is_content: bool = False
    """Whether its rows are part of what a project holds: an archived one keeps them as they are."""
    rows: tuple[int, int] = (ROWS_LEFT_OUT, MAX_ROWS)
    """How many rows a page has where nobody says, and how many it may have."""
    page: str = ""
    """The name of the type of a page; empty: that of a row, and `Page`."""
    summary: tuple[str, ...] = ()
    """What rows of other tables bring along of a row of this one; empty: they cannot."""
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)
    maps: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Names of the columns that hold JSON."""

    def __post_init__(self) -> None:
        if self.project not in ("", self.key, *dict(self.asks)):
            object.__setattr__(self, "asks", ((self.project, None), *self.asks))
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})
        maps = tuple([column.name for column in self.columns if column.sql is SqlType.JSON])
        object.__setattr__(self, "maps", maps)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that name a row, all of them; a feed joins their values with `/`."""
        return (*self.within, self.key)

    @property
    def noun(self) -> str:
        """What a sentence calls a row, with what it is within."""
        of = f" of that {' and '.join(self.within)}" if self.within else ""
        return self.param.replace("_", " ") + of

    @property
    def creates(self) -> Iterable[Column]:
        """What `create` takes."""
        return (column for column in self.columns if column.creates)

    @property
    def changes(self) -> Iterable[Column]:
        """What `update` takes."""
        return (column for column in self.columns if column.changes)

    def stored_name(self, name: str) -> str:
        """The column in PostgreSQL of one on the wire; of one that is not there, its name."""
        column = self.by_name.get(name)
        return column.reads if column is not None and column.reads else name
