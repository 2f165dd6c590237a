"""Watching rows: the first ones are the reply, what changes of them follows as messages."""

from functools import partial
from typing import Any

from msgspec import Struct

from schema.calling.params import Done
from schema.calling.row_calls import Call, watched_by
from schema.calling.watch_calls import EndWatch
from schema.errors import ErrorCode
from schema.tables.description import Table, Verb
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.rows.answers import asked_beside
from server.refused import Refused
from server.row_feed.watch_request import read_listed


async def watch(
    table: Table, result: type[Struct], context: Context, caller: Caller, params: Any
) -> Any:
    """The rows that match, and their changes from then on (rule V1).

    Without the id of a row, what `list` leaves out where nobody asks for it is left out here too.
    """
    if caller.outlet is None:
        raise Refused(ErrorCode.VALIDATION, "watching needs a connection, to be told over")
    query_fields: dict[str, Any] = {
        name: value
        for name in watched_by(table)
        if (value := getattr(params, table.param if name == table.key else name)) is not None
    }
    if table.key not in query_fields:
        query_fields |= asked_beside(table, params)
    watched_list = read_listed(table, params.where, query_fields, params.fields)
    watch_answer = await context.feed.start(caller.outlet, caller.user, watched_list, params.from_)
    follow = partial(context.feed.begin, caller.id, watch_answer.watch)
    caller.when_replied.append(lambda was_sent: follow(was_sent=was_sent))
    return result(
        watch_answer.watch,
        watch_answer.rows,
        watch_answer.position,
        watch_answer.resumed,
        watch_answer.left_ids,
        watch_answer.reason,
    )


async def end(context: Context, caller: Caller, params: EndWatch) -> Done:
    """Nothing more is told of it (rule V11)."""
    context.feed.end(caller.id, params.watch)
    return Done()


def answers(calls: dict[str, Call], tables: dict[str, Table]) -> dict[str, Any]:
    """Method name -> the function that answers it."""
    return {
        method: partial(watch, table, calls[method][1])
        for table in tables.values()
        if (method := f"{table.calls}.{Verb.WATCH}") in calls
    }
