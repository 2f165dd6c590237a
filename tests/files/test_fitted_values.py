"""What an importer keeps of hostile names and texts: nothing that the server would refuse."""

import json
from pathlib import Path

import pytest

from files.broken_song import BrokenSong
from files.fitted_values import fit
from files.prime_file import FORMAT, read_prime_file
from rooms.rules.proposal_rules import problem_with_new_props
from schema.entities import ENTITY_TYPES, empty_state
from schema.text.text_rules import OF_EVERY_OBJECT

FIELDS = [(collection, name) for collection, fields in ENTITY_TYPES.items() for name in fields]

HOSTILE = (
    "bell\a",
    "\x85",
    "\u202eabc",
    "abc\u2069\u202c",
    "\u2067\u202a\u2069",
    "\uffff",
    "\ud800",
)


@pytest.mark.parametrize(("collection", "name"), FIELDS)
def test_E14_what_is_kept_of_a_text_is_not_refused(collection: str, name: str) -> None:
    field = ENTITY_TYPES[collection][name]
    for text in HOSTILE:
        for value in (text, {text: 1}, {"cutoff": text}, f"devices/entity_1/params/{text}"):
            fitted, fault = fit(field, value)
            assert fault
            assert fitted is None or problem_with_new_props(collection, {name: fitted}) is None


@pytest.mark.parametrize("name", sorted(OF_EVERY_OBJECT))
def test_E13_such_leaves_are_left_out_and_told(name: str) -> None:
    fields = ENTITY_TYPES["devices"]
    assert fit(fields["params"], {"cutoff": 1, name: 2}) == (
        {"cutoff": 1},
        f"holds {name}, a name that every JavaScript object has",
    )
    assert fit(ENTITY_TYPES["lanes"]["target"], f"devices/entity_1/params/{name}")[0] is None


@pytest.mark.parametrize(
    ("collection", "name", "value", "fitted", "told"),
    [
        ("clips", "time", 2e6, 1e6, "is above 1,000,000"),
        ("notes", "time", -2e6, -1e6, "is below -1,000,000"),
        ("tempo", "bpm", 2_000, 1_000, "is above 1,000"),
        ("notes", "vel", 1.5, 1, "is above 1"),
        ("notes", "key", 128, 127, "is outside 0 to 127"),
        ("media", "path", "x" * 1_025, "x" * 1_024, "is longer than 1,024 characters"),
    ],
)
def test_a_bound_is_told_as_a_musician_writes_it(
    collection: str, name: str, value: object, fitted: object, told: str
) -> None:
    assert fit(ENTITY_TYPES[collection][name], value) == (fitted, told)


OF_VALUE_OF = "valueOf, a name that every JavaScript object has"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"n" * 64: "t" * 1_024}, ""),
        ({"n" * 65: 1}, "holds names of more than 64 characters"),
        ({"": 1}, "holds parameters without a name"),
        ({"text": "t" * 1_025}, "holds texts of more than 1,024 characters"),
        ({"text": "\ud800"}, "holds characters that cannot be stored"),
        ({"\0": 1}, "holds characters that cannot be stored"),
        ({"big": 2**53 + 2}, "holds numbers beyond 9,007,199,254,740,992"),
        ({"list": [1]}, "holds values that are no number, no text, and not true or false"),
        ({"none": float("nan")}, "holds values that are no number, no text, and not true or false"),
        (
            {"n" * 65: 1, "n" * 66: 1, "valueOf": 1},
            f"holds {OF_VALUE_OF}, and names of more than 64 characters",
        ),
    ],
)
def test_what_is_wrong_with_parameters_is_told_with_its_bound(
    more: dict[str, object], told: str
) -> None:
    fitted, fault = fit(ENTITY_TYPES["devices"]["params"], {"cutoff": 1} | more)
    assert fitted == ({"cutoff": 1} if told else {"cutoff": 1} | more)
    assert fault == told


def test_more_parameters_than_a_device_has_are_told_as_that() -> None:
    params = {f"p{number}": number for number in range(9_000)}
    fitted, fault = fit(ENTITY_TYPES["devices"]["params"], params)
    assert fitted == {f"p{number}": number for number in range(4_096)}
    assert fault == "holds more than 4,096 parameters"


def a_file(folder: Path, **markers: dict[str, object]) -> Path:
    state = empty_state("Old") | {"markers": dict(markers)}
    path = folder / "old.prime.json"
    path.write_text(json.dumps({"format": FORMAT, "version": 1, "state": state}))
    return path


def test_E14_a_file_of_before_is_read_and_what_was_mended_is_told(tmp_path: Path) -> None:
    song = read_prime_file(a_file(tmp_path, marker_1={"time": 1, "name": "bell\a"}))
    assert song.state["markers"]["marker_1"]["name"] == "bell\ufffd"
    assert "mended: name of a marker holds characters" in song.problems[0]


def test_E13_an_id_that_breaks_clients_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenSong, match=r"markers\.__proto__: .*JavaScript"):
        read_prime_file(a_file(tmp_path, __proto__={"time": 1}))
