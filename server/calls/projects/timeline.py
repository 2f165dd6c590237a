"""Questions about musical time, of an open room or a closed project."""

from rooms.music.between_beats import between as found_between
from rooms.music.tempo_map import TempoMap
from schema.calling.projects.timeline_calls import Between, Range, Times, ToBeats, ToSeconds
from schema.errors import ErrorCode
from server.calls.caller import Caller
from server.calls.context import Context, require_member
from server.calls.projects import current_state
from server.loop.threads import yield_gil
from server.refused import Refused


async def between(context: Context, caller: Caller, params: Between) -> Range:
    """What lies between two beats."""
    await require_member(context, params.project, caller.user)
    if params.end < params.start:
        raise Refused(ErrorCode.VALIDATION, "`end` must not lie before `start`", field="end")
    tracks = None if params.tracks is None else set(params.tracks)
    range_arguments = params.start, params.end, tracks, params.notes, params.limit, yield_gil
    async with context.documents.slot(caller.user):
        range_found: Range = await current_state.ask(
            context, params.project, found_between, *range_arguments
        )
    return range_found


async def seconds(context: Context, caller: Caller, params: ToSeconds) -> Times:
    """Beats to seconds."""
    tempo = await _tempo(context, caller, params.project)
    return Times([tempo.seconds_at(beat) for beat in params.beats])


async def beats(context: Context, caller: Caller, params: ToBeats) -> Times:
    """Seconds to beats."""
    tempo = await _tempo(context, caller, params.project)
    return Times([tempo.beat_at(time) for time in params.seconds])


async def _tempo(context: Context, caller: Caller, project: str) -> TempoMap:
    await require_member(context, project, caller.user)

    async def find() -> TempoMap:
        tempo: TempoMap = await current_state.ask(context, project, TempoMap.of, yield_gil)
        return tempo

    position = await current_state.position(context, project)
    tempo: TempoMap = await context.documents.once((project, position), caller.user, find)
    return tempo
