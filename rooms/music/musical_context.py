"""What can be said of a project state as music."""

from typing import Any

from rooms.document.document import State
from rooms.music.tempo_map import TempoMap
from rooms.pauses import Pause, no_pause, walked
from schema.columns.music import MusicalContext, TempoAt
from schema.limits import MAX_INSTRUMENTS, MAX_TEMPI_TOLD


def musical_context(state: State, pause: Pause = no_pause) -> MusicalContext:
    """Tempo, key, signature, length to the end of the last clip of the arrangement, counts."""
    tempo = TempoMap.of(state, pause)
    project = state["project"]["project"]
    clips = walked(state.get("clips", {}).values(), pause)
    length = max(
        (clip["time"] + clip["duration"] for clip in clips if is_arranged(clip)), default=0.0
    )
    first = min(state["signatures"].items(), key=lambda item: (item[1]["time"], item[0]))[1]
    devices = walked(state.get("devices", {}).values(), pause)
    names = {d["name"] for d in devices if d["role"] == "instrument" and d["name"]}
    return MusicalContext(
        tempo=[TempoAt(beat, bpm) for beat, bpm, _ in tempo.points[:MAX_TEMPI_TOLD]],
        key=project["key"],
        scale=project["scale"],
        signature=f"{first['num']:g}/{first['den']:g}",
        length_beats=float(length),
        length_seconds=tempo.seconds_at(length),
        counts={collection: len(entities) for collection, entities in state.items() if entities},
        instruments=sorted(names)[:MAX_INSTRUMENTS],
    )


def is_arranged(clip: dict[str, Any]) -> bool:
    """Whether the clip lies in the arrangement, not in a slot of the launcher."""
    return clip.get("slot") is None
