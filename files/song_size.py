"""How much of a project a song fills, by the count of the server: told before anything is sent."""

from files.broken_song import BrokenSong
from files.imported_song import Song
from files.readable_state import State
from prime_client.copy.digest import encoded, size_of_params
from schema.limits import MAX_PARAMS_BYTES, MAX_STATE_BYTES

MIB = 1_048_576


def bytes_of(state: State) -> int:
    """Of all its entities, as rule O16 counts them."""
    return sum(
        len(encoded(collection, entity_id, entity))
        for collection, entities in state.items()
        for entity_id, entity in entities.items()
    )


def refuse_too_large(song: Song) -> None:
    """Raises `BrokenSong` for what no project holds, with how large it is and what to do."""
    for device in song.state["devices"].values():
        params = device["params"]
        assert isinstance(params, dict)
        size = size_of_params(params)
        if size > MAX_PARAMS_BYTES:
            raise BrokenSong(
                song.source,
                str(device["name"] or device["deviceId"]),
                f"has {size:,} bytes of parameters, and a device has at most {MAX_PARAMS_BYTES:,}: "
                "take the device off its channel, and save the song again",
            )
    size = bytes_of(song.state)
    if size > MAX_STATE_BYTES:
        raise BrokenSong(
            song.source,
            "",
            f"comes to {size / MIB:.2f} MiB as a project keeps it, and a project holds at most "
            f"{MAX_STATE_BYTES / MIB:g} MiB: split the song or thin out its automation and notes",
        )
