"""The tables of PROTOCOL.md about rows: who may do what, and what there is to a column."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import inspect

from schema.calling.row_calls import embeddable
from schema.calls import METHODS
from schema.roles import RIGHTS, Rights, Whom
from schema.tables.all_tables import TABLES
from schema.tables.description import REQUIRED, Column, Operator, SqlType, Table, Verb
from schema.text.enumerations import NAMED, WORDS
from schema.text.text_rules import IN_WORDS, PROJECT_ID, SHOWN, SHOWN_NOT_EMPTY, STORED

WHOM = {
    Whom.SELF: "whose it is",
    Whom.VIEWER: "members of its project",
    Whom.CONTRIBUTOR: "contributors of its project",
    Whom.MAKER: "whose it is, as a contributor of its project",
    Whom.EDITOR: "editors of its project",
    Whom.OWNER: "owners of its project",
    Whom.PEER: "who shares a project with them",
    Whom.EVERYONE: "everyone, where it is public",
    Whom.OPERATOR: "operators",
}
"""As in a table: an editor's right is an owner's too."""

Row = tuple[object, ...]


def rights_rows() -> Iterable[Row]:
    """A row for each table."""
    for table in TABLES.values():
        rights = RIGHTS[table.relation]
        yield (
            f"`{table.calls}`",
            table.says,
            ", ".join(f"`{verb}`" for verb in verbs_called(table)),
            ", ".join(f"`{name}`" for name in _key_names(table)),
            *_who(table, rights),
        )


def columns_rows(tables: Iterable[Table] = tuple(TABLES.values())) -> Iterable[Row]:
    """A row for each column of each table."""
    for table in tables:
        for column in table.columns:
            yield (
                f"`{table.calls}`",
                f"`{column.name}`",
                f"{column.says}; {shape_in_words(column)}",
                _created(column),
                "yes" if column.changes else "",
                _filters_in_words(column),
                _sorts(table, column),
                "yes" if column.name in embeddable(table, TABLES) else "",
            )


def verbs_called(table: Table) -> Iterable[Verb]:
    """Those of its description that there is a call for."""
    return (verb for verb in Verb if verb in table.verbs and f"{table.calls}.{verb}" in METHODS)


def _key_names(table: Table) -> tuple[str, ...]:
    return (*table.within, table.param)


def _who(table: Table, rights: Rights) -> Iterable[str]:
    """See, create, change, delete: what no call does has no one."""
    yield _whoms(rights.see)
    for verb, whoms in (
        (Verb.CREATE, rights.create),
        (Verb.UPDATE, rights.change),
        (Verb.DELETE, rights.delete),
    ):
        yield _whoms(whoms) if verb in table.verbs else ""


def _whoms(whoms: Iterable[Whom]) -> str:
    return "; ".join(WHOM[whom] for whom in whoms)


def _created(column: Column) -> str:
    if not column.creates:
        return ""
    return "needed" if column.default is REQUIRED else f"`{json.dumps(column.default)}`"


def _filters_in_words(column: Column) -> str:
    return ", ".join(f"`{operator}`" for operator in Operator if operator in column.filters)


def _sorts(table: Table, column: Column) -> str:
    if table.order[0].removeprefix("-") == column.name:
        return f"yes: `{table.order[0]}` is the order of a list"
    return "yes" if column.sorts else ""


def shape_in_words(column: Column) -> str:
    """What may stand in it, in words."""
    if column.sql is SqlType.TIME:
        return "ms since 1970" + (", or null" if _is_nullable(column.type) else "")
    return _type_in_words(inspect.type_info(column.type))


def _is_nullable(kind: Any) -> bool:
    return inspect.NoneType() in getattr(inspect.type_info(kind), "types", ())


def _type_in_words(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema=extra):
            type_name = (extra or {}).get(NAMED)
            if type_name in WORDS:
                return ", ".join(f"`{word}`" for word in WORDS[type_name])
            return "a map of your own (Q8)" if type_name else _type_in_words(inner)
        case inspect.UnionType(types=kinds):
            kind_words = [
                _type_in_words(kind_arg)
                for kind_arg in kinds
                if not isinstance(kind_arg, inspect.NoneType)
            ]
            return " or ".join(kind_words) + ", or null"
        case inspect.ListType(item_type=item, max_length=most):
            return (
                f"at most {most:,} of: {_type_in_words(item)}"
                if most
                else (f"a list of: {_type_in_words(item)}")
            )
        case inspect.StructType(cls=struct):
            fields = msgspec.structs.fields(struct)
            return f"a map: {', '.join(f'`{field.encode_name}`' for field in fields)}"
    return _simple_in_words(kind)


def _simple_in_words(kind: inspect.Type) -> str:
    match kind:
        case inspect.StrType():
            return _text_in_words(kind)
        case inspect.IntType(ge=least, le=most) | inspect.FloatType(ge=least, le=most):
            name = "integer" if isinstance(kind, inspect.IntType) else "number"
            return name if most in (None, 2**53) else f"{name}, {_number(least)} to {_number(most)}"
        case inspect.LiteralType(values=words):
            return ", ".join(f"`{word}`" for word in words)
        case inspect.DictType():
            return "a map"
    return "true or false"


def _number(value: float | None) -> str:
    """As a reader writes it: 1,536,000 and 0.5."""
    return "any" if value is None else f"{value:,.10g}" if value % 1 else f"{value:,.0f}"


def _text_in_words(kind: inspect.StrType) -> str:
    match kind.pattern:
        case None:
            return "text" if kind.max_length is None else f"text, at most {kind.max_length:,}"
        case _ if kind.pattern == SHOWN:
            return f"name of at most {kind.max_length} characters (E8)"
        case _ if kind.pattern == SHOWN_NOT_EMPTY:
            return f"name of 1 to {kind.max_length} characters (E8)"
        case _ if kind.pattern == STORED:
            return f"text of at most {kind.max_length:,} characters"
        case _ if kind.pattern == PROJECT_ID:
            return "a UUID"
        case pattern:
            return IN_WORDS[pattern]
