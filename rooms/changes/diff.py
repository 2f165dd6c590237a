"""What differs between two states of a project, and the ops that lead from one to the other."""

from collections.abc import Iterator, Mapping
from typing import Any

from rooms.changes.diff_sentences import EntityNames
from rooms.changes.link_order import in_order_of_links
from rooms.document.document import Document, Entity, State
from rooms.document.index import POINTERS
from rooms.pauses import TRIED, Pause, no_pause, slices_of, walked
from schema.calling.projects.snapshot_calls import Change
from schema.entities import ENTITY_TYPES, MASTER_CHANNEL, SIDED, SINGLETONS
from schema.limits import MAX_BEATS
from schema.ops import Delete, Insert, Op, Set

ADDED, REMOVED, CHANGED = "added", "removed", "changed"

INSERT_ORDER = (
    "media",
    "channels",
    "tracks",
    "scenes",
    "slots",
    "sends",
    "devices",
    "clips",
    "notes",
    "warps",
    "lanes",
    "points",
    "tempo",
    "signatures",
    "markers",
)
"""What is pointed at comes before what points at it."""


def changes_between(before: State, after: State, pause: Pause = no_pause) -> list[Change]:
    """Every entity that differs, in the order of the collections and of ids."""
    changes: list[Change] = []
    names_before, names_after = EntityNames(before, pause), EntityNames(after, pause)
    for collection in ENTITY_TYPES:
        entities_before, entities_after = before.get(collection, {}), after.get(collection, {})
        differing = [
            *_differing(entities_before, entities_after, pause),
            *_missing(entities_after, entities_before, pause),
        ]
        for entity_id in walked(sorted(differing), pause):
            entity_before, entity_after = (
                entities_before.get(entity_id),
                entities_after.get(entity_id),
            )
            action = (
                ADDED if entity_before is None else REMOVED if entity_after is None else CHANGED
            )
            props = (
                _props(entity_before, entity_after)
                if entity_before is not None and entity_after is not None
                else {}
            )
            name = (names_before if entity_after is None else names_after).of(collection, entity_id)
            changes.append(Change(collection, entity_id, action, name, props))
    return changes


def _props(entity_before: Entity, now: Entity) -> dict[str, list[Any]]:
    props: dict[str, list[Any]] = {}
    for name in sorted(entity_before.keys() | now.keys()):
        if entity_before.get(name) == now.get(name):
            continue
        if name != "params":
            props[name] = [entity_before.get(name), now.get(name)]
            continue
        value_before, value_after = entity_before.get(name) or {}, now.get(name) or {}
        for leaf in sorted(value_before.keys() | value_after.keys()):
            if value_before.get(leaf) != value_after.get(leaf):
                props[f"params/{leaf}"] = [value_before.get(leaf), value_after.get(leaf)]
    return props


def ops_between(current: State, target: State, pause: Pause = no_pause) -> list[Op]:
    """Ops that a `Document` of `current` takes without a drop, and is `target` after them."""
    way = _OpsBetween(current, target, pause)
    ops = way.ops()
    way.end()
    return ops


