"""Queries on `project_colors`: what each user was given who ever was a member of a project.

A row is made by the database itself, with that of the member, and never changes.
"""

from collections.abc import Collection

from persistence.pool import Executor

PLACES = """
SELECT c.project_id, c.user_id, c.place
FROM unnest($1::uuid[], $2::uuid[]) AS asked (project_id, user_id)
JOIN project_colors AS c USING (project_id, user_id)
"""


async def places(db: Executor, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The place of its colour for each (project, user) that was given one."""
    rows = await db.fetch(PLACES, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
    return {(row["project_id"], row["user_id"]): row["place"] for row in rows}
