"""What is taken back in a project that others have filled meanwhile (rules O13, O16, U1, U2)."""

import pytest

from rooms.document import digest
from rooms.document.document import GROWTH, LARGE, LEAST_INSERT, Document
from rooms.document.ops_in_full import DEFAULTS
from rooms.journal.entry import Margin, Outcome, Purpose
from schema.entities import ENTITY_TYPES, SINGLETONS
from schema.errors import ErrorCode
from schema.limits import MAX_STATE_BYTES
from schema.messages import Ack, Error, ProposeDelta
from schema.ops import Delete, Insert, Op, Set, encode_ops
from tests.rooms.bench import PROJECT, Bench

NAME = "n" * 250
MANY = 60
"""More than the steps between two counts of the size, and more than a slice of a job."""

MARKERS = [f"mark_{n:04}" for n in range(MANY)]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """These songs are small: one op may take them past their bound."""
    monkeypatch.setattr("rooms.document.document.FREE_OF_COUNTING", 0)
    monkeypatch.setattr("rooms.document.document.MOST_BY_OP", 10**6)


def bound(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    for module in ("document", "op_application"):
        monkeypatch.setattr(f"rooms.document.{module}.MAX_STATE_BYTES", size)


def inserts(*names: str, name: str = NAME) -> list[Op]:
    return [Insert("markers", i, {"time": n, "name": name}) for n, i in enumerate(names)]


def mine(document: Document) -> set[str]:
    """The markers of these tests."""
    return {i for i in document.collections["markers"] if i.startswith("mark_")}


def takes_back(bench: Bench, who: str, purpose: Purpose = Purpose.UNDO) -> Ack | Error:
    delta_id = f"{purpose}-{len(bench.entries):05}-{len(bench.heard[who]):05}"
    bench.run(bench.room.edits.undo_or_redo(who, delta_id, purpose))
    bench.commit()
    answer = bench.last(who)
    assert isinstance(answer, Ack | Error)
    assert answer.id == delta_id
    return answer


def test_O16_undos_do_not_add_up_past_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that becomes longer is never dropped: what undos bring back would have no end."""
    bench = Bench()
    musicians = ("ann", "ben", "cid")
    for who in (*musicians, "zed"):
        bench.join(who)
    bench.edit("zed", *inserts(*MARKERS))
    document = bench.room.document
    bound(monkeypatch, document.size + 100)
    for who in musicians:
        markers = document.collections["markers"]
        named = [i for i in mine(document) if markers[i]["name"]]
        bench.edit(who, *(Set("markers", i, {"name": ""}) for i in named))
        bench.edit("zed", *inserts(*(f"mark_{who}_{n:03}" for n in range(25))))
    for who in musicians:
        before = document.size, document.digest
        answer = takes_back(bench, who)
        assert isinstance(answer, Error)
        assert answer.code == ErrorCode.LIMIT_REACHED
        assert (document.size, document.digest) == before


def test_O16_an_undo_that_finds_no_room_is_refused_whole_and_done_when_there_is_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench()
    for who in ("ann", "ben"):
        bench.join(who)
    document = bench.room.document
    bench.edit("ann", *inserts(*MARKERS))
    bound(monkeypatch, document.size + 10)
    bench.edit("ann", *(Delete("markers", i) for i in MARKERS), step="clear")
    bench.edit("ben", *inserts("mark_of_ben"))
    answer = takes_back(bench, "ann")
    assert isinstance(answer, Error)
    assert (answer.code, answer.details) == (ErrorCode.LIMIT_REACHED, {})
    assert mine(document) == {"mark_of_ben"}
    bench.edit("ben", Delete("markers", "mark_of_ben"))
    answer = takes_back(bench, "ann")
    assert isinstance(answer, Ack)
    assert answer.dropped == []
    assert mine(document) == set(MARKERS)


def test_O13_an_undo_past_the_entities_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    for who in ("ann", "ben"):
        bench.join(who)
    document = bench.room.document
    bench.edit("ann", *inserts("mark_first", "mark_second"))
    for module in ("document", "op_application"):
        monkeypatch.setattr(f"rooms.document.{module}.MAX_ENTITIES", len(document))
    bench.edit("ann", Delete("markers", "mark_first"), Delete("markers", "mark_second"))
    bench.edit("ben", *inserts("mark_of_ben"))
    answer = takes_back(bench, "ann")
    assert isinstance(answer, Error)
    assert answer.code == ErrorCode.LIMIT_REACHED
    assert mine(document) == {"mark_of_ben"}


def test_O16_a_redo_is_judged_as_an_undo_is(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    for who in ("ann", "ben"):
        bench.join(who)
    document = bench.room.document
    bench.edit("ann", *inserts(*MARKERS))
    bound(monkeypatch, document.size + 10)
    assert isinstance(takes_back(bench, "ann"), Ack)
    bench.edit("ben", *inserts("mark_of_ben"))
    answer = takes_back(bench, "ann", Purpose.REDO)
    assert isinstance(answer, Error)
    assert answer.code == ErrorCode.LIMIT_REACHED
    bench.edit("ben", Delete("markers", "mark_of_ben"))
    assert isinstance(takes_back(bench, "ann", Purpose.REDO), Ack)


def test_O16_an_undo_that_makes_the_state_shorter_is_never_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench()
    bench.join("ann")
    bench.edit("ann", *inserts(*MARKERS))
    bound(monkeypatch, bench.room.document.size - 1_000)
    assert isinstance(takes_back(bench, "ann"), Ack)
    assert mine(bench.room.document) == set()


def test_O16_few_ops_in_a_small_project_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """An undo costs what it touches (D5): it is tried first only where it could find no room."""
    monkeypatch.undo()
    bench = Bench()
    bench.join("ann")
    bench.edit("ann", *inserts(*MARKERS))
    monkeypatch.setattr(type(bench.room.document), "rehearsing", None)
    assert isinstance(takes_back(bench, "ann"), Ack)


def nearly_full(monkeypatch: pytest.MonkeyPatch) -> tuple[Bench, int]:
    """Two musicians, with room for two markers of `NAME`, and the bound."""
    bench = Bench()
    for who in ("ann", "ben"):
        bench.join(who)
    most = bench.room.document.size + 750
    bound(monkeypatch, most)
    monkeypatch.setattr("rooms.document.document.NEARLY_FULL", 0)
    return bench, most


def codes(bench: Bench, who: str) -> list[tuple[str | None, str]]:
    return [(m.id, m.code) for m in bench.heard[who] if isinstance(m, Error)]


def test_O16_what_fills_a_project_says_how_much_room_it_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench, most = nearly_full(monkeypatch)
    bench.propose("ann", *inserts("mark_first"))
    [[sent]] = bench.waiting
    bench.commit()
    assert sent.margin == Margin(0, (most - bench.room.document.size) // GROWTH)
    bench.propose("ann", Set("markers", "mark_first", {"time": 5.0}))
    bench.propose("ben", Delete("markers", "mark_first"))
    assert [parts[0].margin for parts in bench.waiting] == [None, None]


def test_O16_where_there_is_much_room_nothing_is_said_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    bench = Bench()
    bench.join("ann")
    bench.propose("ann", *inserts("mark_first"))
    bench.propose("ann", *inserts("mark_second"))
    assert [parts[0].margin for parts in bench.waiting] == [None, None]


def test_O16_what_adds_much_says_how_much_room_it_leaves_however_much_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    bench = Bench()
    bench.join("ann")
    size = bench.room.document.size
    ids = [f"mark_{n:04}" for n in range(LARGE // 200)]
    bench.propose("ann", *inserts(*ids))
    [[sent]] = bench.waiting
    left = (MAX_STATE_BYTES - size) // GROWTH - len(sent.payload)
    assert sent.margin == Margin(0, left)
    bench.propose("ann", *(Set("markers", i, {"name": ""}) for i in ids[:9]))
    assert len(bench.waiting) == 1  # it waits (D12)
    bench.commit()
    bench.propose("ann", *(Delete("markers", i) for i in ids * 5))
    [[deletes]] = bench.waiting
    assert (len(deletes.payload) > LARGE, deletes.margin) == (True, None)
    bench.commit()
    bench.run(bench.room.edits.undo_or_redo("ann", "undo-0001", Purpose.UNDO))
    [[undo]] = bench.waiting
    assert undo.margin is not None
    assert undo.margin.seq == len(bench.entries)
    bench.commit()
    assert mine(bench.room.document) == set(ids)


def test_O16_what_is_on_its_way_into_a_full_project_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of one node it goes one after the other, so each is judged by those before it."""
    bench, most = nearly_full(monkeypatch)
    for n in range(2):
        bench.propose("ann", *inserts(f"mark_ann_{n}"))
        bench.propose("ben", *inserts(f"mark_ben_{n}"))
    assert len(bench.waiting) == 1
    bench.commit()
    assert len(bench.entries) == 2
    assert bench.room.document.size <= most
    assert [code for who in ("ann", "ben") for _, code in codes(bench, who)] == [
        ErrorCode.LIMIT_REACHED
    ] * 2


@pytest.mark.parametrize("outcome", [Outcome.FORBIDDEN, Outcome.OVERTAKEN])
def test_O16_what_the_journal_keeps_out_lets_the_next_one_go(
    monkeypatch: pytest.MonkeyPatch, outcome: Outcome
) -> None:
    bench, _ = nearly_full(monkeypatch)
    bench.propose("ann", *inserts("mark_first"))
    bench.propose("ben", *inserts("mark_second"))
    [[kept_out]], bench.waiting = bench.waiting, []
    bench.run(bench.room.edits.answered(kept_out, outcome, None))
    bench.commit()
    assert isinstance(bench.last("ben"), Ack)
    assert mine(bench.room.document) == {"mark_second"}


def test_O16_D12_what_others_took_the_room_of_comes_again_and_what_follows_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench, _ = nearly_full(monkeypatch)
    first = bench.propose("ann", *inserts("mark_first"))
    second = bench.propose("ann", Set("markers", "mark_first", {"time": 5.0}))
    [[overtaken]], bench.waiting = bench.waiting, []
    bench.run(bench.room.edits.answered(overtaken, Outcome.OVERTAKEN, None))
    unavailable = ErrorCode.UNAVAILABLE
    assert codes(bench, "ann") == [(first, unavailable), (second, unavailable)]
    again = ProposeDelta(PROJECT, first, inserts("mark_first"))
    bench.run(bench.room.edits.propose("ann", again))
    bench.commit()
    assert isinstance(bench.last("ann"), Ack)


def test_O16_an_undo_into_a_full_project_says_how_much_room_it_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench, most = nearly_full(monkeypatch)
    bench.edit("ann", *inserts("mark_first"))
    size, head = bench.room.document.size, 2
    bench.edit("ann", Delete("markers", "mark_first"))
    bench.run(bench.room.edits.undo_or_redo("ann", "undo-0001", Purpose.UNDO))
    [[sent]] = bench.waiting
    assert sent.margin == Margin(head, (most - size) // GROWTH)
    bench.waiting = []
    bench.run(bench.room.edits.answered(sent, Outcome.OVERTAKEN, None))
    assert codes(bench, "ann") == [("undo-0001", ErrorCode.UNAVAILABLE)]
    bench.run(bench.room.edits.undo_or_redo("ann", "undo-0001", Purpose.UNDO))
    bench.commit()
    assert mine(bench.room.document) == {"mark_first"}


def test_O13_what_adds_entities_says_how_many_more_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    bench.join("ann")
    for module in ("document", "op_application"):
        monkeypatch.setattr(f"rooms.document.{module}.MAX_ENTITIES", len(bench.room.document) + 3)
    bench.propose("ann", *inserts("mark_first"))
    [[sent]] = bench.waiting
    assert sent.margin == Margin(0, 2 * LEAST_INSERT)


@pytest.mark.parametrize("collection", sorted(ENTITY_TYPES.keys() - SINGLETONS))
def test_O13_no_entity_is_inserted_by_fewer_bytes(collection: str) -> None:
    assert len(encode_ops([Insert(collection, "a", {})])) - 2 >= LEAST_INSERT


@pytest.mark.parametrize("collection", sorted(ENTITY_TYPES.keys() - SINGLETONS))
def test_O16_an_entity_of_defaults_is_within_the_growth_of_its_op(collection: str) -> None:
    op = encode_ops([Insert(collection, "a", {})])
    assert len(digest.canonical(collection, "a", DEFAULTS[collection])) <= GROWTH * len(op)
