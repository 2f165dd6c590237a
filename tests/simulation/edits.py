"""Random edits of a song as a musician's machine sees it; a few can never be valid."""

import random
from collections.abc import Callable

from loadtest.people.studio_work import Work, new_track, split_clip, write_notes
from prime_client.copy.replica import Replica
from prime_client.copy.state_ops import Entity, Op

NEVER_VALID = 99.0
"""A volume nobody may set."""

FEW_TRACKS = 4


def is_never_valid(ops: list[Op]) -> bool:
    """Whether the server must refuse this delta, whatever the song is."""
    return any(op.get("props", {}).get("volume") == NEVER_VALID for op in ops)


class Editing:
    """Makes ops that meet in a few entities: names, volumes, clips, notes, tracks."""

    def __init__(self, replica: Replica, rng: random.Random, new_id: Callable[[], str]) -> None:
        self._replica = replica
        self._rng = rng
        self._new_id = new_id

    def random_delta(self) -> tuple[list[Op], bool]:
        """Ops, at least one, and whether they are atomic."""
        if self._rng.random() < 0.04:
            return [self._volume(NEVER_VALID)], False
        if len(self._replica.state["tracks"]) < FEW_TRACKS and self._rng.random() < 0.5:
            return new_track(self._work()), False
        makers = (
            self._mix,
            self._write,
            self._split,
            self._move,
            self._delete,
            self._insert_again,
            self._route,
        )
        ops: list[Op] = []
        for _ in range(self._rng.choice((1, 1, 2, 3))):
            [make] = self._rng.choices(makers, [6, 5, 3, 5, 2, 1, 2])
            ops += make()
        return ops or [self._volume(self._level())], self._rng.random() < 0.25

    def _work(self) -> Work:
        return Work(self._replica.state, self._rng, self._new_id)

    def _pick(self, collection: str) -> tuple[str, Entity] | None:
        entities = self._replica.state[collection]
        if not entities:
            return None
        chosen = self._rng.choice(sorted(entities))
        return chosen, entities[chosen]

    def _level(self) -> float:
        return self._rng.randint(0, 200) / 100

    def _volume(self, volume: float) -> Op:
        picked = self._pick("channels")
        assert picked is not None
        props = {"volume": volume}
        return {"op": "set", "col": "channels", "id": picked[0], "props": props}

    def _mix(self) -> list[Op]:
        op = self._volume(self._level())
        if self._rng.random() < 0.4:
            volume = self._replica.state["channels"][op["id"]]["volume"]
            op["expect"] = {"volume": volume}
        return [op]

    def _route(self) -> list[Op]:
        """Leads the sound of a channel elsewhere; what makes a circle is refused."""
        picked, dest = self._pick("channels"), self._pick("channels")
        if picked is None or dest is None or picked[0] == "ch_master":
            return []
        props = {"dest": dest[0]}
        return [{"op": "set", "col": "channels", "id": picked[0], "props": props}]

    def _write(self) -> list[Op]:
        clip = self._pick("clips")
        return write_notes(self._work(), clip[0], self._rng.randint(1, 3)) if clip else []

    def _split(self) -> list[Op]:
        clip = self._pick("clips")
        return split_clip(self._work(), clip[0]) if clip else []

    def _move(self) -> list[Op]:
        collection, above = self._rng.choice(
            (("notes", "clips"), ("clips", "tracks"), ("tracks", "tracks"))
        )
        moved, parent = self._pick(collection), self._pick(above)
        if moved is None or parent is None:
            return []
        ops: list[Op] = []
        op: Op = {"op": "move", "col": collection, "id": moved[0], "parent": parent[0]}
        if collection != "tracks":
            op["time"] = float(self._rng.randint(0, 32))
        else:
            content = {"content": ["notes", "tracks"]}
            ops.append({"op": "set", "col": "tracks", "id": parent[0], "props": content})
        return [*ops, op]

    def _delete(self) -> list[Op]:
        picked = self._pick(self._rng.choice(("notes", "notes", "clips", "tracks", "channels")))
        if picked is None or picked[0] == "ch_master":
            return []
        collection = next(c for c, all_ in self._replica.state.items() if picked[0] in all_)
        return [{"op": "delete", "col": collection, "id": picked[0]}]

    def _insert_again(self) -> list[Op]:
        picked = self._pick("clips")
        if picked is None:
            return []
        return [{"op": "insert", "col": "clips", "id": picked[0], "entity": dict(picked[1])}]
