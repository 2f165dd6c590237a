"""Answers to the calls that tables have in common: what each does follows from its description."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, structs

from persistence.errors import NotFound
from persistence.rows import reading, writing
from persistence.rows.row_lanes import RowLanes
from persistence.tables.internal import accounts_for_operators
from schema.calling.params import Done
from schema.calling.row_calls import Counted, RowCalls
from schema.errors import ErrorCode
from schema.roles import Whom, rights_of
from schema.tables.description import Table, Verb
from server.calls.caller import Caller
from server.calls.context import Context, looking_up, require_member
from server.calls.rows.embedding import Embedding
from server.calls.rows.row_announcements import TOLD, tell
from server.calls.rows.row_limits import row_limit_of
from server.refused import Refused

if TYPE_CHECKING:
    from persistence.rows.pages import Order
    from persistence.rows.reading import Row

Answer = Callable[[Context, Caller, Any], Awaitable[Any]]


class RowAnswers:
    """Who answers each call of some tables; a test gives it descriptions of its own."""

    def __init__(self, calls: RowCalls, unnamed: "Mapping[str, Order] | None" = None) -> None:
        self._calls = calls
        self._unnamed = unnamed or {}
        """Relation -> the order of a list that names none, where it is not that of the table."""
        self._methods = calls.methods()
        self._embedding = Embedding(calls.tables)

    def by_method(self) -> dict[str, Answer]:
        """Method name -> the function that answers it."""
        verbs: dict[Verb, Callable[..., Awaitable[Any]]] = {
            Verb.GET: self._get,
            Verb.LIST: self._list,
            Verb.COUNT: self._count,
            Verb.CREATE: self._create,
            Verb.UPDATE: self._update,
            Verb.DELETE: self._delete,
        }
        return {
            f"{table.calls}.{verb}": partial(answer, table)
            for table in self._calls.tables.values()
            for verb, answer in verbs.items()
            if verb in table.verbs
        }

    async def _get(self, table: Table, context: Context, caller: Caller, params: Any) -> Any:
        """One row, if it is there and the caller's to see."""
        embed = self._embedding.read(table, getattr(params, "embed", None))
        fields = None if params.fields is None else [*params.fields, *embed]
        id = _id_of(table, caller, params)
        row = await reading.get(context.rows, table, caller.user, id, fields)
        await self._embedding.bring(context.rows, table, caller.user, [row], embed)
        return await self.whole(table, context, row)

    async def one(self, table: Table, context: Context, caller: Caller, id: Sequence[str]) -> Any:
        """A row that was written as the server, and is read so; raises `NotFound`."""
        lanes = RowLanes(context.db, context.db)
        return await self.whole(table, context, await reading.get(lanes, table, caller.user, id))

    async def whole(self, table: Table, context: Context, row: "Row") -> Any:
        """A row as it is answered: with what its table brings along."""
        await self._embedding.bring_always(context.db, table, [row])
        return self._calls.row(table)(**row)

    async def _list(self, table: Table, context: Context, caller: Caller, params: Any) -> Any:
        """A page of rows."""
        embed = self._embedding.read(table, getattr(params, "embed", None))
        page = await reading.list_(
            context.rows,
            table,
            caller.user,
            where=params.where,
            beside=asked_beside(table, params),
            order=params.order,
            unnamed=self._unnamed.get(table.relation),
            fields=None if params.fields is None else [*params.fields, *embed],
            limit=params.limit,
            after=params.after,
            before=params.before,
        )
        if not page.rows:
            await _require_seeing(table, context, caller, params)
        await self._embedding.bring(context.rows, table, caller.user, page.rows, embed)
        await self._embedding.bring_always(context.db, table, page.rows)
        _, result = self._methods[f"{table.calls}.{Verb.LIST}"]
        return result(page.rows, page.next, page.previous)

    async def _count(self, table: Table, context: Context, caller: Caller, params: Any) -> Counted:
        """How many rows a list has."""
        other_fields = asked_beside(table, params)
        row_count = await reading.count(
            context.rows, table, caller.user, where=params.where, beside=other_fields
        )
        if not row_count.count:
            await _require_seeing(table, context, caller, params)
        return Counted(row_count.count, row_count.exact)

    async def _create(self, table: Table, context: Context, caller: Caller, params: Any) -> Any:
        """Make a row; the same id again makes no second one (rule Q6)."""
        values = {column.name: getattr(params, column.name) for column in table.creates}
        create_arguments = table, caller.user, values, params.id
        with nullcontext() if params.id is None else looking_up(context, caller.user):
            row = await writing.create(
                context.rows, *create_arguments, row_limit_of(context, table)
            )
        tell(context.announcer, table.relation, row)
        return self._calls.row(table)(**row)

    async def _update(self, table: Table, context: Context, caller: Caller, params: Any) -> Any:
        """Change columns, if the version is still the one that was read (rule Q6)."""
        values = {column.name: getattr(params, column.name) for column in table.changes}
        changes = {name: value for name, value in values.items() if value is not UNSET}
        id = _id_of(table, caller, params)
        version = getattr(params, table.version)
        row = await writing.update(context.rows, table, caller.user, id, version, changes)
        tell(context.announcer, table.relation, row)
        return self._calls.row(table)(**row)

    async def _delete(self, table: Table, context: Context, caller: Caller, params: Any) -> Done:
        """Delete a row; the second time changes nothing (rule Q6)."""
        id = _id_of(table, caller, params)
        before = await self._told_of(table, context, caller, id)
        if await writing.delete(context.rows, table, caller.user, id):
            tell(context.announcer, table.relation, before)
        return Done()

    async def _told_of(
        self, table: Table, context: Context, caller: Caller, id: list[str]
    ) -> "Row | None":
        """The row, where others than those who watch it are told that it goes."""
        if table.relation not in TOLD:
            return None
        with suppress(NotFound):
            return await reading.get(context.rows, table, caller.user, id)
        return None


async def _require_seeing(table: Table, context: Context, caller: Caller, params: Any) -> None:
    """Of an empty list: raises what says that it is not the caller's to see.

    Of one project's: `NoSuchProject` to strangers (rule Q21); of one for operators: `Refused`.
    """
    if rights_of(table).see == (Whom.OPERATOR,):
        if not await accounts_for_operators.is_operator(context.db, caller.user):
            text = f"{table.calls} is for operators of this server; you are none"
            raise Refused(ErrorCode.FORBIDDEN, text)
        return
    project = asked_beside(table, params).get(table.project)
    if project is not None:
        await require_member(context, project, caller.user)


def _id_of(table: Table, caller: Caller, params: Any) -> list[str]:
    """What names the row; left out where only the caller's own can be meant."""
    id_parts = [getattr(params, name) for name in table.within]
    return [*id_parts, getattr(params, table.param) or caller.user]


def asked_beside(table: Table, params: Any) -> Mapping[str, Any]:
    """The parameters that are conditions themselves."""
    asked_fields = {name: getattr(params, name) for name, _ in table.asks}
    return {name: value for name, value in asked_fields.items() if value is not None}


def as_map(row: Any) -> "Row":
    """A row that was answered, without the columns that were not asked for."""
    return {name: value for name, value in structs.asdict(row).items() if value is not UNSET}
