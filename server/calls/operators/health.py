"""Answers to operators about how nodes fare: their health, and what went wrong of late."""

import re
from contextlib import suppress
from typing import Any

from msgspec import convert

from persistence.backups import backup_runs
from persistence.errors import BadCursor, NotFound, PersistenceError
from persistence.tables import studio_projects
from schema.operating.event_kinds import EVENT_KINDS, EventKind
from schema.operating.health_calls import (
    HealthRow,
    HealthRows,
    ListEvents,
    NodeEvent,
    NodeEvents,
    ShowHealth,
)
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.operators.named_by_id import UUID_LENGTH, node_named, project_named
from server.control_plane.latencies import latency

UNKNOWN = EventKind("A kind of fault that this node does not know: it is of another version.")

PLACE = re.compile(r"([0-9]{1,16})/([0-9]{1,16})/(\S{1,32})")
"""Of an event: its microsecond since 1970, its number, its node."""

LATENCIES = ("ack", "commit", "call", "join", "loop_late")


async def show_health(context: Context, caller: Caller, params: ShowHealth) -> HealthRows:
    """Of each node what it says of itself."""
    question = await context.node_questions.ask_or_answer_here("health")
    ages = await _backup_ages(context)
    rows = [
        _health(node, answer | ages)
        for node, answer in sorted(question.answers.items())
        if answer is not None
    ]
    silent = {node for node, answer in question.answers.items() if answer is None}
    names = sorted({*question.silent, *silent})
    return HealthRows(rows, names, database_error=question.database_error)


async def list_events(context: Context, caller: Caller, params: ListEvents) -> NodeEvents:
    """Of each node the newest, as one page."""
    before = None if params.cursor is None else _cursor_place(params.cursor)
    project, node_asked = await _named(context, params)
    filters = {"limit": params.limit + 1, "kind": params.kind, "project": project}
    question = await context.node_questions.ask_or_answer_here("events", before=before, **filters)
    events_found = [
        (event["at"], event["number"], node, event)
        for node, events in question.answers.items()
        for event in events or ()
        if node_asked is None or node.lower() == node_asked.lower()
    ]
    events_found.sort(key=lambda one: one[:3], reverse=True)
    events_shown = events_found[: params.limit]
    projects_named = sorted({event["project"] for *_, event in events_shown if event["project"]})
    names = await _names_of(context, projects_named)
    events = [_event(node, event, names) for *_, node, event in events_shown]
    next_cursor = (
        "{}/{}/{}".format(*events_shown[-1][:3]) if len(events_found) > len(events_shown) else None
    )
    database_error = question.database_error
    return NodeEvents(events, next_cursor, question.silent, database_error=database_error)


async def _named(context: Context, params: ListEvents) -> tuple[str | None, str | None]:
    """The project and the node that are asked about, by their whole ids.

    While the database does not answer, as they were given: events are told all the same. Those of
    a project or a node that is gone are, too.
    """
    project, node = params.project and params.project.lower(), params.node
    try:
        if project is not None and len(project) < UUID_LENGTH:
            project = (await project_named(context.db, project)).id
        if node is not None:
            with suppress(NotFound):
                node = await node_named(context.db, node)
    except PersistenceError as error:
        if isinstance(error, NotFound):
            raise
    return project, node


async def _backup_ages(context: Context) -> dict[str, float]:
    """As the database says now; nodes look once a minute. Without it, what each last saw."""
    try:
        ages = await backup_runs.ages(context.db)
    except PersistenceError:
        return {}
    return {f"{kind}_age_ms": round(age * 1_000) for kind, age in ages.items()}


async def _names_of(context: Context, projects: list[str]) -> dict[str, str]:
    """None while the database does not say."""
    try:
        return await studio_projects.names_of(context.db, projects)
    except PersistenceError:
        return {}


def _health(node: str, answer: dict[str, Any]) -> HealthRow:
    latencies = {word: latency([answer[word]]) for word in LATENCIES if word in answer}
    return convert(answer | {"node": node} | latencies, HealthRow)  # what is unknown is left out


def _event(node: str, event: dict[str, Any], names: dict[str, str]) -> NodeEvent:
    kind = EVENT_KINDS.get(event["kind"], UNKNOWN)
    means = {"node": node, "means": kind.means, "alarm": kind.alarm}
    at = {name: event[name] // 1_000 for name in ("first_at", "at")}
    name = {"project_name": names.get(event["project"], "")}
    return convert(event | at | means | name, NodeEvent)


def _cursor_place(cursor: str) -> tuple[int, int, str]:
    match = PLACE.fullmatch(cursor)
    if match is None:
        raise BadCursor("cursor")
    return int(match[1]), int(match[2]), match[3]


ANSWERS: dict[str, Answer] = {
    "operator.health": show_health,
    "operator.events": list_events,
}
