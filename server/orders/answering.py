"""What one node answers to the questions of all: its rooms, its members, its slow calls."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from rooms.presence.seat import Seat
from server.live.hub import Hub
from server.live.live_room import LiveRoom
from server.orders.slow_calls import SlowCalls
from server.sockets.connection import Connection

MEMBERS_TOLD = 1_000
"""Of one room, by one node."""

log = structlog.get_logger()


class Answering:
    """For one node; each answer is of what JSON has."""

    def __init__(
        self, hub: Hub, connections: Mapping[str, Connection], slow_calls: SlowCalls
    ) -> None:
        self._hub = hub
        self._connections = connections
        self._slow_calls = slow_calls
        self._by: dict[str, Callable[..., Any]] = {
            "rooms": self._rooms,
            "room": self._room,
            "logins": self._logins,
            "slow_calls": self._slow,
            "member": self._whose,
            "kick": hub.kick,
        }

    def answer(self, asks: str, params: Mapping[str, Any]) -> Any:
        """None: this is no question of this version, or it has failed, and the log says why."""
        answer = self._by.get(asks)
        if answer is None:
            return None
        try:
            return answer(**params)
        except Exception:
            log.exception("a question of another node could not be answered", asks=asks)
            return None

    def _rooms(self, after: str, limit: int) -> list[dict[str, Any]]:
        names = sorted(project for project in self._hub.rooms if project > after)[:limit]
        return [_room_row(self._hub.rooms[project]) for project in names]

    def _room(self, project: str) -> dict[str, Any] | None:
        live = self._hub.rooms.get(project)
        if live is None:
            return None
        seats = sorted(live.room.seats.values(), key=_since)[: MEMBERS_TOLD + 1]
        return _room_row(live) | {"seats": [self._member(seat) for seat in seats]}

    def _member(self, seat: Seat) -> dict[str, Any]:
        connection = self._connections.get(seat.connection)
        return {
            "member": seat.member,
            "user": seat.request.user,
            "name": seat.request.name,
            "device": seat.request.device,
            "role": seat.role,
            "login": seat.request.auth_session,
            "address": "" if connection is None else connection.address,
            "since": seat.request.at,
            "held_back": seat.in_flight + len(seat.queue),
            "outbox_bytes": 0 if connection is None else connection.outbox.waiting_bytes,
        }

    def _whose(self, member: str) -> dict[str, str] | None:
        """Whose seat it is, and in which room; None: it has none here."""
        for live in self._hub.rooms.values():
            for seat in live.room.seats.values():
                if seat.member == member:
                    return {"user": seat.request.user, "project": live.room.project}
        return None

    def _logins(self, logins: list[str]) -> dict[str, int]:
        """Login -> its connections here."""
        found = dict.fromkeys(logins, 0)
        for connection in self._connections.values():
            identity = connection.identity
            if identity is not None and identity.auth_session in found:
                found[identity.auth_session] += 1
        return {login: count for login, count in found.items() if count}

    def _slow(self, method: str | None, per_method: int) -> list[list[Any]]:
        slowest = self._slow_calls.slowest(per_method, method)
        return [[name, *one] for name, kept in slowest.items() for one in kept]


def _room_row(live: LiveRoom) -> dict[str, Any]:
    room = live.room
    return {
        "project": room.project,
        "members": len(room.seats),
        "entities": len(room.document),
        "bytes": room.document.size,
        "seq": room.head,
        "held_back": sum(seat.in_flight + len(seat.queue) for seat in room.seats.values()),
    }


def _since(seat: Seat) -> tuple[int, str]:
    return seat.request.at, seat.member
