"""Answers to operators about what is stored, what is slow, and what was done."""

import re
from collections.abc import Sequence

from msgspec import UNSET

from persistence.errors import BadCursor
from persistence.pool import Executor
from persistence.tables import audit_log, studio_projects, users
from persistence.tables.audit_log import AuditEntry
from persistence.tables.operating import sizes
from schema.columns.stored_json import read_stored_map
from schema.operating.operator_calls import (
    AuditRow,
    AuditRows,
    ListSlowCalls,
    ProjectRow,
    ReadAudit,
    ShowSizes,
    Sizes,
    SlowCall,
    SlowCalls,
    TableRow,
)
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.operators.operator_rights import id_in, require_user

JOURNAL = "project_deltas"

MICROSECOND = re.compile("[0-9]{1,16}")
"""Since 1970: up to the year 2286."""


async def show_sizes(context: Context, caller: Caller, params: ShowSizes) -> Sizes:
    """As PostgreSQL has them on the disk; what a project has of the journal is estimated."""
    tables = await sizes.tables(context.reads)
    projects = await sizes.largest_projects(context.reads, params.projects)
    return Sizes(
        await sizes.database_bytes(context.reads),
        sum(table.total_bytes for table in tables if table.name == JOURNAL),
        [
            TableRow(each.name, each.rows, each.heap_bytes, each.index_bytes, each.total_bytes)
            for each in tables
        ],
        [
            ProjectRow(
                project.project, project.name, project.deltas, project.kept, project.journal_bytes
            )
            for project in projects
        ],
    )


async def list_slow(context: Context, caller: Caller, params: ListSlowCalls) -> SlowCalls:
    """Of all nodes together the slowest of each method."""
    filters = {"method": params.method, "per_method": params.per_method}
    question = await context.node_questions.ask("slow_calls_with_codes", **filters)
    slow_rows = [
        SlowCall(method, node, at * 1_000, round(seconds * 1_000, 1), is_done, code or UNSET)
        for node, rows in question.answers.items()
        for method, at, seconds, is_done, code in rows or ()
    ]
    slow_rows.sort(key=lambda call: (-call.took_ms, call.method, call.at))
    slow_calls: list[SlowCall] = []
    counts: dict[str, int] = {}
    for call in slow_rows:
        counts[call.method] = counts.get(call.method, 0) + 1
        if counts[call.method] <= params.per_method:
            slow_calls.append(call)
    older_nodes = [node for node, rows in question.answers.items() if rows is None]
    return SlowCalls(slow_calls, sorted([*question.silent, *older_nodes]))


async def read_audit(context: Context, caller: Caller, params: ReadAudit) -> AuditRows:
    """A page, newest first; raises `BadCursor`, `NotFound`."""
    user = None
    if params.user is not None:
        user = (await require_user(context.reads, params.user)).id
    before = None if params.cursor is None else _cursor_place(params.cursor)
    fetch_limit = params.limit + 1
    entries = await audit_log.newest(
        context.reads, fetch_limit, before, event=params.event, user=user
    )
    entries_shown = entries[: params.limit]
    next_cursor = (
        f"{entries_shown[-1].cursor_place}/{entries_shown[-1].id}"
        if len(entries) > len(entries_shown)
        else None
    )
    return AuditRows(await _with_names(context.reads, entries_shown), next_cursor)


async def _with_names(db: Executor, entries: Sequence[AuditEntry]) -> list[AuditRow]:
    """With the names that their users and projects have now."""
    user_ids = {
        user_id for entry in entries for user_id in (entry.user, entry.actor) if user_id is not None
    }
    people = {
        id: row.name or row.username for id, row in (await users.by_ids(db, user_ids)).items()
    }
    projects = await studio_projects.names_of(db, {one.project for one in entries if one.project})
    return [
        AuditRow(
            id=entry.id,
            event=entry.event,
            user=entry.user,
            actor=entry.actor,
            project=entry.project,
            login=entry.login,
            address=entry.address,
            count=entry.count,
            at=entry.at,
            details=read_stored_map(entry.details),
            user_name=people.get(entry.user or "", ""),
            actor_name=people.get(entry.actor or "", ""),
            project_name=projects.get(entry.project or "", ""),
        )
        for entry in entries
    ]


def _cursor_place(cursor: str) -> tuple[str, str]:
    at, _, entry = cursor.partition("/")
    if not MICROSECOND.fullmatch(at):
        raise BadCursor("cursor")
    return at, id_in(entry)


ANSWERS: dict[str, Answer] = {
    "operator.sizes": show_sizes,
    "operator.slow_calls": list_slow,
    "operator.audit": read_audit,
}
