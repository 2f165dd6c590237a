"""Calls on snapshots that do more than rows."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from schema.calling.params import Done, Params
from schema.calling.projects.state_parts import Part, StateData
from schema.calling.row_calls import Call, RowCalls
from schema.columns.music import AudioAnalysis
from schema.columns.types import Description, PlainName, ProjectName, Version
from schema.messages import DeltaId, ProjectId
from schema.tables.project_snapshots import SNAPSHOTS
from schema.tables.studio_projects import PROJECTS
from schema.text.enumerations import one_of

SnapshotId = ProjectId
SnapshotName = PlainName


class CreateSnapshot(Params, frozen=True, forbid_unknown_fields=True):
    """Store the current state under a name. With an `id`, sending it again makes no second one."""

    project: ProjectId
    name: SnapshotName = ""
    description: Description = ""
    id: SnapshotId | None = None
    audio_analysis: AudioAnalysis | None = None


class SnapshotState(Params, frozen=True, forbid_unknown_fields=True):
    """The state that a snapshot holds; ask part by part."""

    project: ProjectId
    snapshot: SnapshotId
    part: Part = 0


class UpdateSnapshot(Params, frozen=True, forbid_unknown_fields=True):
    """Name or describe a snapshot, or say what it sounds like; a named one is kept for good."""

    project: ProjectId
    snapshot: SnapshotId
    version: Version
    name: SnapshotName | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    audio_analysis: AudioAnalysis | UnsetType | None = UNSET


class DiffSnapshots(Params, frozen=True, forbid_unknown_fields=True):
    """What differs between two snapshots; null is the current state."""

    project: ProjectId
    before: SnapshotId | None = None
    after: SnapshotId | None = None
    limit: Annotated[int, Meta(ge=1, le=2_000)] = 200


class RestoreSnapshot(Params, frozen=True, forbid_unknown_fields=True):
    """Bring a snapshot's state back as a delta with this `id`, which can be undone."""

    project: ProjectId
    snapshot: SnapshotId
    id: DeltaId


class ForkSnapshot(Params, frozen=True, forbid_unknown_fields=True):
    """Make a new project of your own out of a snapshot.

    With an `id`, sending it again makes no second one.
    """

    project: ProjectId
    snapshot: SnapshotId
    name: ProjectName
    id: ProjectId | None = None


class DeleteSnapshot(Params, frozen=True, forbid_unknown_fields=True):
    """Delete a snapshot: its author or an owner may. The second time changes nothing."""

    project: ProjectId
    snapshot: SnapshotId


class Change(Struct, frozen=True, omit_defaults=True):
    """An entity that differs: added, removed or changed; `props`: name -> [before, after].

    `clipped`: they are too large for a reply, and some or all of them are left out.
    """

    col: str
    id: str
    action: Annotated[str, one_of("ChangeAction")]
    name: str = ""
    props: dict[str, list[Any]] = {}
    clipped: bool = False


class Diff(Struct, frozen=True):
    """All that differs in sentences, and the first of `total` entities one by one.

    At most `limit`, and as many as a page holds.
    """

    sentences: list[str]
    changes: list[Change]
    total: int


class Restored(Struct, frozen=True):
    """The last seq of the restore, how many ops it took, and the snapshot of what was before.

    `before` is null where nothing was kept: there were no ops, or the id was sent before.
    """

    seq: int
    ops: int
    before: str | None


def snapshot_methods(rows: RowCalls) -> dict[str, Call]:
    """Method name -> parameters and result."""
    snapshot = rows.row(SNAPSHOTS)
    return {
        "snapshots.create": (CreateSnapshot, snapshot),
        "snapshots.state": (SnapshotState, StateData),
        "snapshots.update": (UpdateSnapshot, snapshot),
        "snapshots.diff": (DiffSnapshots, Diff),
        "snapshots.restore": (RestoreSnapshot, Restored),
        "snapshots.fork": (ForkSnapshot, rows.row(PROJECTS)),
        "snapshots.delete": (DeleteSnapshot, Done),
    }
