"""What one node answers to the questions of all: its rooms, its members, its slow calls, its
health, and what went wrong on it."""

from collections.abc import Callable, Mapping, Sequence
from heapq import nlargest
from typing import Any

import structlog

from rooms.presence.seat import Seat
from server.control_plane.latencies import histogram_map, latency
from server.control_plane.slow_calls import SlowCalls
from server.events.events import Event, Events
from server.live.hub import Hub
from server.live.live_room import LiveRoom
from server.sockets.connection import Connection
from server.sockets.connection_states import LoggedIn

MEMBERS_TOLD = 1_000
"""Of one room, by one node."""

log = structlog.get_logger()


class NodeAnswers:
    """For one node; each answer is of what JSON has. `health`: how the node fares just now."""

    def __init__(
        self,
        hub: Hub,
        connections: Mapping[str, Connection],
        slow_calls: SlowCalls,
        events: Events,
        health: Callable[[], dict[str, Any]],
    ) -> None:
        self._hub = hub
        self._connections = connections
        self._slow_calls = slow_calls
        self._events = events
        self._node = hub.node
        self._answer_by_kind: dict[str, Callable[..., Any]] = {
            "health": health,
            "events": self._list_events,
            "rooms": self._rooms,
            "room": self._room,
            "logins": self._logins,
            "slow_calls": self._slow_without_codes,
            "slow_calls_with_codes": self._slow,
            "member": self._seat_owner,
            "members": self._members_beginning,
            "kick": hub.kick,
        }

    def answer(self, question_kind: str, params: Mapping[str, Any]) -> Any:
        """None: this is no question of this version, or it has failed, and the log says why."""
        answer = self._answer_by_kind.get(question_kind)
        if answer is None:
            return None
        try:
            return answer(**params)
        except Exception:
            log.exception("a question of another node could not be answered", asks=question_kind)
            return None

    def _rooms(self, after: str, limit: int, order: str = "project") -> list[dict[str, Any]]:
        rooms = self._hub.rooms
        if order == "load":
            return [self._room_row(live) for live in nlargest(limit, rooms.values(), key=_load)]
        names = sorted(project for project in rooms if project > after)[:limit]
        return [self._room_row(rooms[project]) for project in names]

    def _room(self, project: str) -> dict[str, Any] | None:
        live = self._hub.rooms.get(project)
        if live is None:
            return None
        seats = sorted(live.room.seats.values(), key=_since)[: MEMBERS_TOLD + 1]
        latencies = {"ack": histogram_map(live.acks), "tick_gap": histogram_map(live.tick_gaps)}
        members = [self._member(live, seat) for seat in seats]
        return self._room_row(live) | latencies | {"seats": members}

    def _member(self, live: LiveRoom, seat: Seat) -> dict[str, Any]:
        connection = self._connections.get(seat.connection)
        session = None if connection is None else connection.session
        return {
            "member": seat.member,
            "user": seat.request.user,
            "name": seat.request.name,
            "device": seat.request.device,
            "role": seat.role,
            "login": seat.request.auth_session,
            "address": "" if connection is None else connection.address,
            "since": seat.request.asked_at,
            "held_back": seat.in_flight_count + len(seat.queue),
            "outbox_bytes": 0 if connection is None else connection.waiting_bytes,
            "client": session.device_said.client if isinstance(session, LoggedIn) else "",
            "codec": "" if connection is None else connection.codec.name,
            "round_trip_ms": None if connection is None else connection.round_trip_ms,
            "behind": 0 if seat.feed is None else max(0, live.room.head - seat.feed.seq),
        }

    def _room_row(self, live: LiveRoom) -> dict[str, Any]:
        room = live.room
        acks, gaps = latency([histogram_map(live.acks)]), latency([histogram_map(live.tick_gaps)])
        connections = filter(None, map(self._connections.get, room.seats))
        return {
            "project": room.project,
            "members": len(room.seats),
            "entities": len(room.document),
            "bytes": room.document.size,
            "seq": room.head,
            "held_back": sum(
                seat.in_flight_count + len(seat.queue) for seat in room.seats.values()
            ),
            "ack_p50_ms": acks.p50_ms,
            "ack_p99_ms": acks.p99_ms,
            "tick_gap_p50_ms": gaps.p50_ms,
            "tick_gap_p99_ms": gaps.p99_ms,
            "ticks_a_second": round(live.tick_gaps.a_second, 1),
            "deltas_a_second": round(live.acks.a_second, 1),
            "sends_a_second": round(_load(live), 1),
            "outbox_bytes": sum(connection.waiting_bytes for connection in connections),
        }

    def _seat_owner(self, member: str) -> dict[str, str] | None:
        """Whose seat it is, and in which room; None: it has none here."""
        for live in self._hub.rooms.values():
            for seat in live.room.seats.values():
                if seat.member == member:
                    return {"user": seat.request.user, "project": live.room.project}
        return None

    def _members_beginning(self, beginning: str, limit: int) -> list[tuple[str, str]]:
        """Those whose id begins so, with their names; each once, in whatever rooms it is."""
        names = {
            seat.member: seat.request.name
            for live in self._hub.rooms.values()
            for seat in live.room.seats.values()
            if seat.member.startswith(beginning)
        }
        return sorted(names.items())[:limit]

    def _logins(self, logins: list[str]) -> dict[str, int]:
        """Login -> its connections here."""
        connection_counts = dict.fromkeys(logins, 0)
        for connection in self._connections.values():
            identity = connection.identity
            if identity is not None and identity.auth_session in connection_counts:
                connection_counts[identity.auth_session] += 1
        return {login: count for login, count in connection_counts.items() if count}

    def _slow_without_codes(self, method: str | None, per_method: int) -> list[list[Any]]:
        """As nodes ask that are older than codes; they take no longer row."""
        return [row[:-1] for row in self._slow(method, per_method)]

    def _slow(self, method: str | None, per_method: int) -> list[list[Any]]:
        slowest = self._slow_calls.slowest(per_method, method)
        return [
            [name, *slow_call] for name, slow_calls in slowest.items() for slow_call in slow_calls
        ]

    def _list_events(
        self,
        limit: int,
        kind: str | None = None,
        project: str | None = None,
        before: Sequence[Any] | None = None,
    ) -> list[dict[str, Any]]:
        """The newest, but those that were shown: at `before` or later."""
        event_maps = [
            event
            for event in self._events.all()
            if (kind is None or kind in (event.kind, event.kind.partition(".")[0]))
            and (project is None or project == event.about.project)
            and (before is None or self._event_place(event) < (*before,))
        ]
        return [_event_map(event) for event in nlargest(limit, event_maps, key=self._event_place)]

    def _event_place(self, event: Event) -> tuple[int, int, str]:
        return _microsecond(event.last_at), event.number, self._node


def _load(live: LiveRoom) -> float:
    """What is sent of a room each second."""
    return len(live.room.seats) * (live.tick_gaps.a_second + live.acks.a_second)


def _event_map(event: Event) -> dict[str, Any]:
    moments = {"first_at": _microsecond(event.first_at), "at": _microsecond(event.last_at)}
    numbers = {"number": event.number, "kind": event.kind, "count": event.count}
    return numbers | moments | event.about._asdict()


def _microsecond(seconds: float) -> int:
    return int(seconds * 1_000_000)


def _since(seat: Seat) -> tuple[int, str]:
    return seat.request.asked_at, seat.member