class _OpsBetween:
    """Tries each step on a copy; what cannot be done yet waits until others were.

    Nothing is deleted while something points at it, so nothing is taken along. When all that is
    left waits for each other, links are let go of, and tied again at the end.
    """

    def __init__(self, current: State, target: State, pause: Pause) -> None:
        self._target = target
        self._pause = pause
        self._document = Document()
        """`current` with the ops so far."""
        for collection, entities in current.items():
            for part in slices_of(entities, pause):
                self._document.load(collection, part)
        self._ops: list[Op] = []
        """Those that were found to be possible, in order."""
        self._deletes: dict[str, str] = {}
        """Entity -> its collection, of what is still to be deleted."""
        self._inserts: dict[str, str] = {}
        """The same of what is still to be inserted."""
        self._sets: dict[str, str] = {}
        """The same of what still has to get other fields; of a singleton its collection, twice."""
        self._meeting: set[str] = set()
        """Tempi of whose places others had or will have one."""
        for collection in INSERT_ORDER:
            self._compare(collection)
        for collection in SINGLETONS:
            self._sets[collection] = collection

    def ops(self) -> list[Op]:
        """All of them, in their order."""
        self._clear_places()
        while True:
            while self._advance():
                pass
            if not self._is_left() or not (self._loosen() or self._loosen(every_link=True)):
                return self._ops

    def end(self) -> None:
        """Free the copy bit by bit."""
        for _ in self._document.dismantling():
            self._pause()

    def _compare(self, collection: str) -> None:
        now = self._document.collections[collection]
        target = self._target.get(collection, {})
        missing_ids = list(_missing(now, target, self._pause))
        new_ids = list(_missing(target, now, self._pause))
        changed_ids = [i for i in _differing(now, target, self._pause) if i in target]
        moved_ids: set[str] = set()
        if collection in SIDED and (missing_ids or new_ids or changed_ids):
            moved_ids = self._of_one_place(now, target, [*missing_ids, *new_ids, *changed_ids])
        if collection == "tempo":
            self._meeting, moved_ids = moved_ids, set()
            changed_ids = [*changed_ids, *(i for i in self._meeting if i in now and i in target)]
        for entity_id in {*missing_ids, *(moved_ids & now.keys())}:
            self._deletes[entity_id] = collection
        for entity_id in sorted({*new_ids, *(moved_ids & target.keys())}):
            self._inserts[entity_id] = collection
        for entity_id in changed_ids:
            if entity_id not in moved_ids:
                self._sets[entity_id] = collection

    def _of_one_place(
        self, now: Mapping[str, Entity], target: Mapping[str, Entity], differing: list[str]
    ) -> set[str]:
        """Whose place others had or will have. Points are put in anew, the left one first."""
        moving_ids = [i for i in differing if _sort_key(now, i) != _sort_key(target, i)]
        places = {_sort_key(m, i)[:2] for m in (now, target) for i in moving_ids if i in m}
        return {i for m in (now, target) for i in m if _sort_key(m, i)[:2] in places}

    def _clear_places(self) -> None:
        """Tempi cannot be put in anew, as lanes may aim at them: they wait where nobody is."""
        if not self._meeting:
            return
        now, target = self._document.collections["tempo"], self._target.get("tempo", {})
        free_times = _free_times(now, target)
        first = min((e["slot"], i) for i, e in target.items() if e["time"] == 0)[1]
        # One has to stay at time 0, so the one that belongs there comes last.
        leaving = sorted(self._meeting & now.keys(), key=lambda i: (i == first, i))
        trying = walked(leaving, self._pause, TRIED)
        staying = [
            i for i in trying if not self._try_op(Set("tempo", i, {"time": next(free_times)}))
        ]
        if staying and staying != [first]:
            if first not in self._document.collection_by_id:
                self._try_op(Insert("tempo", first, target[first] | {"slot": 1}))
                del self._inserts[first]
            else:
                self._try_op(Set("tempo", first, {"time": 0.0, "slot": 1}))
            self._try_op(Set("tempo", staying[0], {"time": next(free_times)}))
        if staying:
            self._try_op(Set("tempo", first, {"slot": target[first]["slot"]}))

    def _is_left(self) -> bool:
        return bool(self._deletes or self._inserts or self._sets)

    def _advance(self) -> bool:
        before = len(self._ops)
        for waiting_ids, op_of in (
            (self._deletes, self._delete),
            (self._inserts, self._insert),
            (self._sets, self._set),
        ):
            for entity_id, collection in walked(self._in_order(waiting_ids), self._pause, TRIED):
                op = op_of(collection, entity_id)
                is_done = self._try_op(op) if op is not None else waiting_ids is self._sets
                if is_done:
                    del waiting_ids[entity_id]
        return len(self._ops) > before

    def _in_order(self, waiting_ids: dict[str, str]) -> list[tuple[str, str]]:
        """What others wait for comes first: nearly everything is done at the first try."""
        if waiting_ids is self._deletes:
            order = {collection: n for n, collection in enumerate(INSERT_ORDER)}
            by_id = sorted(waiting_ids.items(), key=lambda item: (order[item[1]], item[0]))
            pointed_first = in_order_of_links(by_id, self._document.collections, self._pause)
            return pointed_first[::-1]
        points = self._target.get("points", {})
        by_slot = sorted(
            waiting_ids.items(),
            key=lambda item: points[item[0]]["slot"] if item[1] == "points" else 0,
        )
        return in_order_of_links(by_slot, self._target, self._pause)

    def _try_op(self, op: Op) -> bool:
        """Whether the op can be done now; if so, it has been."""
        if self._document.apply([op]).drops:
            return False
        self._ops.append(op)
        return True

    def _delete(self, collection: str, entity_id: str) -> Op | None:
        return None if self._document.referrers(entity_id) else Delete(collection, entity_id)

    def _insert(self, collection: str, entity_id: str) -> Op | None:
        if entity_id in self._document.collection_by_id:
            return None
        return Insert(collection, entity_id, self._target[collection][entity_id])

    def _set(self, collection: str, entity_id: str) -> Op | None:
        """What is still different; None: nothing."""
        now = self._document.collections[collection][entity_id]
        target = self._target[collection][entity_id]
        props = {name: value for name, value in target.items() if now.get(name) != value}
        if "params" in props:
            removed_leaves = dict.fromkeys(now["params"].keys() - target["params"].keys())
            changed_leaves = {
                n: v for n, v in target["params"].items() if now["params"].get(n) != v
            }
            props["params"] = changed_leaves | removed_leaves
        return Set(collection, entity_id, props) if props else None

    # Letting go.

    def _loosen(self, *, every_link: bool = False) -> bool:
        before = len(self._ops)
        remaining = [*self._deletes.items(), *self._sets.items()]
        for entity_id, collection in walked(remaining, self._pause, TRIED):
            props = self._loose(collection, entity_id, every_link)
            if props:
                self._try_op(Set(collection, entity_id, props))
        for entity_id, collection in walked(list(self._inserts.items()), self._pause, TRIED):
            self._insert_loose(collection, entity_id)
        return len(self._ops) > before

    def _loose(self, collection: str, entity_id: str, every_link: bool) -> Entity:
        now = self._document.collections[collection][entity_id]
        target = self._target.get(collection, {}).get(entity_id)
        props: Entity = {}
        for name, pointer in POINTERS[collection].items():
            changes = every_link or target is None or target[name] != now[name]
            if (
                changes
                and now.get(name) is not None
                and pointer.nullable
                and pointer.kind == "pointer"
            ):
                props[name] = None
        if collection == "sends" and now["dest"] != MASTER_CHANNEL:
            props["dest"] = MASTER_CHANNEL
        if collection == "tracks" and target is not None:
            content = [*now["content"], *(c for c in target["content"] if c not in now["content"])]
            if content != now["content"]:
                props["content"] = content
        return props

    def _insert_loose(self, collection: str, entity_id: str) -> None:
        if entity_id in self._document.collection_by_id:
            return
        entity = self._target[collection][entity_id]
        links = {n: None for n, p in POINTERS[collection].items() if p.nullable and entity.get(n)}
        if self._try_op(Insert(collection, entity_id, entity | links)):
            del self._inserts[entity_id]
            self._sets[entity_id] = collection


def _sort_key(points: Mapping[str, Entity], entity_id: str) -> tuple[Any, ...]:
    point = points.get(entity_id)
    return () if point is None else (point.get("lane"), point["time"], point["slot"])


def _free_times(*tempi: Mapping[str, Entity]) -> Iterator[float]:
    taken_times = {entity["time"] for part in tempi for entity in part.values()}
    return (float(time) for time in range(int(MAX_BEATS), 0, -1) if time not in taken_times)


def _differing(
    entities_before: Mapping[str, Entity], entities_after: Mapping[str, Entity], pause: Pause
) -> Iterator[str]:
    """What is in `entities_before` and not just so in `entities_after`; one comparison of whole
    maps would not pause."""
    for entity_id, entity in walked(entities_before.items(), pause):
        if entities_after.get(entity_id) != entity:
            yield entity_id


def _missing(
    entities: Mapping[str, Entity], other_entities: Mapping[str, Entity], pause: Pause
) -> Iterator[str]:
    """What is in `entities` and not in `other_entities`."""
    for entity_id in walked(entities, pause):
        if entity_id not in other_entities:
            yield entity_id
