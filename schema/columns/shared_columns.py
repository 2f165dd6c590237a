"""Columns that several tables have: ids, versions, times, a project, a user."""

from schema.columns.types import Milliseconds, RowId, UserId, Version
from schema.tables.description import EQUALITY, NULLABLE, ORDERED, Column, SqlType

ID = Column("id", RowId, SqlType.UUID, "its id", filters=EQUALITY)
VERSION = Column("version", Version, SqlType.BIGINT, "one more with each change")
CREATED_AT = Column(
    "created_at", Milliseconds, SqlType.TIME, "when it was made", filters=ORDERED, sorts=True
)
UPDATED_AT = Column(
    "updated_at", Milliseconds, SqlType.TIME, "when it was changed", filters=ORDERED, sorts=True
)
PROJECT = Column(
    "project",
    RowId,
    SqlType.UUID,
    "the project that it belongs to",
    creates=True,
    filters=EQUALITY,
    reads="project_id",
    embeds="studio_projects",
)


def user_column(name: str, reads: str, description: str, *, nullable: bool = False) -> Column:
    """A column that holds a user's id, whose public part `embed` brings along."""
    return Column(
        name,
        UserId | None if nullable else UserId,
        SqlType.UUID,
        description,
        filters=EQUALITY | NULLABLE if nullable else EQUALITY,
        reads=reads,
        embeds="prime_users",
    )
