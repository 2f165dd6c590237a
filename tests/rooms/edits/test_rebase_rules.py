"""The rules B of PROTOCOL.md are enough: a client that knows no others, and is often cut off."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from rooms.document.document import Document
from rooms.document.ops_in_full import spelled
from schema.entities import State, empty_state
from schema.errors import DropReason
from schema.messages import Gesture, Previewed
from schema.ops import Delete, Insert, Move, Op, Set

SEEDS = range(12)


@dataclass
class Said:
    """What the server tells a client of a delta: `ops` None: just what was sent; `ack`: its own."""

    seq: int
    id: str
    ops: Sequence[Op] | None
    is_ack: bool


@dataclass
class Refusal:
    """Nothing of the delta with this id is stored."""

    id: str


class Server:
    """Orders deltas, as a room does: what was refused leaves nothing behind."""

    def __init__(self) -> None:
        self.document = Document(empty_state("Song"))
        self.log: list[tuple[str, Sequence[Op], Sequence[Op] | None]] = []
        """Of each seq: the id, the ops that took effect, and what the `ack` says of them."""

    def propose(self, delta_id: str, ops: Sequence[Op], *, refused: bool) -> Said | Refusal | None:
        """None: it is a duplicate, and its seq was or will be heard of."""
        if any(known == delta_id for known, _, _ in self.log):
            return None
        if refused:
            return Refusal(delta_id)
        applied = self.document.apply(ops)
        told = None if applied.as_sent else applied.ops
        self.log.append((delta_id, applied.ops, told))
        return Said(len(self.log), delta_id, told, is_ack=True)

    def since(self, seq: int) -> list[Said]:
        """What someone with this position has missed, its own among it."""
        missed = self.log[seq:]
        return [Said(seq + 1 + n, id_, ops, False) for n, (id_, ops, _) in enumerate(missed)]


@dataclass
class Client:
    """What the rules B say, and no more. `wire`: deltas sent that the server has not taken."""

    name: str
    confirmed: State = field(default_factory=lambda: empty_state("Song"))
    seq: int = 0
    pending: dict[str, tuple[Sequence[Op], int]] = field(default_factory=dict)
    """Id -> the ops, and the `base` that they were made on."""
    wire: list[str] = field(default_factory=list)
    inbox: list[Said | Refusal] = field(default_factory=list)
    over: dict[str, Previewed] = field(default_factory=dict)
    """Values of others' gestures."""
    made: int = 0

    def view(self) -> State:
        """What the musician sees (rules B1, B4, B8)."""
        guess = Document(_copied(self.confirmed))
        for ops, _ in self.pending.values():
            guess.apply(ops)
        view = _copied(guess.collections)
        for entity, shown in self.over.items():
            if entity in view[shown.col]:
                view[shown.col][entity] |= shown.props
        return view

    def edit(self, ops: Sequence[Op]) -> None:
        """An act of the musician (rules B1, B5, B9)."""
        self.made += 1
        delta_id = f"{self.name}-{self.made:06}"
        self.pending[delta_id] = (ops, self.seq)
        self.wire.append(delta_id)

    def hear(self, message: Said | Refusal) -> None:
        """Rules B2 and B3."""
        sent = self.pending.pop(message.id, None)
        if isinstance(message, Said):
            assert message.seq == self.seq + 1
            ops = message.ops
            if ops is None:
                assert sent is not None
                ops = sent[0]
            for op in ops:
                _apply(self.confirmed, op)
            self.seq = message.seq

    def break_off(self) -> None:
        """What was on its way, either way, is lost; the rest is kept (rule B6)."""
        self.wire.clear()
        self.inbox.clear()

    def come_back(self, server: Server, *, is_fresh: bool) -> None:
        """With the position; or to fresh state, with what is committed of `unanswered` (B6, B7)."""
        if is_fresh:
            self.confirmed = _copied(server.document.collections)
            self.seq = len(server.log)
            committed = {delta_id for delta_id, _, _ in server.log} & self.pending.keys()
            self.pending = {id_: sent for id_, sent in self.pending.items() if id_ not in committed}
        else:
            self.inbox.extend(server.since(self.seq))
            while self.inbox:
                self.hear(self.inbox.pop(0))
        self.wire = list(self.pending)


