"""Bounds of values, of the project state, and of what a room remembers."""

from rooms.document.document import Document, Drop
from rooms.edits.answers import REFUSALS
from rooms.edits.undo_stacks import UndoStacks
from rooms.effects import Packet
from rooms.journal.entry import Purpose, StepMark
from rooms.presence.remote_members import RemoteMembers
from rooms.rules.entity_rules import problem_with_props
from schema import limits, server_limits
from schema.bounds import Instead, Past
from schema.entities import empty_state
from schema.errors import ErrorCode
from schema.messages import Tick
from schema.ops import Insert, Op, Set
from server.nodes.bus_memory import Exchange, MemoryBus
from tests.bounds.cases import Seen, case
from tests.rooms.bench import PROJECT, Bench


def _value(collection: str, name: str, value: object) -> Past | None:
    return ErrorCode.OP_INVALID if problem_with_props(collection, {name: value}) else None


@case("MAX_STRING_LENGTH")
def a_name() -> Seen:
    most = limits.MAX_STRING_LENGTH
    return Seen(_value("tracks", "name", "n" * most), _value("tracks", "name", "n" * (most + 1)))


@case("MAX_KEY_LENGTH")
def an_order_key() -> Seen:
    most = limits.MAX_KEY_LENGTH
    longest = "a0" + "V" * (most - 2)
    return Seen(_value("tracks", "order", longest), _value("tracks", "order", longest + "V"))


@case("MAX_BEATS")
def a_time() -> Seen:
    most = limits.MAX_BEATS
    return Seen(_value("markers", "time", most), _value("markers", "time", most + 1))


@case("MAX_PARAMS_PER_DEVICE")
def leaves_of_a_device() -> Seen:
    def leaves(count: int) -> Past | None:
        return _value("devices", "params", {f"p{n}": 0.5 for n in range(count)})

    return Seen(leaves(limits.MAX_PARAMS_PER_DEVICE), leaves(limits.MAX_PARAMS_PER_DEVICE + 1))


def _refused(document: Document, *ops: Op) -> Past | None:
    drops: list[Drop] = document.rehearse(list(ops))
    return ErrorCode(REFUSALS[drops[0].reason]) if drops else None


@case("MAX_ENTITIES")
def entities() -> Seen:
    document = Document(empty_state("full"))
    marker = {"time": 1.0, "name": "", "color": None}
    count = limits.MAX_ENTITIES - len(document) - 1
    full = empty_state("full") | {"markers": {f"mk_{n:06}": marker for n in range(count)}}
    document = Document(full)
    at = _refused(document, Insert("markers", "mk_last_", {"time": 1}))
    document.apply([Insert("markers", "mk_last_", {"time": 1})])
    return Seen(at, _refused(document, Insert("markers", "mk_past_", {"time": 1})))


@case("MAX_STATE_BYTES")
def bytes_of_a_state() -> Seen:
    marker = Insert("markers", "mk_last_", {"time": 1})
    document = Document(empty_state("full"))
    before = document.size
    document.apply([marker], atomic=False)
    added, document = document.size - before, Document(empty_state("full"))
    document.size = limits.MAX_STATE_BYTES - added
    at = _refused(document, marker)
    document.size += 1
    return Seen(at, _refused(document, marker))


def _mark(seq: int) -> StepMark:
    return StepMark(seq, "ann", Purpose.EDIT, None, None)


@case("MAX_UNDO_STEPS")
def steps() -> Seen:
    def note(count: int) -> Past | None:
        stacks = UndoStacks()
        for seq in range(1, count + 1):
            stacks.note(_mark(seq))
        return None if stacks.depths("ann")[0] == count else Instead.OLDEST_FORGOTTEN

    return Seen(note(limits.MAX_UNDO_STEPS), note(limits.MAX_UNDO_STEPS + 1))


@case("MAX_NODES_KNOWN")
def nodes() -> Seen:
    def hear(count: int) -> Past | None:
        remote = RemoteMembers(PROJECT)
        for n in range(count):
            remote.is_newest(f"node-{n}", 1)
        return Instead.OLDEST_FORGOTTEN if remote.is_newest("node-0", 1) else None

    return Seen(hear(server_limits.MAX_NODES_KNOWN), hear(server_limits.MAX_NODES_KNOWN + 1))


@case("MAX_WAITING_TICKS")
def ticks_of_others() -> Seen:
    def wait(count: int) -> Past | None:
        remote = RemoteMembers(PROJECT)
        for _ in range(count):
            remote.pass_on(Packet(Tick(PROJECT, {})))
        return Instead.SKIPPED if remote.is_overrun else None

    return Seen(wait(server_limits.MAX_WAITING_TICKS), wait(server_limits.MAX_WAITING_TICKS + 1))


@case("MAX_BUS_MESSAGE_BYTES")
def a_bus_message() -> Seen:
    def publish(size: int) -> Past | None:
        bus = MemoryBus(Exchange())
        bus.set_up(True)
        return None if bus.publish(PROJECT, bytes(size)) else Instead.DROPPED

    most = server_limits.MAX_BUS_MESSAGE_BYTES
    return Seen(publish(most), publish(most + 1))


@case("MAX_DELTAS_IN_FLIGHT")
def deltas_in_flight() -> Seen:
    bench = Bench()
    bench.join("ann")
    for _ in range(limits.MAX_DELTAS_IN_FLIGHT):
        bench.propose("ann", Set("tracks", "tr_bass_", {"name": "x"}))
    at = bench.heard["ann"][-1] if len(bench.heard["ann"]) > 1 else None
    bench.propose("ann", Set("tracks", "tr_bass_", {"name": "x"}))
    return Seen(_code(at), _code(bench.last("ann")))


@case("MAX_WAITING_BYTES")
def waiting_bytes() -> Seen:
    def propose(already: int) -> Past | None:
        bench = Bench()
        bench.join("ann")
        bench.room.edits.open_proposals.bytes = already
        bench.propose("ann", Set("tracks", "tr_bass_", {"name": "x"}))
        return _code(bench.last("ann"))

    return Seen(propose(0), propose(limits.MAX_WAITING_BYTES))


def _code(message: object) -> Past | None:
    code = getattr(message, "code", None)
    return None if code is None else ErrorCode(code)
