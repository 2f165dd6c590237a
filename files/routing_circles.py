"""Where channels send their sound, and the circles in it: no mixer could play one."""

from collections.abc import Iterable, Iterator

from files.imported_song import Song
from files.readable_state import State
from files.state_faults import names_gone_leaf, target_exists
from schema.entities import MASTER_CHANNEL

Route = tuple[str, str, str | None]
"""From a channel to a channel, by a send's id or (None) by its output."""


def circles(state: State, *, from_master: bool = True) -> Iterator[Route]:
    """The routes that lead back; without them nothing does.

    So does all that leads on from the master where other formats let what leads nowhere lead to it;
    not `from_master`: only if it comes back.
    """
    routes = _routes(state)
    open_channels: set[str] = set()
    visited: set[str] = set()
    # The master first: what leads on from there is always one route too many.
    for start in [MASTER_CHANNEL, *routes]:
        if start in visited:
            continue
        visited.add(start)
        open_channels.add(start)
        path = [(start, iter(routes.get(start, [])))]
        while path:
            channel, onward = path[-1]
            route = next(onward, None)
            if route is None:
                open_channels.discard(channel)
                path.pop()
            elif route[1] in open_channels or (from_master and channel == MASTER_CHANNEL):
                yield route
            elif route[1] not in visited:
                visited.add(route[1])
                open_channels.add(route[1])
                path.append((route[1], iter(routes.get(route[1], []))))


def _routes(state: State) -> dict[str, list[Route]]:
    routes: dict[str, list[Route]] = {}
    for channel_id, channel in state["channels"].items():
        if channel["dest"] is not None:
            routes.setdefault(channel_id, []).append((channel_id, str(channel["dest"]), None))
    for send_id, send in state["sends"].items():
        source = str(send["channel"])
        routes.setdefault(source, []).append((source, str(send["dest"]), send_id))
    return routes


def cut_circles(song: Song) -> None:
    """Take out what feeds itself, and the automation of what is gone with it.

    What is switched off goes first: some programs let each effect have a send to every effect, to
    itself as well, and none of them is heard.
    """
    for send_id in list(_switched_off_on_circles(song.state)):
        cut_send = song.state["sends"][send_id]
        loss = _circle_words(song, cut_send["channel"], cut_send["dest"])
        song.remove("sends", send_id)
        song.lost("sends that are switched off and would feed themselves were taken out", item=loss)
    for source, destination, send in list(circles(song.state)):
        if send is not None:
            song.remove("sends", send)
            song.lost(
                "sends that fed themselves were taken out",
                item=_circle_words(song, source, destination),
            )
        else:
            dest = None if source == MASTER_CHANNEL else MASTER_CHANNEL
            song.change("channels", source, dest=dest)
            loss_text = "channels that fed themselves now go to the master"
            song.lost(loss_text, item=_circle_words(song, source, destination))
    for lane_id, lane in list(song.state["lanes"].items()):
        if not target_exists(song.state, str(lane["target"])):
            point_count = song.remove_lane(lane_id)
            song.lost("automation points of sends that fed themselves", point_count)
        elif names_gone_leaf(song.state, str(lane["target"])):
            point_count = song.remove_lane(lane_id)
            song.lost("automation points of parameters without a value", point_count)


def _circle_words(song: Song, *channels: object) -> str:
    names = (song.state["channels"][str(channel)]["name"] for channel in channels)
    return " to ".join(str(name) or "a channel" for name in names)


def _switched_off_on_circles(state: State) -> Iterator[str]:
    circle_of = _circles_by_channel(_routes(state))
    for send_id, send in state["sends"].items():
        source, dest = str(send["channel"]), str(send["dest"])
        if not send["enable"] and circle_of.get(source, source) == circle_of.get(dest, dest):
            yield send_id


def _circles_by_channel(routes: dict[str, list[Route]]) -> dict[str, str]:
    """Channels that lead to each other have one name in common (Kosaraju's two walks)."""
    finished_channels: list[str] = []
    _walk(
        {source: [destination for _, destination, _ in out] for source, out in routes.items()},
        routes,
        finished_channels,
    )
    channels_before: dict[str, list[str]] = {}
    for source, out in routes.items():
        for _, destination, _ in out:
            channels_before.setdefault(destination, []).append(source)
    names: dict[str, str] = {}
    for start in reversed(finished_channels):
        pending = [start]
        while pending:
            channel = pending.pop()
            if channel not in names:
                names[channel] = start
                pending.extend(channels_before.get(channel, ()))
    return names


def _walk(
    onward: dict[str, list[str]], starts: Iterable[str], finished_channels: list[str]
) -> None:
    """Every channel, after all that it leads to."""
    visited: set[str] = set()
    for start in starts:
        path = [] if start in visited else [(start, iter(onward.get(start, ())))]
        visited.add(start)
        while path:
            channel, unvisited = path[-1]
            destination = next(
                (channel_after for channel_after in unvisited if channel_after not in visited), None
            )
            if destination is None:
                finished_channels.append(channel)
                path.pop()
            else:
                visited.add(destination)
                path.append((destination, iter(onward.get(destination, ()))))
