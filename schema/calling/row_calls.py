"""The calls that tables have in common: parameters and results, made from the descriptions."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from schema.calling.params import Done, Params
from schema.columns.types import RowId
from schema.limits import MAX_ORDER
from schema.roles import RIGHTS, Whom
from schema.tables.description import REQUIRED, Column, Operator, Table, Verb
from schema.text.enumerations import among, one_of

Call = tuple[type[Params], type[Struct]]
"""Of parameters and a result."""

FeedPosition = Annotated[str, Meta(min_length=1, max_length=16_384)]
Cursor = Annotated[str, Meta(max_length=4_096)]

_Field = tuple[str, Any] | tuple[str, Any, Any]


class Counted(Struct, frozen=True):
    """How many there are; not `exact`: at least so many."""

    count: int
    exact: bool


class RowCalls:
    """The calls of some tables; a test gives it descriptions of its own."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self.tables = {table.relation: table for table in tables}
        self._summaries: dict[str, type[Struct]] = {}
        self._rows: dict[str, type[Struct]] = {}

    def methods(self) -> dict[str, Call]:
        """Method name -> parameters and result, of every verb but `watch`."""
        return {
            f"{table.calls}.{verb}": self._call(table, verb)
            for table in self.tables.values()
            for verb in Verb
            if verb in table.verbs and verb is not Verb.WATCH
        }

    def rows(self) -> list[type[Struct]]:
        """The types of the rows of all tables."""
        return [self.row(table) for table in self.tables.values()]

    def watches(self) -> dict[str, Call]:
        """The same of the verb `watch`."""
        return {
            f"{table.calls}.{Verb.WATCH}": self._watch(table)
            for table in self.tables.values()
            if Verb.WATCH in table.verbs
        }

    def row(self, table: Table) -> type[Struct]:
        """The type of its rows: whatever was not asked for is left out."""
        if table.relation not in self._rows:
            fields = [
                (column.name, self._shape(table, column) | UnsetType, UNSET)
                for column in table.columns
            ]
            self._rows[table.relation] = _struct(table.row, table.says, fields)
        return self._rows[table.relation]

    def _call(self, table: Table, verb: Verb) -> Call:
        match verb:
            case Verb.GET:
                fields = [*_key_fields(table), *_row_fields(table, self.tables)]
                return _params(f"Get{table.row}", f"One of: {_small(table.says)}", fields), (
                    self.row(table)
                )
            case Verb.LIST:
                return self._list(table)
            case Verb.COUNT:
                name = f"Count{_plural(table)}"
                description = "How many there are; counted up to 10,000."
                return _params(name, description, [*_query_fields(table), _where(table)]), Counted
            case Verb.CREATE:
                return _params(f"Create{table.row}", _CREATES, list(_created(table))), (
                    self.row(table)
                )
            case Verb.UPDATE:
                return _params(f"Update{table.row}", _UPDATES, list(_updated(table))), (
                    self.row(table)
                )
            case _:
                return _params(f"Delete{table.row}", _DELETES, _key_fields(table)), Done

    def _list(self, table: Table) -> Call:
        left_out, most = table.rows
        fields: list[_Field] = [
            *_query_fields(table),
            _where(table),
            ("order", _word_list_type(f"{table.row}Order", orders(table), MAX_ORDER), None),
            *_row_fields(table, self.tables),
            ("limit", Annotated[int, Meta(ge=1, le=most)], left_out),
            ("after", Cursor | None, None),
            ("before", Cursor | None, None),
        ]
        page: list[_Field] = [
            (table.calls, list[self.row(table)]),  # type: ignore[misc]
            ("next", str | None),
            ("previous", str | None, None),
        ]
        return (
            _params(f"List{_plural(table)}", table.says, fields),
            _struct(table.page or f"{table.row}Page", _PAGE, page),
        )

    def _watch(self, table: Table) -> Call:
        field_types = [(name, table.by_name[name].type) for name in watched_by(table)]
        other_fields = {name for name, _ in field_types}
        watch_fields = [field for field in _query_fields(table) if field[0] not in other_fields]
        fields: list[_Field] = [
            *watch_fields,
            ("where", _where(table)[1], None),
            *((_param_of(table, name), kind | None, None) for name, kind in field_types),
            next(_row_fields(table, self.tables)),
            ("from_", FeedPosition | None, None),
        ]
        began: list[_Field] = [
            ("watch", str),
            (table.calls, list[self.row(table)]),  # type: ignore[misc]
            ("position", str),
            ("resumed", bool, False),
            ("left", list[str], []),
            ("reason", Annotated[str, one_of("ResyncReason")] | None, None),
        ]
        return (
            _params(f"Watch{_plural(table)}", _WATCHES, fields),
            _struct(f"{table.row}Watch", _BEGAN, began),
        )

    def _shape(self, table: Table, column: Column) -> Any:
        """As a row has it: the value itself, or a part of the row that it names."""
        embedded_table = self.tables.get(column.embeds)
        if embedded_table is None or not embedded_table.summary:
            return column.type
        if column.name in table.brings:
            is_null = Operator.IS_NULL in column.filters
            return (
                self._summary(embedded_table) | None if is_null else self._summary(embedded_table)
            )
        return column.type | self._summary(embedded_table)

    def _summary(self, table: Table) -> type[Struct]:
        if table.relation not in self._summaries:
            fields: list[_Field] = [(name, table.by_name[name].type) for name in table.summary]
            description = f"What rows of other tables bring along of one of: {_small(table.says)}"
            self._summaries[table.relation] = _struct(f"{table.row}Summary", description, fields)
        return self._summaries[table.relation]


