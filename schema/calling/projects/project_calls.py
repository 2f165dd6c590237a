"""Calls on projects that do more than rows."""

from msgspec import UNSET, UnsetType

from schema.calling.params import Params
from schema.calling.row_calls import Call, RowCalls
from schema.columns.types import (
    Bpm,
    Description,
    MusicalKey,
    ProjectName,
    Scale,
    Signature,
    Tags,
    Version,
)
from schema.messages import ProjectId
from schema.tables.studio_projects import PROJECTS, DefaultRole, MemberLimit


class CreateProject(Params, frozen=True, forbid_unknown_fields=True):
    """Make a project and own it. With an `id`, sending the call again makes no second one.

    Without `bpm` it has the `default_bpm` of your account.
    """

    name: ProjectName
    id: ProjectId | None = None
    description: Description = ""
    bpm: Bpm | UnsetType = UNSET
    key: MusicalKey | None = None
    scale: Scale | None = None
    signature: Signature = "4/4"
    tags: Tags = []  # noqa: RUF012 - msgspec makes a new one each time


class UpdateProject(Params, frozen=True, forbid_unknown_fields=True):
    """Change fields of the row, if `version` is still the one you read."""

    project: ProjectId
    version: Version
    name: ProjectName | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    bpm: Bpm | UnsetType = UNSET
    key: MusicalKey | UnsetType | None = UNSET
    scale: Scale | UnsetType | None = UNSET
    signature: Signature | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    default_role: DefaultRole | UnsetType = UNSET
    link_sharing: bool | UnsetType = UNSET
    member_limit: MemberLimit | UnsetType = UNSET


class ArchiveProject(Params, frozen=True, forbid_unknown_fields=True):
    """Archive a project, or bring it back: an archived one can be read and not edited."""

    project: ProjectId
    archived: bool = True


def project_methods(rows: RowCalls) -> dict[str, Call]:
    """Method name -> parameters and result."""
    project = rows.row(PROJECTS)
    return {
        "projects.create": (CreateProject, project),
        "projects.update": (UpdateProject, project),
        "projects.archive": (ArchiveProject, project),
    }