def _copied(state: Any) -> State:
    copy: State = msgspec.json.decode(msgspec.json.encode(state))
    return copy


def _apply(state: State, op: Op) -> None:
    """All that a client needs of `delta.ops` and `ack.ops` (rule B2)."""
    entities = state[op.col]
    match op:
        case Insert():
            entities[op.id] = dict(op.entity)
        case Delete():
            del entities[op.id]
        case Set():
            props: dict[str, Any] = dict(op.props)
            if "params" in props:
                leaves = entities[op.id]["params"] | props["params"]
                props["params"] = {n: leaf for n, leaf in leaves.items() if leaf is not None}
            entities[op.id] = entities[op.id] | props
        case Move():
            raise AssertionError("what took effect is never told as a move")


def _edits(dice: random.Random, client: Client) -> list[Op]:
    view = client.view()
    tracks, devices = [*view["tracks"]], [*view["devices"]]
    new = f"{client.name}_{client.made:06}"
    leaf: Any = dice.choice([0.5, None])
    choices: list[list[Op]] = [
        [Insert("tracks", new, {"name": new, "content": ["notes", "tracks"]})],
        [Insert("devices", new, {"channel": "ch_master", "params": {"cutoff": 0.1}})],
        [Set("project", "project", {"name": new})],
    ]
    for track in tracks[:4]:
        choices += [
            [Move("tracks", track, parent=dice.choice([None, *tracks]), order="a1")],
            [Delete("tracks", track)],
            [Insert("clips", new, {"track": track, "time": 0, "duration": 4})],
            [Set("tracks", track, {"name": new}), Set("tracks", track, {"color": "red"})],
        ]
    choices += [[Set("devices", d, {"params": {dice.choice("ab"): leaf}})] for d in devices[:3]]
    return dice.choice(choices)


def _steps(dice: random.Random, server: Server, clients: list[Client]) -> Iterator[None]:
    for _ in range(250):
        client = dice.choice(clients)
        match dice.randrange(8):
            case 0 | 1 | 2:
                client.edit(_edits(dice, client))
            case 3 | 4 if client.wire:
                taken = client.wire.pop(0)
                ops, base = client.pending[taken]
                assert base <= client.seq
                answer = server.propose(taken, ops, refused=dice.random() < 0.1)
                _tell(server, clients, client, answer)
            case 5 | 6 if client.inbox:
                client.hear(client.inbox.pop(0))
            case 7 if dice.random() < 0.4:
                client.break_off()
                client.come_back(server, is_fresh=dice.random() < 0.3)
        yield


def _tell(
    server: Server, clients: list[Client], author: Client, answer: Said | Refusal | None
) -> None:
    if answer is not None:
        author.inbox.append(answer)
    if isinstance(answer, Said):
        _, effective, _ = server.log[answer.seq - 1]
        for other in clients:
            if other is not author:
                other.inbox.append(Said(answer.seq, answer.id, effective, is_ack=False))


@pytest.mark.parametrize("seed", SEEDS)
def test_B1_all_who_keep_to_these_rules_hold_the_same_in_the_end(seed: int) -> None:
    dice = random.Random(seed)
    server, clients = Server(), [Client(name) for name in ("ada", "ben", "cleo")]
    for _ in _steps(dice, server, clients):
        for client in clients:
            assert client.seq <= len(server.log)
    for client in clients:
        client.break_off()
        client.come_back(server, is_fresh=False)
        for delta_id in list(client.wire):
            ops, _ = client.pending[delta_id]
            _tell(server, clients, client, server.propose(delta_id, ops, refused=False))
    for client in clients:
        for message in client.inbox:
            client.hear(message)
        assert client.pending == {}
        assert client.confirmed == server.document.collections == client.view()


def test_B2_what_took_effect_is_told_without_moves_and_whole() -> None:
    """So a client needs no rules to follow: each op that is told is the one that is applied."""
    server = Server()
    insert = Insert("tracks", "track_01", {"name": "Lead"})
    said = server.propose(
        "ada-000001", [insert, Move("tracks", "track_01", order="a1")], refused=False
    )
    assert isinstance(said, Said)
    assert said.ops == [spelled(insert), Set("tracks", "track_01", {"order": "a1"})]


