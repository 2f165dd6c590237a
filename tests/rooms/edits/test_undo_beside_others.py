"""What others have made since a step stays as they made it, whatever the step's undo puts back."""

import itertools
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.document.document import Document, State
from rooms.journal.entry import Purpose
from schema.entities import ENTITY_TYPES, SIDED
from schema.messages import Ack
from schema.ops import Delete, Insert, Move, Op
from tests.rooms.bench import Bench
from tests.rooms.chaos import Chaos

ids = itertools.count()


def away(col: str, way: str = "delete") -> Op:
    """Ann's own goes, or goes elsewhere."""
    return Delete(col, f"{col}_ann") if way == "delete" else Move(col, f"{col}_ann", time=9)


def bench_of_two() -> Bench:
    bench = Bench()
    bench.join("ann")
    bench.join("bob")
    return bench


def ask(bench: Bench, who: str, purpose: Purpose = Purpose.UNDO) -> None:
    bench.run(bench.room.edits.undo_or_redo(who, f"{purpose}-{next(ids):05}", purpose))


def pressed(bench: Bench, who: str, purpose: Purpose = Purpose.UNDO) -> Ack:
    """An undo, or a redo, and its answer."""
    ask(bench, who, purpose)
    return answered(bench, who)


def answered(bench: Bench, who: str) -> Ack:
    bench.commit()
    answer = bench.last(who)
    assert isinstance(answer, Ack)
    return answer


def thing(col: str, name: str, **props: Any) -> Insert:
    """A point or a tempo at one time."""
    needs: dict[str, Any] = {"bpm": 100} if col == "tempo" else {"lane": "lane_vol", "value": 0.5}
    return Insert(col, f"{col}_{name}", {"time": 4} | needs | props)


def places(bench: Bench, col: str) -> dict[str, tuple[float, int]]:
    """Where those are that ann and bob have made."""
    entities = bench.room.document.collections[col]
    return {i: (e["time"], e["slot"]) for i, e in entities.items() if e["time"]}


@pytest.mark.parametrize("way", ["delete", "move"])
@pytest.mark.parametrize("col", sorted(SIDED))
def test_U3_an_undo_replaces_nothing_of_others_and_names_what_it_left(col: str, way: str) -> None:
    bench = bench_of_two()
    bench.edit("ann", thing(col, "ann"))
    bench.edit("ann", away(col, way))
    bench.edit("bob", thing(col, "bob"), thing(col, "bill", slot=1))
    before = bench.room.document.frozen()
    answer = pressed(bench, "ann")
    assert answer.ops == []
    assert [(d.reason, d.col, d.id) for d in answer.dropped] == [("changed", col, f"{col}_ann")]
    assert bench.room.document.frozen() == before
    assert pressed(bench, "bob").dropped == []
    assert not {f"{col}_bob", f"{col}_bill"} & places(bench, col).keys()


@pytest.mark.parametrize("col", sorted(SIDED))
def test_U3_a_redo_replaces_nothing_of_others(col: str) -> None:
    bench = bench_of_two()
    bench.edit("ann", thing(col, "ann"))
    pressed(bench, "ann")
    bench.edit("bob", thing(col, "bob"), thing(col, "bill", slot=1))
    before = bench.room.document.frozen()
    answer = pressed(bench, "ann", Purpose.REDO)
    assert [(d.reason, d.id) for d in answer.dropped] == [("changed", f"{col}_ann")]
    assert bench.room.document.frozen() == before


@pytest.mark.parametrize("col", sorted(SIDED))
def test_U3_what_was_committed_while_the_undo_was_on_its_way_stays_too(col: str) -> None:
    bench = bench_of_two()
    bench.edit("ann", thing(col, "ann"))
    bench.edit("ann", away(col))
    bench.propose("bob", thing(col, "bob"), thing(col, "bill", slot=1))
    ask(bench, "ann")
    answer = answered(bench, "ann")
    assert [d.id for d in answer.dropped] == [f"{col}_ann"]
    assert places(bench, col) == {f"{col}_bob": (4, 0), f"{col}_bill": (4, 1)}


@pytest.mark.parametrize("slot", [0, 1])
@pytest.mark.parametrize("col", sorted(SIDED))
def test_U3_an_undo_goes_to_the_side_that_others_have_left_free(col: str, slot: int) -> None:
    bench = bench_of_two()
    bench.edit("ann", thing(col, "ann", slot=slot))
    bench.edit("ann", away(col))
    bench.edit("bob", thing(col, "bob", slot=slot))
    answer = pressed(bench, "ann")
    assert answer.dropped == []
    assert [op.id for op in answer.ops or ()] == [f"{col}_ann"]
    assert places(bench, col) == {f"{col}_bob": (4, slot), f"{col}_ann": (4, 1 - slot)}