def watched_by(table: Table) -> tuple[str, ...]:
    """The columns by which rows are watched, beside `where`: what names a row, and its project."""
    names = (*table.within, table.key)
    project = table.project if table.project not in ("", *names) else ""
    return (*((project,) if project else ()), *names)


def _param_of(table: Table, name: str) -> str:
    return table.param if name == table.key else name


_WATCHES = (
    "The rows that match, and from then on what changes of them (rules V1 to V12). "
    "`from`: the position that a watch before had come to."
)
_BEGAN = (
    "`resumed`: the rows are those that have changed since, `left` what is not in the list, if it "
    "was; else they are all, and `reason` says why, if `from` was given."
)
_CREATES = "Make a row. With an `id`, sending it again makes no second one."
_UPDATES = "Change columns of a row, if `version` is still the one you read."
_DELETES = "Delete a row. The second time changes nothing."
_PAGE = "Some rows, and where the next page and the one before start (null: there is none)."


def _key_fields(table: Table) -> list[_Field]:
    """What names a row. Whoever sees only their own row, which a user has one of, need not."""
    is_own_row = RIGHTS[table.relation].see == (Whom.SELF,) and table.key == table.user
    key_fields: list[_Field] = [(name, table.by_name[name].type) for name in table.within]
    key = table.by_name[table.key].type
    return [*key_fields, (table.param, key | None, None) if is_own_row else (table.param, key)]


def _query_fields(table: Table) -> Iterator[_Field]:
    for name, default in table.asks:
        kind = table.by_name[name].type
        if default is REQUIRED:
            yield name, kind
        else:
            yield name, kind | None if default is None else kind, default


def _where(table: Table) -> _Field:
    kind = Annotated[dict[str, Any], one_of(where_name(table))]
    return "where", kind | None, None


def where_name(table: Table) -> str:
    """The name of the type of its conditions."""
    return f"{table.row}Where"


def embeddable(table: Table, tables: Mapping[str, Table]) -> list[str]:
    """The columns in whose places `embed` can put what they name."""
    return [
        column.name
        for column in table.columns
        if column.embeds in tables and tables[column.embeds].summary
    ]


def orders(table: Table) -> list[str]:
    """Columns that lists can be in the order of, each up and down."""
    names = [column.name for column in table.columns if column.sorts or column.name == table.key]
    return [sign + name for name in names for sign in ("", "-")]


def _row_fields(table: Table, tables: Mapping[str, Table]) -> Iterator[_Field]:
    yield "fields", _word_list_type(f"{table.row}Column", table.by_name, len(table.columns)), None
    if embed := embeddable(table, tables):
        yield "embed", _word_list_type(f"{table.row}Embed", embed, len(embed)), None


def _word_list_type(name: str, words: Iterable[str], most: int) -> Any:
    """A list of words; which ones there are is told where they are looked at, with a sentence."""
    return Annotated[list[Annotated[str, among(name, words)]], Meta(max_length=most)] | None


def _created(table: Table) -> Iterator[_Field]:
    needed_columns = [column for column in table.creates if column.default is REQUIRED]
    yield from ((column.name, column.type) for column in needed_columns)
    if table.key == "id":
        yield "id", RowId | None, None
    for column in table.creates:
        if column.default is not REQUIRED:
            yield column.name, column.type, column.default


def _updated(table: Table) -> Iterator[_Field]:
    key_fields = _key_fields(table)
    yield from (field for field in key_fields if len(field) == 2)
    yield table.version, table.by_name[table.version].type
    yield from (field for field in key_fields if len(field) == 3)
    yield from ((column.name, column.type | UnsetType, UNSET) for column in table.changes)


def _plural(table: Table) -> str:
    return "".join(word.capitalize() for word in table.calls.split("_"))


def _small(words: str) -> str:
    return words[0].lower() + words[1:]


def _struct(name: str, description: str, fields: Iterable[_Field]) -> type[Struct]:
    struct = defstruct(name, fields, module=__name__, frozen=True)
    struct.__doc__ = description
    return struct


def _params(name: str, description: str, fields: Iterable[_Field]) -> type[Params]:
    params_struct: Any = defstruct(
        name,
        fields,
        bases=(Params,),
        module=__name__,
        frozen=True,
        forbid_unknown_fields=True,
        rename=lambda name: name.rstrip("_"),
    )
    params_struct.__doc__ = description
    kind: type[Params] = params_struct
    return kind
