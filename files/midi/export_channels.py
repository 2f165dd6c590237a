"""Which of MIDI's sixteen channels each track of a project is written on."""

from files.losses import Losses
from files.midi.midi_values import DRUMS
from files.readable_state import Entity, State

CHANNELS = 16


class Channels:
    """A track keeps the channel that its instrument or its notes name; others get what is free.

    Drums are never given to a track that does not name them.
    """

    def __init__(self, state: State, losses: Losses) -> None:
        self._losses = losses
        self._tracks = state["tracks"]
        self._devices: dict[str, Entity] = {}
        for device in state["devices"].values():
            if device["format"] == "midi":
                self._devices.setdefault(str(device["channel"]), device)
        self._strips = {
            track: str(track_props["channel"]) for track, track_props in state["tracks"].items()
        }
        self._named_channels = self._named_by_notes(state)
        for track in state["tracks"]:
            named_channel = _named_by(self.device_of(track))
            if named_channel is not None:
                self._named_channels[track] = named_channel
        taken_channels = {DRUMS, *self._named_channels.values()}
        self._free_channels = [
            channel for channel in range(CHANNELS) if channel not in taken_channels
        ]
        self._given_count = 0

    def device_of(self, track: str) -> Entity | None:
        """The instrument of the format `midi` on a track's strip."""
        return self._devices.get(self._strips[track])

    def of(self, track: str) -> int:
        """The channel of a track, from 0 on; called once for each."""
        if track in self._named_channels:
            return self._named_channels[track]
        if not self._free_channels:
            self._free_channels = [channel for channel in range(CHANNELS) if channel != DRUMS]
        channel = self._free_channels[self._given_count % len(self._free_channels)]
        self._given_count += 1
        if self._given_count > len(self._free_channels):
            why = "tracks that share one of the sixteen channels of MIDI with another"
            self._losses.note("tracks", "channel", why, self._tracks[track])
        return channel

    def _named_by_notes(self, state: State) -> dict[str, int]:
        """Channel 0 is that of notes which name none."""
        channels_by_track: dict[str, set[int]] = {}
        for note in state["notes"].values():
            clip = state["clips"].get(str(note["clip"]), {})
            channels_by_track.setdefault(str(clip.get("track")), set()).add(
                int(float(str(note["ch"])))
            )
        return {
            track: channels.pop()
            for track, channels in channels_by_track.items()
            if len(channels) == 1 and channels != {0} and track in state["tracks"]
        }


def _named_by(device: Entity | None) -> int | None:
    params = {} if device is None else device["params"]
    number = params.get("channel") if isinstance(params, dict) else None
    is_channel = isinstance(number, int | float) and 1 <= number <= CHANNELS
    return int(number) - 1 if is_channel and number is not None else None
