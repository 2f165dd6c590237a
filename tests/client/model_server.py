"""A server in a few lines for the replica's tests: orders deltas, applies them, cascades."""

import json
import zlib
from typing import Any

from prime_client.copy.replica import Replica
from prime_client.copy.state_ops import Op, State, apply_op, would_apply
from schema.entities import ENTITY_TYPES, PARENTS, defaults, empty_state

Message = dict[str, Any]


def encoded(state: State) -> bytes:
    return zlib.compress(json.dumps(state).encode())


def decoded(data: bytes) -> State:
    state: State = json.loads(zlib.decompress(data))
    return state


def new_state() -> State:
    return decoded(encoded(empty_state("test")))


class ModelServer:
    """One project, its journal, and what each connection has still to hear."""

    def __init__(self, project: str = "p", epoch: str = "e") -> None:
        self.project = project
        self.epoch = epoch
        self.state = new_state()
        self.journal: list[Message] = []
        self.seq_of: dict[str, int] = {}
        self.outboxes: dict[str, list[Message]] = {}
        self.keeps = 1_000

    def connect(self, member: str) -> list[Message]:
        """A new connection: what was under way to the old one is lost."""
        self.outboxes[member] = []
        return self.outboxes[member]

    def join(self, member: str, message: Message) -> None:
        position = message.get("position")
        head = len(self.journal)
        seq = position["seq"] if position and position["epoch"] == self.epoch else None
        resumed = seq is not None and head - seq <= self.keeps
        self._say(
            member,
            t="joined",
            id=message["id"],
            you=member,
            role="editor",
            members=[member_named(member)],
            position={"epoch": self.epoch, "seq": head},
            resumed=resumed,
            parts=0 if resumed else 2,
        )
        if resumed:
            for entry in self.journal[seq:]:
                self._say(member, **entry)
            return
        data = encoded(self.state)
        for part, piece in enumerate((data[:50], data[50:])):
            self._say(member, t="state", part=part, parts=2, data=piece)

    def propose(self, member: str, message: Message) -> None:
        delta_id = message["id"]
        if delta_id in self.seq_of:
            seq = self.seq_of[delta_id]
            self._say(member, t="ack", id=delta_id, seq=seq, at=0.0, duplicate=True, ops=None)
            return
        ops, dropped = self._apply(message["ops"], message.get("atomic", False))
        entry = {"t": "delta", "seq": len(self.journal) + 1, "id": delta_id, "at": 0.0}
        entry |= {"user": member, "member": member, "ops": ops}
        self.journal.append(entry)
        self.seq_of[delta_id] = entry["seq"]
        for other in self.outboxes:
            if other != member:
                self._say(other, **entry)
        shown = None if ops == message["ops"] else ops
        ack = {"t": "ack", "id": delta_id, "seq": entry["seq"], "at": 0.0}
        self._say(member, **ack, dropped=dropped, ops=shown)

    def refuse(self, member: str, message: Message, code: str = "op_invalid") -> None:
        self._say(member, t="error", id=message["id"], code=code, message="no", details={})

    def _say(self, to: str, /, **message: Any) -> None:
        self.outboxes[to].append(message | {"project": self.project})

    def _apply(self, ops: list[Op], atomic: bool) -> tuple[list[Op], list[Message]]:
        effective: list[Op] = []
        dropped: list[Message] = []
        before = {name: dict(entities) for name, entities in self.state.items()}
        for index, op in enumerate(ops):
            if not would_apply(self.state, op):
                dropped.append({"op": index, "reason": "gone"})
                continue
            for one in self._effective(op):
                apply_op(self.state, one, [])
                effective.append(one)
        if atomic and dropped:
            self.state = before
            return [], dropped
        return effective, dropped

    def _effective(self, op: Op) -> list[Op]:
        if op["op"] == "insert":
            return [op | {"entity": defaults(op["col"]) | op["entity"]}]
        if op["op"] == "move":
            props = {PARENTS[op["col"]] if k == "parent" else k: v for k, v in op.items()}
            kept = ("order", "time", PARENTS.get(op["col"], ""))
            props = {name: value for name, value in props.items() if name in kept}
            return [{"op": "set", "col": op["col"], "id": op["id"], "props": props}]
        if op["op"] == "delete":
            children = [
                child
                for collection, entity_id in self._children(op["id"])
                for child in self._effective({"op": "delete", "col": collection, "id": entity_id})
            ]
            return [*children, op]
        return [op]

    def _children(self, parent: str) -> list[tuple[str, str]]:
        return [
            (collection, entity_id)
            for collection, fields in ENTITY_TYPES.items()
            for name, field in fields.items()
            if field.kind == "pointer" and field.on_delete == "cascade"
            for entity_id, entity in self.state[collection].items()
            if entity[name] == parent
        ]


def member_named(name: str) -> Message:
    member = {"member": name, "user": name, "name": name, "device": "d", "role": "editor"}
    return member | {"color": "#fff", "presence": {}}


def unanswered(replica: Replica) -> list[Message]:
    """Every delta without an answer, in order, as it is sent again after a join."""
    return [replica.delta_message(delta) for delta in replica.pending.values()]
