"""Audio files: their stems, and how far their bytes are (rules L4, L5)."""

from typing import Any

from msgspec import UNSET

from persistence.errors import BadQuery, Conflict
from persistence.library import audio_files
from persistence.rows import reading, writing
from persistence.rows.row_lanes import RowLanes
from rooms.roles import EDITS
from schema.calling.preset_and_audio_file_calls import ListStems, SetAudioStatus
from schema.calls import METHODS, ROW_CALLS
from schema.columns.audio_states import AUDIO_STATES
from schema.errors import ErrorCode
from schema.limits import MAX_STEMS_TOLD
from schema.roles import rights_of
from schema.tables.audio_files import AUDIO_FILES
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused

NO_FACTS = ("audio_file", "status", "version")


async def stems(context: Context, caller: Caller, params: ListStems) -> Any:
    """The tree below a file, as rows that name their parents."""
    ids = await audio_files.stems(context.db, params.audio_file, caller.user, MAX_STEMS_TOLD + 1)
    if ids is None:
        raise reading.no_such(AUDIO_FILES)
    first_ids = ids[:MAX_STEMS_TOLD]
    stem_rows = await reading.among(context.rows, AUDIO_FILES, caller.user, first_ids)
    rows = [stem_rows[id] for id in first_ids if id in stem_rows]
    _, result = METHODS["audio_files.stems"]
    return result(rows, len(rows) < len(ids))


async def set_status(context: Context, caller: Caller, params: SetAudioStatus) -> Any:
    """The next status, with all that is set on the way; the same call again changes nothing."""
    given_fields = {name: getattr(params, name) for name in params.__struct_fields__}
    facts = {n: v for n, v in given_fields.items() if n not in NO_FACTS and v is not UNSET}
    _require_taken(params.status, facts)
    project = await audio_files.set_status(
        context.db, params.audio_file, caller.user, params.status, facts, params.version
    )
    if project is None:
        await _require_same(context, caller, params, facts)
    else:
        context.announcer.media_changed(project)
        context.announcer.rows_changed()
    lanes = RowLanes(context.db, context.db)  # of the call's own transaction
    row = await reading.get(lanes, AUDIO_FILES, caller.user, params.audio_file)
    return ROW_CALLS.row(AUDIO_FILES)(**row)


def _require_taken(status: str, facts: dict[str, Any]) -> None:
    """Raises `BadQuery` for what is not set together with this status."""
    state = AUDIO_STATES[status]
    for name in facts:
        if name not in state.takes:
            allowed_words = ", ".join(state.takes) or "nothing"
            raise BadQuery(name, f"is not set with the status {status}; allowed: {allowed_words}")
    if "failure" in state.needs and "failure" not in facts:
        raise BadQuery("failure", "is missing: a failed file says why, in 1 to 500 characters")


async def _require_same(
    context: Context, caller: Caller, params: SetAudioStatus, facts: dict[str, Any]
) -> None:
    """Nothing was set: fine where it was so already, else raises what speaks against it."""
    standing = await audio_files.standing(context.db, params.audio_file, caller.user)
    if standing is None:
        raise reading.no_such(AUDIO_FILES)
    if standing.role not in EDITS and not standing.is_maker:
        raise writing.forbidden(AUDIO_FILES, "change", rights_of(AUDIO_FILES).change)
    if standing.status == params.status:
        await _require_equal(context, caller, params, facts)
        return
    if standing.is_archived:
        raise Refused(ErrorCode.ARCHIVED, "the project is archived; restore it before editing")
    if params.version not in (None, standing.version):
        raise Conflict(standing.version)
    state = AUDIO_STATES[params.status]
    if standing.status not in state.follows:
        leads = [
            name
            for name, audio_state in AUDIO_STATES.items()
            if standing.status in audio_state.follows
        ]
        text = (
            f"the file is {standing.status}, and {params.status} does not follow on that; "
            f"allowed: {', '.join(leads)}"
        )
        raise Refused(ErrorCode.CONFLICT, text, version=standing.version)
    missing_facts = [name for name in state.needs if name in standing.lacks and name not in facts]
    if missing_facts:
        raise BadQuery(missing_facts[0], f"is missing: a file that is {params.status} has one")
    raise Conflict(standing.version)  # another call has changed it between the two looks


async def _require_equal(
    context: Context, caller: Caller, params: SetAudioStatus, facts: dict[str, Any]
) -> None:
    """The file has this status already: raises `Refused` if it was given other values with it."""
    lanes = RowLanes(context.db, context.db)
    row = await reading.get(lanes, AUDIO_FILES, caller.user, params.audio_file)
    differing = [name for name, value in facts.items() if row[name] != value]
    if differing:
        text = (
            f"the file is {params.status} already, with another `{differing[0]}`: "
            "nothing was changed; read the row"
        )
        raise Refused(ErrorCode.CONFLICT, text, version=row["version"])
