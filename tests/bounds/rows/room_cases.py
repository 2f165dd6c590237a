"""Bounds of what a room lets its members show."""

from rooms.presence.gestures import ENTITY_SIZE, VALUE_SIZE
from schema import limits
from schema.bounds import Instead, Past
from schema.errors import ErrorCode
from schema.messages import Error, Gesture, MovePresence, Previewed
from tests.bounds.cases import Seen, case
from tests.rooms.bench import PROJECT, Bench


def _room(*names: str) -> Bench:
    bench = Bench()
    for name in names:
        bench.join(name)
    return bench


def _show(bench: Bench, who: str, gesture: str, values: dict[str, Previewed]) -> Past | None:
    before = len(bench.heard[who])
    bench.take(bench.room.gesture(who, Gesture(PROJECT, gesture, values)))
    errors = [m for m in bench.heard[who][before:] if isinstance(m, Error)]
    return ErrorCode(errors[0].code) if errors else None


def _first(seen: list[Past | None]) -> Past | None:
    return next((past for past in seen if past is not None), None)


def _volumes(count: int) -> dict[str, Previewed]:
    return {f"ch_{n:05}": Previewed("channels", {"volume": 0.5}) for n in range(count)}


def _of_bytes(size: int) -> dict[str, Previewed]:
    """A wide device whose values weigh exactly so much."""
    rest = size - ENTITY_SIZE - len("dev_1234") - len("params") - VALUE_SIZE
    leaves = {f"{n:032}": 0.5 for n in range(rest // (32 + VALUE_SIZE) - 1)}
    rest -= len(leaves) * (32 + VALUE_SIZE)
    leaves["x" * (rest - VALUE_SIZE)] = 0.5
    return {"dev_1234": Previewed("devices", {"params": leaves})}


@case("MAX_GESTURES")
def gestures() -> Seen:
    bench = _room("ann")
    seen = [_show(bench, "ann", f"ride-{n}", _volumes(1)) for n in range(limits.MAX_GESTURES + 1)]
    return Seen(_first(seen[:-1]), seen[-1])


@case("MAX_PREVIEWED")
def previewed() -> Seen:
    bench = _room("ann")
    at = _show(bench, "ann", "ride", _volumes(limits.MAX_PREVIEWED))
    return Seen(at, _show(bench, "ann", "ride", _volumes(limits.MAX_PREVIEWED + 1)))


@case("MAX_SHOWN_BYTES")
def shown_by_one() -> Seen:
    bench = _room("ann")
    at = _show(bench, "ann", "ride", _of_bytes(limits.MAX_SHOWN_BYTES))
    bench.room.gestures.end("ann", "ride")
    return Seen(at, _show(_room("ann"), "ann", "ride", _of_bytes(limits.MAX_SHOWN_BYTES + 1)))


@case("MAX_SHOWN_IN_ROOM_BYTES")
def shown_by_all() -> Seen:
    count = limits.MAX_SHOWN_IN_ROOM_BYTES // limits.MAX_SHOWN_BYTES
    bench = _room(*(f"m{n}" for n in range(count + 1)))
    whole = _of_bytes(limits.MAX_SHOWN_BYTES)
    at = [_show(bench, f"m{n}", "ride", whole) for n in range(count)]
    return Seen(_first(at), _show(bench, f"m{count}", "ride", _of_bytes(200)))


@case("MAX_SELECTED_TOLD")
def selected() -> Seen:
    count = limits.MAX_SELECTED_TOLD // limits.MAX_SELECTION
    bench = _room(*(f"m{n}" for n in range(count + 1)))
    for n in range(count):
        _select(bench, f"m{n}", limits.MAX_SELECTION)
    at = _told(bench)
    _select(bench, f"m{count}", 1)
    seen = Instead.CLIPPED if _told(bench) < at + 1 else None
    return Seen(None if at == limits.MAX_SELECTED_TOLD else Instead.CLIPPED, seen)


def _select(bench: Bench, who: str, count: int) -> None:
    seat = bench.room.seats[who]
    ids = [f"clip_{n:05}" for n in range(count)]
    seat.move(MovePresence(project=PROJECT, selection=ids))
    bench.room.tick(1.0)


def _told(bench: Bench) -> int:
    shown = [member.presence.selection for member in bench.room.members.everyone()]
    return sum(len(selection) for selection in shown if isinstance(selection, list))


@case("MAX_MEMBERS_PER_ROOM")
def members() -> Seen:
    bench = _room(*(f"m{n}" for n in range(limits.MAX_MEMBERS_PER_ROOM)))
    at = None if len(bench.room.seats) == limits.MAX_MEMBERS_PER_ROOM else ErrorCode.LIMIT_REACHED
    bench.take(bench.room.join(bench.request("one more")))
    answer = bench.last("one more")
    return Seen(at, ErrorCode(answer.code) if isinstance(answer, Error) else None)