def test_U3_an_undo_leaves_a_tempo_of_others_and_what_automates_it() -> None:
    bench = bench_of_two()
    bench.edit("ann", thing("tempo", "ann"))
    bench.edit("ann", away("tempo"))
    lane = Insert("lanes", "lane_bob", {"target": "tempo/tempo_bill/bpm"})
    bench.edit("bob", thing("tempo", "bob"), thing("tempo", "bill", slot=1), lane)
    before = bench.room.document.frozen()
    assert [d.id for d in pressed(bench, "ann").dropped] == ["tempo_ann"]
    assert bench.room.document.frozen() == before


def test_O12_an_edit_still_replaces_the_right_one() -> None:
    bench = bench_of_two()
    bench.edit("bob", thing("tempo", "bob"), thing("tempo", "bill"))
    bench.edit("ann", thing("tempo", "ann"))
    assert places(bench, "tempo") == {"tempo_bob": (4, 0), "tempo_ann": (4, 1)}


def crowded(rng: random.Random, document: Document) -> Iterator[list[Op]]:
    """Deltas about points and tempi that meet at two times; an id is used once."""
    for number in itertools.count():
        col, time = rng.choice(sorted(SIDED)), rng.choice([4.0, 5.0])
        new: Op = thing(col, f"{number:03}", time=time, slot=rng.choice([0, 1]))
        there = rng.choice(sorted(document.collections[col]) or [new.id])
        yield [rng.choice([new, new, Delete(col, there), Move(col, there, time=time)])]


def edit(bench: Bench, who: str, deltas: Iterator[list[Op]], count: int) -> None:
    for ops in itertools.islice(deltas, count):
        bench.edit(who, *ops)


def leaves(entity: dict[str, Any]) -> dict[str, Any]:
    """Its properties, and each parameter by itself."""
    params = {f"params/{name}": leaf for name, leaf in entity.get("params", {}).items()}
    return {name: value for name, value in entity.items() if name != "params"} | params


def made_between(before: State, after: State) -> dict[tuple[str, str], dict[str, Any] | None]:
    """What is new or other in `after`, property by property; None: the entity is gone."""
    made: dict[tuple[str, str], dict[str, Any] | None] = {}
    for col in ENTITY_TYPES:
        for entity_id in before[col].keys() | after[col].keys():
            was, now = before[col].get(entity_id), after[col].get(entity_id)
            if now is None:
                made[col, entity_id] = None
            elif was != now:
                old, new = leaves(was or {}), leaves(now)
                names = old.keys() | new.keys()
                made[col, entity_id] = {
                    name: new.get(name) for name in names if old.get(name) != new.get(name)
                }
    return made


def assert_stays(made: dict[tuple[str, str], dict[str, Any] | None], state: State) -> None:
    for (col, entity_id), values in made.items():
        entity = state[col].get(entity_id)
        if values is None:
            assert entity is None, f"{col}/{entity_id} is back"
            continue
        assert entity is not None, f"{col}/{entity_id} is gone"
        now = leaves(entity)
        assert {name: now.get(name) for name in values} == values, f"{col}/{entity_id}"


def left_over(bench: Bench) -> set[str]:
    """What the newest undo or redo should have brought back or taken away, and did not."""
    reverts = bench.entries[-1].reverts
    assert reverts is not None
    changed: dict[tuple[str, str], list[Any]] = {}
    for col, entity_id, was, became in bench.changes[reverts]:
        changed.setdefault((col, entity_id), [was, became])[1] = became
    state = bench.room.document.collections
    return {
        entity_id
        for (col, entity_id), (was, became) in changed.items()
        if (was is None) != (became is None) and (entity_id in state[col]) != (was is not None)
    }


@settings(max_examples=150)
@given(st.randoms(use_true_random=False), st.booleans(), st.integers(1, 3))
def test_U3_all_that_others_have_made_since_stays_whatever_is_undone_and_done_again(
    rng: random.Random, is_crowded: bool, presses: int
) -> None:
    bench = bench_of_two()
    document = bench.room.document
    anything = (ops for ops, _ in Chaos(rng).deltas(document, 100))
    deltas = crowded(rng, document) if is_crowded else anything
    edit(bench, "bob", deltas, 6)
    edit(bench, "ann", deltas, 5)
    before = document.frozen()
    edit(bench, "bob", deltas, 5)
    made = made_between(before, document.frozen())
    for purpose in (Purpose.UNDO, Purpose.REDO):
        for _ in range(presses):
            ask(bench, "ann", purpose)
            if not bench.waiting:
                break  # no step is left
            answer = answered(bench, "ann")
            assert_stays(made, document.frozen())
            assert left_over(bench) <= {drop.id for drop in answer.dropped}
