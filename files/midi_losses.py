"""What a project holds and a MIDI file cannot, counted by collection and property."""

from files.arranged import Entity
from files.dawproject_export_values import Losses, State
from schema.entities import MASTER_CHANNEL

NO_PLACE = "MIDI has no place for it"
_COLLECTIONS = ("sends", "media", "warps", "scenes", "slots")


def count_losses(state: State, losses: Losses, cut_off: int) -> None:
    """What no writer of a part of the file has noted; `cut_off` notes begin before their clip."""
    counts = losses.counts
    counts["notes", "", "they begin before the edge of their clip"] += cut_off
    for collection in _COLLECTIONS:
        counts[collection, "", NO_PLACE] += len(state[collection])
    for clip in state["clips"].values():
        _count_clip(clip, losses)
    for device in state["devices"].values():
        counts["devices", "", NO_PLACE] += device["format"] != "midi"
    for track in state["tracks"].values():
        for name in ("parent", "color"):
            counts["tracks", name, NO_PLACE] += track[name] is not None
    counts["transport", "loopOn", NO_PLACE] += bool(state["transport"]["transport"]["loopOn"])
    owned = {track["channel"] for track in state["tracks"].values()}
    for channel_id, channel in state["channels"].items():
        _count_strip(channel, losses, is_master=channel_id == MASTER_CHANNEL,
                     is_owned=channel_id in owned)  # fmt: skip
    for empty in [place for place, count in counts.items() if not count]:
        del counts[empty]


def _count_clip(clip: Entity, losses: Losses) -> None:
    if clip["slot"] is not None:
        losses.note("clips", "slot", "MIDI has no launcher")
    elif clip["kind"] in ("audio", "video"):
        losses.note("clips", "kind", f"MIDI holds no {clip['kind']}")
    else:
        losses.note("clips", "", "what they hold is written without their edges")


def _count_strip(channel: Entity, losses: Losses, *, is_master: bool, is_owned: bool) -> None:
    for name in ("mute", "solo"):
        losses.counts["channels", name, NO_PLACE] += bool(channel[name])
    if is_master:
        losses.counts["channels", "volume", "MIDI has no master"] += channel["volume"] != 1
    elif not is_owned:
        losses.note("channels", "", "a strip without a track")
