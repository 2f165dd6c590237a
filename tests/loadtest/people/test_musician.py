"""The simulated musician: by a thousand actions, only valid edits, at a human pace."""

import copy
from pathlib import Path

import pytest

from files.importing import read_song
from loadtest.people.musician import CHARACTERS, FRAMES_PER_SECOND, Edit, Move, Musician, character
from prime_client.copy.digest import digest
from prime_client.copy.state_ops import State
from tests.client.model_server import ModelServer
from tests.files.helpers.state_rules import broken_rules

SONG = next(iter(sorted((Path(__file__).parents[3] / "files/songs").glob("*.prime.json"))))
ACTIONS = 1_000


@pytest.fixture(scope="module")
def song() -> State:
    return read_song(SONG).state


def stage(song: State) -> ModelServer:
    server = ModelServer()
    server.connect("musician")
    server.state = copy.deepcopy(song)
    return server


def perform(server: ModelServer, musician: Musician, actions: int) -> tuple[int, list[Edit]]:
    """Frames it took, and the edits made, each applied by the model server."""
    frames = 0
    edits: list[Edit] = []
    while len(edits) < actions:
        frames += 1
        action = musician.frame()
        if isinstance(action, Edit):
            message = {"t": "delta", "id": f"delta-{len(server.journal)}", "ops": action.ops}
            server.propose("musician", message | {"atomic": action.atomic})
            edits.append(action)
    return frames, edits


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_D4_edits_are_valid_over_a_thousand_actions(song: State, seed: int) -> None:
    server = stage(song)
    musician = Musician(lambda: server.state, seed)
    for _ in range(10):
        perform(server, musician, ACTIONS // 10)
        assert broken_rules(server.state) == []
    acks = server.outboxes["musician"]
    assert [ack for ack in acks if ack["dropped"]] == []


def test_the_pace_is_that_of_a_person(song: State) -> None:
    server = stage(song)
    frames, _ = perform(server, Musician(lambda: server.state, 7), ACTIONS)
    assert 2 <= ACTIONS / (frames / FRAMES_PER_SECOND) <= 4


def test_a_calm_musician_changes_values_and_neither_makes_nor_deletes_anything(song: State) -> None:
    server = stage(song)
    musician = Musician(lambda: server.state, 7, is_calm=True)
    frames, edits = perform(server, musician, 200)
    ops = [op for edit in edits for op in edit.ops]
    assert {(op["op"], op["col"]) for op in ops} == {("set", "channels"), ("set", "notes")}
    assert not [op for op in ops if {"mute", "solo"} & op["props"].keys()]
    assert 200 / (frames / FRAMES_PER_SECOND) < 1


def test_everything_people_do_is_done(song: State) -> None:
    server = stage(song)
    musician = Musician(lambda: server.state, 5)
    seen: set[str] = set()
    kinds: set[tuple[str, str]] = set()
    for _ in range(30_000):
        match musician.frame():
            case Move(presence=presence):
                seen |= set(presence)
            case Edit(ops=ops):
                kinds |= {(op["op"], op["col"]) for op in ops}
    assert seen == {"cursor", "tool", "selection", "playhead"}
    assert {("move", "clips"), ("insert", "notes"), ("delete", "clips")} <= kinds
    assert {("insert", "channels"), ("set", "tracks"), ("set", "channels")} <= kinds


def test_the_same_seed_does_the_same(song: State) -> None:
    ends = []
    for _ in range(2):
        server = stage(song)
        perform(server, Musician(lambda state=server: state.state, 9), 200)  # type: ignore[misc]
        ends.append(digest(server.state))
    assert ends[0] == ends[1]


def test_an_empty_project_is_no_obstacle() -> None:
    server = ModelServer()
    server.connect("musician")
    perform(server, Musician(lambda: server.state, 1), 300)
    assert broken_rules(server.state) == []


def test_any_number_of_musicians_have_names_of_their_own() -> None:
    names = [character(number).name for number in range(3 * len(CHARACTERS))]
    assert len(set(names)) == len(names)
    assert names[0] == "Ada"
