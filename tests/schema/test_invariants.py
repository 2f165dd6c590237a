"""All that the rules of a project say is in the table of PROTOCOL.md, and what it says of them."""

import ast
import inspect
import math
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from rooms.document import contributor_scope, document, op_application
from rooms.document.document import Document
from rooms.music.tempo_map import TempoMap
from rooms.rules import entity_rules, op_rules, structure_rules
from schema import invariants
from schema.entities import PARENTS, SINGLETONS, empty_state
from schema.ops import Insert, Move, Op

RULES = (document, op_application, contributor_scope, entity_rules, op_rules, structure_rules)


def _no_sentences(tree: ast.Module) -> Iterator[ast.expr]:
    """Docstrings, and the types of casts, which are texts too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield node.value
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "cast":
            yield node.args[0]


@pytest.mark.parametrize("module", RULES, ids=lambda module: module.__name__)
def test_M3_every_sentence_of_a_rule_is_a_row_of_the_table(module: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(module))
    passed_over = {id(text) for text in _no_sentences(tree)}
    sentences = [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in passed_over
        if " " in node.value and any(map(str.isalpha, node.value))
    ]
    assert sentences == []


def test_M3_every_row_is_said_by_a_rule() -> None:
    source = "".join(map(inspect.getsource, RULES))
    rows = {
        name: sentence
        for name, sentence in vars(invariants).items()
        if isinstance(sentence, str) and any(sentence == row.says for row in invariants.INVARIANTS)
    }
    assert len(rows) == len(invariants.INVARIANTS)
    assert [name for name in rows if f"invariants.{name}" not in source] == []


def refused(*ops: Op) -> list[str]:
    """Of ops on a new project: what is said of those that do not take effect."""
    return [drop.detail for drop in Document(empty_state("Song")).apply(ops).drops]


@pytest.mark.parametrize(
    ("collection", "sentence", "name"),
    [
        ("tracks", invariants.HOLDS_NO_TRACKS, "parent"),
        ("tracks", "tracks.order is no order key: an order key begins with a letter", "order"),
        ("clips", invariants.HOLDS_NO_KIND.format(kind="audio"), "track"),
        ("warps", invariants.CLIP_HOLDS_NO.format(kind="notes", collection="warps"), "clip"),
        ("signatures", invariants.FROM_ZERO.format(collection="signatures"), "time"),
        ("transport", invariants.LOOP_ORDER, "loopEnd"),
        ("sends", invariants.FEEDS_ITSELF, "dest"),
        ("tracks", invariants.EMPTY_SET, "props"),
        ("tracks", invariants.NO_COLLECTION.format(collection="zap"), "col"),
        ("tracks", invariants.IN_USE.format(id="track_01"), "id"),
        ("project", invariants.ID_OF_SINGLETON.format(collection="project"), "id"),
        ("tracks", invariants.TOO_MANY_ENTITIES, None),
    ],
)
def test_E11_a_refusal_names_the_property(collection: str, sentence: str, name: str | None) -> None:
    assert invariants.field_of(sentence, collection) == name


def test_M1_a_new_project_holds_five_entities() -> None:
    state = empty_state("Song", 93)
    ids = {entity for entities in state.values() for entity in entities}
    assert ids == {"project", "transport", "ch_master", "tempo_start", "signature_start"}
    assert all(list(state[collection]) == [collection] for collection in SINGLETONS)


def track(entity_id: str, **props: Any) -> Insert:
    return Insert("tracks", entity_id, props)


def lane(entity_id: str, **props: Any) -> Insert:
    return Insert("lanes", entity_id, props)


def test_M4_what_nobody_enforces_is_taken() -> None:
    slot: dict[str, Any] = {"scene": "scene_01", "track": "track_01"}
    clip: dict[str, Any] = {"track": "track_01", "time": 0, "duration": 4}
    volume = "channels/ch_master/volume"
    assert not refused(
        track("track_01"),
        Insert("scenes", "scene_01", {}),
        Insert("slots", "slot_001", slot),
        Insert("slots", "slot_002", slot),
        Insert("clips", "clip_001", clip),
        Insert("clips", "clip_002", clip),
        lane("lane_001", target=volume),
        lane("lane_002", target=volume, track="track_01", clip="clip_001", unit="hertz"),
        lane("lane_003", target="channels/ch_master/name"),
        Insert("points", "point_01", {"lane": "lane_001", "time": 0, "value": 99}),
    )


def test_T3_the_formula_of_a_glide() -> None:
    seconds = TempoMap([(0.0, 60.0, True), (8.0, 120.0, False)]).seconds_at
    assert math.isclose(seconds(8.0), 8 * math.log(2))
    assert math.isclose(seconds(10.0), 8 * math.log(2) + 1.0)


@pytest.mark.parametrize("collection", PARENTS)
def test_M5_a_move_sets_the_parent_of_the_table(collection: str) -> None:
    move = Move(collection, "entity_01", parent="entity_02")
    assert op_rules.problem_with_op(move) is None
    assert op_rules.props_of_move(move) == {PARENTS[collection]: "entity_02"}
