"""What a project holds and a MIDI file cannot, counted by collection and property."""

from files.losses import Losses
from files.music.in_time import counting
from files.readable_state import Entity, State
from schema.entities import MASTER_CHANNEL

_COLLECTIONS = {
    "sends": "sends",
    "media": "recordings",
    "warps": "warp markers",
    "scenes": "scenes of the launcher",
    "slots": "clip slots of the launcher",
}
_TRACKS = {"parent": "tracks are no longer in their group", "color": "colours of tracks"}
_STRIPS = {"mute": "mutes of mixer channels", "solo": "solos of mixer channels"}


def count_losses(state: State, losses: Losses, cut_off_count: int) -> None:
    """What no writer of a part has noted; `cut_off_count` notes begin before their clip."""
    losses.note("notes", "", "notes that begin before the edge of their clip", count=cut_off_count)
    for collection, loss_text in _COLLECTIONS.items():
        for entity in state[collection].values():
            losses.note(collection, "", loss_text, entity)
    idle_signature_count = len(state["signatures"]) - len(
        counting(state["signatures"], "signatures")
    )
    loss_text = "time signatures at the time of another, which counts"
    losses.note("signatures", "", loss_text, count=idle_signature_count)
    for clip in state["clips"].values():
        _count_clip(clip, losses)
    for device in state["devices"].values():
        _count_device(device, losses)
    for track in state["tracks"].values():
        for name, loss_text in _TRACKS.items():
            losses.note("tracks", name, loss_text, track, count=track[name] is not None)
    is_looped = bool(state["transport"]["transport"]["loopOn"])
    losses.note("transport", "loopOn", "loops that are switched on", count=is_looped)
    owned_channels = {track["channel"] for track in state["tracks"].values()}
    for channel_id, channel in state["channels"].items():
        _count_strip(channel, losses, is_master=channel_id == MASTER_CHANNEL,
                     is_owned=channel_id in owned_channels)  # fmt: skip


def _count_device(device: Entity, losses: Losses) -> None:
    if device["format"] != "midi":
        losses.note("devices", "", "plug-ins and devices", device)


def _count_clip(clip: Entity, losses: Losses) -> None:
    if clip["slot"] is not None:
        losses.note("clips", "slot", "clips of the launcher", clip)
    elif clip["kind"] in ("audio", "video"):
        losses.note("clips", "kind", f"clips of {clip['kind']}", clip)
    else:
        losses.note(
            "clips", "", "clips were written as what they hold, without their edges and names", clip
        )


def _count_strip(channel: Entity, losses: Losses, *, is_master: bool, is_owned: bool) -> None:
    for name, loss_text in _STRIPS.items():
        losses.note("channels", name, loss_text, channel, count=bool(channel[name]))
    if is_master:
        losses.note("channels", "volume", "volumes of the master", count=channel["volume"] != 1)
    elif not is_owned:
        losses.note("channels", "", "mixer channels without a track", channel)
