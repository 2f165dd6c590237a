"""Where channels send their sound, and the circles in it: no mixer could play one."""

from collections.abc import Iterator, Mapping

from files.song import Song
from files.state_faults import target_exists
from schema.entities import MASTER_CHANNEL

Route = tuple[str, str, str | None]
"""From a channel to a channel, by a send's id or (None) by its output."""


def circles(state: Mapping[str, Mapping[str, Mapping[str, object]]]) -> Iterator[Route]:
    """The routes that lead back; without them nothing does."""
    routes = _routes(state)
    open_channels: set[str] = set()
    seen: set[str] = set()
    # The master first: what leads on from there is always one route too many.
    for start in [MASTER_CHANNEL, *routes]:
        if start in seen:
            continue
        seen.add(start)
        open_channels.add(start)
        path = [(start, iter(routes.get(start, [])))]
        while path:
            channel, onward = path[-1]
            route = next(onward, None)
            if route is None:
                open_channels.discard(channel)
                path.pop()
            elif route[1] in open_channels or channel == MASTER_CHANNEL:
                yield route
            elif route[1] not in seen:
                seen.add(route[1])
                open_channels.add(route[1])
                path.append((route[1], iter(routes.get(route[1], []))))


def _routes(state: Mapping[str, Mapping[str, Mapping[str, object]]]) -> dict[str, list[Route]]:
    routes: dict[str, list[Route]] = {}
    for channel_id, channel in state["channels"].items():
        if channel["dest"] is not None:
            routes.setdefault(channel_id, []).append((channel_id, str(channel["dest"]), None))
    for send_id, send in state["sends"].items():
        source = str(send["channel"])
        routes.setdefault(source, []).append((source, str(send["dest"]), send_id))
    return routes


def cut_circles(song: Song) -> None:
    """Take out what feeds itself, and the automation of what is gone with it."""
    for source, _, send in list(circles(song.state)):
        if send is not None:
            song.remove("sends", send)
            song.lost("sends that fed themselves were taken out")
        else:
            dest = None if source == MASTER_CHANNEL else MASTER_CHANNEL
            song.change("channels", source, dest=dest)
            song.lost("channels that fed themselves now go to the master")
    for lane_id, lane in list(song.state["lanes"].items()):
        if not target_exists(song.state, str(lane["target"])):
            _remove_lane(song, lane_id)


def _remove_lane(song: Song, lane_id: str) -> None:
    points = [key for key, point in song.state["points"].items() if point["lane"] == lane_id]
    for point_id in points:
        song.remove("points", point_id)
    song.remove("lanes", lane_id)
    song.lost("automation points of sends that fed themselves", len(points))
