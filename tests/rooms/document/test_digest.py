"""The digest of a state: from the bytes of each entity alone, in any order, however it is cut."""

import msgspec
import pytest

from rooms.document.digest import (
    SLICE_ENCODED,
    SLICE_LEAVES,
    LongTerm,
    canonical,
    digest_of,
    header_size,
    in_parts,
    shown,
    size_of,
    slices,
    term,
)

DEVICE = {"params": {"b": 1, "a": -0.0}, "order": "a0", "enabled": True, "stateRef": None}


def test_S1_keys_are_sorted_and_every_number_is_a_float_without_a_sign_of_zero() -> None:
    plain = ("devices", "dev_one_", DEVICE | {"params": {"a": 0.0, "b": 1.0}})
    assert canonical("devices", "dev_one_", DEVICE) == msgspec.msgpack.encode(plain, order="sorted")
    encoded = canonical("tempo", "tempo_one", {"time": -0.0, "bpm": 90, "slot": 0})
    assert encoded == canonical("tempo", "tempo_one", {"slot": 0.0, "bpm": 90.0, "time": 0.0})


def test_S1_no_boolean_becomes_a_number() -> None:
    assert canonical("devices", "d", {"enabled": True}) != canonical("devices", "d", {"enabled": 1})


def test_S1_the_digest_is_the_sum_of_the_terms_in_any_order() -> None:
    one = ("markers", "marker_one", {"time": 1})
    two = ("markers", "marker_two", {"time": 1})
    terms = [term(canonical(*entity)) for entity in (one, two)]
    assert digest_of([one, two]) == digest_of([two, one]) == shown(sum(terms))
    assert digest_of([]) == "0" * 16
    assert digest_of([one]) != digest_of([two])


def test_S1_a_sum_is_shown_as_sixteen_digits_of_what_is_left_of_it() -> None:
    assert shown(2**64 + 10) == "000000000000000a"
    assert shown(-1) == "f" * 16


@pytest.mark.parametrize("leaves", [0, 15, 16, 33, 64, 4_096])
def test_S1_slices_are_the_canonical_form(leaves: int) -> None:
    device = {
        "params": {f"p{n:04}": n for n in range(leaves)},
        "name": "\u00e9",
        "on": True,
        "x": None,
    }
    told = LongTerm()
    for encoded in slices("devices", "dev_one_", device):
        told.add(encoded)
    whole = canonical("devices", "dev_one_", device)
    assert b"".join(slices("devices", "dev_one_", device)) == whole
    assert (told.size, told.value) == (len(whole), term(whole))


@pytest.mark.parametrize(("leaves", "parts"), [(SLICE_LEAVES, 1), (SLICE_LEAVES + 1, 5)])
def test_only_a_long_device_is_encoded_in_slices(leaves: int, parts: int) -> None:
    device = {"params": {f"p{n}": 0.5 for n in range(leaves)}}
    assert len(list(in_parts("devices", "dev_one_", device))) == parts


def test_a_long_term_asks_for_a_pause_whenever_so_much_was_encoded() -> None:
    told = LongTerm()
    pauses = []
    for _ in range(4):
        told.add(bytes(SLICE_ENCODED // 2))
        pauses.append(told.is_to_pause)
    assert pauses == [False, True, False, True]


def test_the_size_of_a_value_is_that_of_its_canonical_form() -> None:
    assert size_of(1) == size_of(1.0) == 9
    assert size_of({"a": 1}) == 1 + 2 + 9


@pytest.mark.parametrize("entries", [0, 15, 16, 300])
def test_the_header_of_a_map_is_as_long_as_what_msgpack_writes(entries: int) -> None:
    leaves = {f"{n:03}": None for n in range(entries)}
    assert len(msgspec.msgpack.encode(leaves)) == header_size(entries) + 5 * entries
