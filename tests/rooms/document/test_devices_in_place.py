"""Devices with many parameters are changed in place: nobody can tell."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from rooms.changes.inverse import inverse
from rooms.document.digest import slices
from rooms.document.document import Document
from schema.errors import DropReason
from schema.limits import MAX_PARAMS_BYTES
from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.songs import blank, finished, outcome, song

LIMIT = DropReason.LIMIT


def rack(leaves: int = 100) -> Document:
    """Two devices on one of two channels."""
    document = blank()
    params: dict[str, Any] = {f"p{n}": n / 7 for n in range(leaves)}
    document.apply([Insert("channels", i, {}) for i in ("chan_one", "chan_two")])
    ops = [
        Insert("devices", i, {"channel": "chan_one", "params": params}) for i in ("dev_a", "dev_b")
    ]
    document.apply([Insert("devices", f"device_{n}", o.entity) for n, o in enumerate(ops)])
    return document


def some_op(random: Random) -> Op:
    device = f"device_{random.randrange(3)}"
    leaf = random.choice([0.5, 3, "text" * 9, None])
    params: dict[str, Any] = {f"p{random.randrange(140)}": leaf for _ in range(3)}
    channel = random.choice(["chan_one", "chan_two", "gone_one"])
    ops: list[Op] = [
        Set("devices", device, {"channel": channel}),
        Set("devices", device, {"name": "x" * random.randrange(9), "params": params}),
        Set("devices", device, {"params": params, "channel": channel}),
        Delete("devices", device),
        Insert("devices", device, {"channel": "chan_two", "params": {"p1": 1}}),
        Move("devices", device, order=random.choice(["a1", "a2"])),
        Set("devices", device, {"params": params}, expect={"params": {"p1": 1 / 7}}),
        Delete("channels", "chan_two"),
        Insert("channels", "chan_two", {}),
        *[Set("devices", device, {"params": params})] * 5,
    ]
    return random.choice(ops)


@pytest.mark.parametrize("seed", range(40))
def test_O2_in_place_or_replaced_comes_to_the_same(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    replaced, in_place = rack(), rack()
    for _ in range(20):
        ops = [some_op(random) for _ in range(random.choice([1, 5, 90]))]
        atomic = random.random() < 0.3
        before = in_place.frozen()
        frozen = {c: {i: dict(e) for i, e in es.items()} for c, es in before.items()}
        monkeypatch.setattr("rooms.document.entity_store.WIDE", 10**9)
        told = replaced.rehearse(ops), replaced.apply(ops, atomic=atomic)
        monkeypatch.setattr("rooms.document.entity_store.WIDE", 2)
        assert in_place.rehearse(ops) == told[0]
        applied = in_place.apply(ops, atomic=atomic)
        assert (applied.ops, applied.drops) == (told[1].ops, told[1].drops)
        assert in_place.collections == replaced.collections
        assert (in_place.size, in_place.digest) == (replaced.size, replaced.digest)
        assert before == frozen
        fresh = Document(in_place.frozen())
        assert (fresh.size, fresh.digest) == (in_place.size, in_place.digest)
        assert vars(fresh._index) == vars(in_place._index)


@pytest.mark.parametrize("seed", range(40))
def test_U3_what_was_changed_in_place_is_taken_back(seed: int) -> None:
    random = Random(seed)
    document = rack()
    for _ in range(10):
        before = document.digest
        ops = [op for op in (some_op(random) for _ in range(90)) if not isinstance(op, Delete)]
        applied = document.apply(ops)
        document.apply(finished(inverse(applied.changes, document)))
        assert document.digest == before


def test_U3_a_delta_of_many_leaves_remembers_them_and_not_the_device() -> None:
    document = rack(leaves=2_000)
    changed = document.apply([Set("devices", "device_0", {"params": {"p7": 0.0, "new": 1}})] * 9)
    assert changed.changes == [
        ("devices", "device_0", {"params": {"p7": 1.0}}, {"params": {"p7": 0.0, "new": 1}})
    ]


def test_D5_a_delta_encodes_a_wide_device_once(monkeypatch: pytest.MonkeyPatch) -> None:
    document = rack(leaves=4_000)
    sizes: list[int] = []

    def counted(*args: Any) -> Iterator[bytes]:
        for encoded in slices(*args):
            sizes.append(len(encoded))
            yield encoded

    monkeypatch.setattr("rooms.document.digest.slices", counted)
    ops: list[Op] = [Set("devices", "device_0", {"params": {f"p{n}": 0.5}}) for n in range(1_000)]
    assert not document.apply(ops).drops
    assert sum(sizes) < 2.1 * document.size / 2


def test_O19_parameters_grow_to_their_bound_at_the_door() -> None:
    document = song()
    long: dict[str, Any] = {f"leaf_{n:03}": "x" * 1_000 for n in range(130)}
    assert [
        d.reason for d in document.rehearse([Set("devices", "dev_synth", {"params": long})])
    ] == [LIMIT]
    insert = Insert("devices", "dev_long", {"channel": "ch_bass_", "params": long})
    assert [drop.reason for drop in document.rehearse([insert])] == [LIMIT]
    long.popitem()
    assert outcome(document, Set("devices", "dev_synth", {"params": long})) == []
    more = Set("devices", "dev_synth", {"params": {"leaf_one": "x" * 1_000}})
    assert [drop.reason for drop in document.rehearse([more])] == [LIMIT]


def test_O19_what_was_longer_before_stays_and_may_shrink() -> None:
    document = song()
    long: dict[str, Any] = {f"leaf_{n:03}": "x" * 1_000 for n in range(200)}
    assert document.apply([Set("devices", "dev_synth", {"params": long})]).drops == []
    assert document.size > MAX_PARAMS_BYTES
    same = Set("devices", "dev_synth", {"params": {"leaf_000": "y" * 1_000}, "name": ""})
    less = Set("devices", "dev_synth", {"params": {"leaf_000": None, "leaf_001": "short"}})
    assert outcome(document, same, less) == []
    assert [
        d.reason for d in document.rehearse([Set("devices", "dev_synth", {"params": {"new": 1}})])
    ] == [LIMIT]
