"""What of a project state DAWproject 1.0 has no place for, and what it writes instead."""

from collections import Counter
from collections.abc import Iterator, Mapping

from files.losses import Losses
from files.music.in_time import counting
from files.readable_state import State
from files.routing_circles import circles
from schema.entities import MASTER_CHANNEL, defaults

Below = Mapping[tuple[str, str | None], list[str]]
"""By collection and parent: the ids in their order."""

UNHELD: Mapping[str, Mapping[str, str]] = {
    "project": {
        "key": "keys of the song",
        "scale": "scales of the song",
        "sampleRate": "sample rates of the song",
    },
    "transport": {
        "loopStart": "beginnings of the loop",
        "loopEnd": "ends of the loop",
        "loopOn": "loops that are switched on",
        "metronome": "metronomes that are switched on",
    },
    "clips": {"gain": "gains of clips", "lane": "clips in a lane of their track"},
    "notes": {"pan": "pans of notes"},
    "lanes": {"enable": "automation lanes that are off were written as if they were on"},
}
"""Properties that DAWproject 1.0 has no place for, and the words of the report for them."""


CALLED = {"tempo": "tempi", "signatures": "time signatures"}


def count_unheld(state: State, below: Below, losses: Losses) -> None:
    """Note all that is lost for reasons that no single element shows."""
    for collection, names in UNHELD.items():
        usual = defaults(collection)
        for entity in state.get(collection, {}).values():
            for name, loss_text in names.items():
                if entity[name] != usual[name]:
                    losses.note(collection, name, loss_text, entity)
    if not state["project"]["project"]["name"]:
        losses.note("project", "name", "songs without a name are named by their file")
    _count_maps(state, losses)
    _count_orders(state, below, losses)
    _count_circles(state, losses)


def _count_maps(state: State, losses: Losses) -> None:
    for collection in ("tempo", "signatures"):
        entities = state[collection]
        for _ in range(len(entities) - len(counting(entities, collection))):
            losses.note(
                collection, "", f"{CALLED[collection]} at the time of another, which counts"
            )
    tempi = counting(state["tempo"], "tempo")
    at_times = Counter(tempo["time"] for tempo in tempi)
    for tempo in tempi:
        if tempo["slot"] != 0 and at_times[tempo["time"]] == 1:
            losses.note("tempo", "slot", "halves of tempo jumps whose other half is missing", tempo)


def _count_circles(state: State, losses: Losses) -> None:
    """Where what leads nowhere leads on, some sends would come back to where they start."""
    channels = {
        channel_id: {**channel, "dest": channel["dest"] or _group_strip(state, channel_id)}
        for channel_id, channel in state.get("channels", {}).items()
    }
    sends = state.get("sends", {})
    for _, _, send in circles({"channels": channels, "sends": sends}):
        why = "routes that would come back to where they start"
        losses.note("channels" if send is None else "sends", "dest" if send is None else "", why)


def _group_strip(state: State, channel_id: str) -> str | None:
    """The strip of the group around a channel, as a reader finds it."""
    if channel_id == MASTER_CHANNEL:
        return None
    tracks = state.get("tracks", {})
    own_track = next((t for t in tracks.values() if t["channel"] == channel_id), None)
    parent_id = None if own_track is None else own_track["parent"]
    while parent_id is not None and str(parent_id) in tracks:
        group = tracks[str(parent_id)]
        strip = state["channels"].get(str(group["channel"]))
        if strip is not None and strip["role"] != "vca":
            return str(group["channel"])
        parent_id = group["parent"]
    return MASTER_CHANNEL


def _count_orders(state: State, children_by_parent: Below, losses: Losses) -> None:
    """Channels come in the order of their tracks."""
    in_file = [c for c in _channels_in_file(state, children_by_parent) if c != MASTER_CHANNEL]
    if in_file != [c for c in _in_order(state) if c != MASTER_CHANNEL]:
        losses.note(
            "channels",
            "order",
            "orders of the mixer (its channels come in the order of their tracks)",
        )


def _in_order(state: State) -> list[str]:
    channels = state.get("channels", {})
    return sorted(channels, key=lambda c: (str(channels[c]["order"]), c))


def _channels_in_file(state: State, children_by_parent: Below) -> Iterator[str]:
    tracks = state.get("tracks", {})
    owned_channels = {str(t["channel"]) for t in tracks.values() if t["channel"] is not None}
    pending = list(reversed(children_by_parent.get(("tracks", None), [])))
    while pending:
        track_id = pending.pop()
        channel = tracks[track_id]["channel"]
        if channel is not None:
            yield str(channel)
        pending += reversed(children_by_parent.get(("tracks", track_id), []))
    yield from (channel for channel in _in_order(state) if channel not in owned_channels)