def test_B3_a_delta_waits_until_it_is_answered_and_a_refused_one_leaves_no_trace() -> None:
    server, ada = Server(), Client("ada")
    ada.edit([Insert("tracks", "track_01", {})])
    ada.edit([Insert("tracks", "track_02", {})])
    assert ada.view()["tracks"].keys() == {"track_01", "track_02"}
    refusal = server.propose("ada-000001", ada.pending["ada-000001"][0], refused=True)
    said = server.propose("ada-000002", ada.pending["ada-000002"][0], refused=False)
    for answer in (refusal, said):
        assert answer is not None
        ada.hear(answer)
    assert ada.pending == {}
    assert (
        ada.view()["tracks"].keys() == {"track_02"} == server.document.collections["tracks"].keys()
    )


def test_B4_what_a_guess_would_drop_does_nothing() -> None:
    ada = Client("ada")
    ada.edit([Set("tracks", "track_01", {"name": "Lead"})])
    assert ada.view() == ada.confirmed
    dropped = Document(_copied(ada.confirmed)).apply(ada.pending["ada-000001"][0]).drops
    assert [drop.reason for drop in dropped] == [DropReason.GONE]


def test_B5_the_base_of_an_edit_stays_what_it_was_however_often_it_is_sent() -> None:
    server, ada, ben = Server(), Client("ada"), Client("ben")
    ada.edit([Insert("tracks", "track_01", {})])
    server.propose("ben-000001", [Insert("tracks", "track_02", {})], refused=False)
    ada.break_off()
    ada.come_back(server, is_fresh=False)
    assert (ada.seq, ada.pending["ada-000001"][1]) == (1, 0)
    ada.edit([Insert("tracks", "track_03", {})])
    assert ada.pending["ada-000002"][1] == 1
    ben.come_back(server, is_fresh=True)
    ben.edit([Insert("tracks", "track_04", {})])
    assert ben.pending["ben-000001"][1] == 1


def test_B6_what_was_not_answered_goes_out_again_in_its_order_behind_what_was_missed() -> None:
    server, ada = Server(), Client("ada")
    for name in ("track_01", "track_02", "track_03"):
        ada.edit([Insert("tracks", name, {})])
    server.propose("ada-000001", ada.pending["ada-000001"][0], refused=False)  # its ack is lost
    ada.break_off()
    ada.edit([Insert("tracks", "track_04", {})])
    ada.come_back(server, is_fresh=False)
    assert ada.seq == 1
    assert ada.wire == ["ada-000002", "ada-000003", "ada-000004"]
    assert server.propose("ada-000001", [], refused=False) is None


def test_B7_fresh_state_replaces_what_is_confirmed_and_what_is_pending_goes_on_it() -> None:
    server, ada = Server(), Client("ada")
    ada.edit([Set("project", "project", {"name": "Mine"})])
    server.propose("ben-000001", [Insert("tracks", "track_02", {})], refused=False)
    server.propose("ben-000002", [Set("project", "project", {"name": "Ours"})], refused=False)
    ada.break_off()
    ada.come_back(server, is_fresh=True)
    assert ada.confirmed == server.document.collections
    assert ada.view()["project"]["project"]["name"] == "Mine"
    assert ada.view()["tracks"].keys() == {"track_02"}


def test_B8_what_a_gesture_shows_is_never_confirmed() -> None:
    ada = Client("ada")
    gesture = Gesture("", "g1", {"ch_master": Previewed("channels", {"volume": 0.8})})
    ada.over = dict(gesture.values or {})
    assert ada.view()["channels"]["ch_master"]["volume"] == 0.8
    assert ada.confirmed["channels"]["ch_master"]["volume"] == 1
    ada.over.clear()
    assert ada.view() == ada.confirmed


def test_B9_deltas_of_one_connection_are_taken_in_their_order() -> None:
    server, ada = Server(), Client("ada")
    ada.edit([Insert("tracks", "track_01", {})])
    ada.edit([Set("tracks", "track_01", {"name": "Lead"})])
    for delta_id in ada.wire:
        _tell(server, [ada], ada, server.propose(delta_id, ada.pending[delta_id][0], refused=False))
    for message in ada.inbox:
        ada.hear(message)
    assert ada.confirmed["tracks"]["track_01"]["name"] == "Lead"
