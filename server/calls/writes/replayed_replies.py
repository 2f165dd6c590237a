"""A reply that was kept is told again to who may see it still (rules C10, R6)."""

from collections.abc import Iterator, Mapping
from typing import Any

from persistence.errors import NoSuchProject
from persistence.tables import project_members
from schema.columns.stored_json import read_stored
from server.calls.context import Context

OF_A_PROJECT = "epoch"
"""The column by which a row is known as a project's own: its id is the project."""


async def replay_reply(context: Context, user: str, params: Any, reply: bytes) -> Any:
    """The reply, decoded; raises `NoSuchProject` if the user is out of a project that it is of.

    What says nothing of a project, as the `Done` of who has left it, is anyone's who was told it.
    """
    reply_map = read_stored(reply)
    asked_project = getattr(params, "project", None)
    for project in sorted(set(_projects(reply_map, asked_project))):
        if await project_members.role_of(context.db, project, user) is None:
            raise NoSuchProject
    return reply_map


def _projects(reply_map: Any, asked_project: str | None) -> Iterator[str]:
    """Those that a reply says something of: one reply, or each of a batch."""
    results = [reply_map]
    if "answers" in reply_map:
        results = [answer.get("result") for answer in reply_map["answers"]]
    for result in filter(None, results):
        project = _project(result) or asked_project
        if project is not None:
            yield project


def _project(row: Mapping[str, Any]) -> str | None:
    if "project" not in row and OF_A_PROJECT in row:
        return str(row["id"])
    project = row.get("project")
    return project.get("id") if isinstance(project, dict) else project
