"""The checker: each anomaly, made by hand, is found and named; a clean history is clean."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from loadtest.checking.anomalies import STALE_SECONDS, Kind, Truth, check
from loadtest.checking.history import Happening, History, What, read_history


def history(*lines: tuple[Any, ...], step: float = 1.0) -> list[Happening]:
    """Lines of (what, process, delta, seq, more...), one `step` of seconds after the other."""
    clock = itertools.count(1)
    return [
        Happening(what, process, next(clock) * step, delta, seq, **(more[0] if more else {}))
        for what, process, delta, seq, *more in lines
    ]


CLEAN = history(
    (What.SYNCED, "ada", "", 1),
    (What.SYNCED, "ben", "", 1),
    (What.INVOKE, "ada", "a1", 0),
    (What.READ, "ben", "a1", 2, {"ops": "x"}),
    (What.OK, "ada", "a1", 2),
    (What.INVOKE, "ben", "b1", 0),
    (What.UNKNOWN, "ben", "b1", 0),
    (What.AGAIN, "ben", "b1", 0),
    (What.SYNCED, "ben", "", 2),
    (What.READ, "ada", "b1", 3, {"ops": "y"}),
    (What.OK, "ben", "b1", 3),
    (What.OK, "ben again", "b1", 3),
    (What.INVOKE, "ada", "a2", 0),
    (What.FAIL, "ada", "a2", 0, {"text": "op_invalid"}),
    (What.INVOKE, "ada", "a3", 0),
    (What.INVOKE, "ada", "a4", 0),
    (What.OK, "ada", "a3", 4),
    (What.OK, "ada", "a4", 5),
    (What.READ, "ben", "a3", 4),
    (What.READ, "ben", "a4", 5),
    (What.SYNCED, "ben", "", 5, {"fresh": True}),
    (What.ROW_INVOKE, "ada", "u1", 0, {"version": 1}),
    (What.ROW_INVOKE, "ben", "u2", 0, {"version": 1}),
    (What.ROW_OK, "ada", "u1", 0, {"version": 2}),
    (What.ROW_FAIL, "ben", "u2", 0, {"text": "conflict"}),
    (What.ROW_READ, "ben", "u1", 0, {"version": 2}),
    (What.ROW_INVOKE, "ben", "u3", 0, {"version": 2}),
    (What.ROW_UNKNOWN, "ben", "u3", 0),
)
TRUTH = Truth(("song", "a1", "b1", "a3", "a4"), begun_at=1, row_version=3, row_mark="u3")


def kinds(happenings: list[Happening], truth: Truth) -> set[Kind]:
    return {anomaly.kind for anomaly in check(happenings, truth)}


def test_a_clean_history_is_clean() -> None:
    assert check(CLEAN, TRUTH) == []


def test_an_acknowledged_delta_that_is_not_in_the_journal_is_lost() -> None:
    found = kinds(CLEAN, Truth(TRUTH.journal[:4], 1, 3, "u3"))
    assert found == {Kind.LOST, Kind.DIRTY_READ}
    swapped = ("song", "b1", "a1", "a3", "a4")
    assert Kind.LOST in kinds(CLEAN, Truth(swapped, 1, 3, "u3"))


def test_a_delta_stored_twice_is_a_duplicate() -> None:
    assert kinds(CLEAN, Truth((*TRUTH.journal, "b1"), 1, 3, "u3")) == {Kind.DUPLICATE}


def test_a_delta_answered_with_two_seqs_is_a_duplicate() -> None:
    again = [*CLEAN, Happening(What.OK, "ben again", 99.0, "b1", 6)]
    assert Kind.DUPLICATE in kinds(again, TRUTH)


def test_a_hole_that_a_client_was_sent_is_a_gap() -> None:
    assert kinds([*CLEAN, Happening(What.GAP, "ben", 99.0)], TRUTH) == {Kind.GAP}


@pytest.mark.parametrize("seqs", [(2, 4), (2, 3, 3), (3,)])
def test_a_reader_whose_seqs_do_not_follow_has_a_gap(seqs: tuple[int, ...]) -> None:
    reads = [(What.READ, "ben", TRUTH.journal[seq - 1], seq) for seq in seqs]
    invokes = [(What.INVOKE, "ada", delta, 0) for delta in TRUTH.journal]
    acks = [(What.OK, "ada", delta, seq) for seq, delta in enumerate(TRUTH.journal, 1)]
    found = kinds(history(*invokes, *acks, (What.SYNCED, "ben", "", 1), *reads), TRUTH)
    assert found == {Kind.GAP}


def test_two_deltas_at_one_seq_are_a_divergence() -> None:
    other = [*CLEAN, Happening(What.READ, "cleo", 99.0, "a4", 4)]
    assert Kind.DIVERGENCE in kinds(other, TRUTH)


def test_other_ops_at_one_seq_are_a_divergence() -> None:
    other = [*CLEAN, Happening(What.READ, "cleo", 99.0, "a1", 2, ops="z")]
    assert kinds(other, TRUTH) == {Kind.DIVERGENCE}


def test_a_digest_that_differs_is_a_divergence() -> None:
    other = [*CLEAN, Happening(What.DIVERGED, "cleo", 99.0, seq=4)]
    assert kinds(other, TRUTH) == {Kind.DIVERGENCE}


def test_a_delta_that_was_seen_and_never_stored_is_a_dirty_read() -> None:
    seen = [
        *CLEAN,
        Happening(What.INVOKE, "ada", 98.0, "a5"),
        Happening(What.FAIL, "ada", 98.5, "a5"),
        Happening(What.READ, "ben", 99.0, "a5", 6),
    ]
    assert kinds(seen, TRUTH) == {Kind.DIRTY_READ}


def test_a_delta_that_nobody_sent_is_a_phantom() -> None:
    assert kinds(CLEAN, Truth((*TRUTH.journal, "x"), 1, 3, "u3")) == {Kind.PHANTOM}
    assert kinds(CLEAN, Truth(TRUTH.journal, 0, 3, "u3")) == {Kind.PHANTOM}


def test_deltas_of_one_client_in_another_order_are_a_reorder() -> None:
    lines = history(
        (What.INVOKE, "ada", "a1", 0),
        (What.INVOKE, "ada", "a2", 0),
        (What.OK, "ada", "a2", 1),
        (What.OK, "ada", "a1", 2),
    )
    assert kinds(lines, Truth(("a2", "a1"))) == {Kind.REORDER}


def test_one_that_a_failover_took_and_a_fault_sent_again_is_stored_where_it_came() -> None:
    lines = history(
        (What.INVOKE, "ada", "a1", 0),
        (What.LOST_BY_FAILOVER, "ada", "a1", 1),
        (What.INVOKE, "ada", "a2", 0),
        (What.OK, "ada", "a2", 1),
        (What.OK, "ada again", "a1", 2),
    )
    assert kinds(lines, Truth(("a2", "a1"))) == set()


def test_a_delta_sent_after_an_ack_and_stored_before_it_breaks_real_time() -> None:
    lines = history(
        (What.INVOKE, "ada", "a1", 0),
        (What.OK, "ada", "a1", 2),
        (What.INVOKE, "ben", "b1", 0),
        (What.OK, "ben", "b1", 1),
    )
    assert kinds(lines, Truth(("b1", "a1"))) == {Kind.REAL_TIME}


def test_deltas_that_overlap_in_time_may_have_any_order() -> None:
    lines = history(
        (What.INVOKE, "ada", "a1", 0),
        (What.INVOKE, "ben", "b1", 0),
        (What.OK, "ada", "a1", 2),
        (What.OK, "ben", "b1", 1),
    )
    assert check(lines, Truth(("b1", "a1"))) == []


def test_a_client_brought_back_to_before_what_it_had_seen_has_a_stale_resume() -> None:
    stale = [*CLEAN, Happening(What.SYNCED, "ben", 20.5, seq=4, fresh=True)]
    assert kinds(stale, TRUTH) == {Kind.STALE_RESUME}


def test_a_fresh_state_of_before_may_be_followed_by_the_deltas_since() -> None:
    old = [
        *CLEAN,
        Happening(What.SYNCED, "ben", 30.0, seq=3, fresh=True),
        Happening(What.READ, "ben", 30.1, "a3", 4),
        Happening(What.READ, "ben", 30.2, "a4", 5),
    ]
    assert check(old, TRUTH) == []


@pytest.mark.parametrize(
    ("fault", "found"),
    [("clients_stalled", set()), ("node_frozen", set()), ("redis_stalled", {Kind.STALE_RESUME})],
)
def test_what_follows_may_be_late_while_its_way_is_stalled(fault: str, found: set[Kind]) -> None:
    old = [
        *CLEAN,
        Happening(What.FAULT, "chaos", 29.5, text=fault),
        Happening(What.SYNCED, "ben", 30.0, seq=4, fresh=True),
        Happening(What.HEALED, "chaos", 32.0, text=f"{fault}: ben"),
        Happening(What.READ, "ben", 32.1, "a4", 5),
    ]
    assert kinds(old, TRUTH) == found


def test_a_join_that_misses_what_was_acknowledged_long_ago_is_stale() -> None:
    late = CLEAN[-1].at + STALE_SECONDS
    assert kinds([*CLEAN, Happening(What.SYNCED, "new", late, seq=4)], TRUTH) == {Kind.STALE_RESUME}
    soon = Happening(What.SYNCED, "new", 18.5, seq=3)
    assert check([*CLEAN, soon], TRUTH) == []


def test_a_refused_delta_that_is_stored_appears_all_the_same() -> None:
    found = kinds(CLEAN, Truth(("song", "a1", "b1", "a3", "a4", "a2"), 1, 3, "u3"))
    assert Kind.FAIL_APPEARS in found
    assert found <= {Kind.FAIL_APPEARS, Kind.REORDER, Kind.REAL_TIME}


def test_a_refused_delta_may_be_stored_if_it_was_sent_again() -> None:
    again = [
        Happening(What.INVOKE, "ada", 1.0, "a1"),
        Happening(What.AGAIN, "ada again", 2.0, "a1"),
        Happening(What.FAIL, "ada", 3.0, "a1"),
    ]
    assert check(again, Truth(("a1",))) == []


def test_a_refused_update_that_took_effect_appears_all_the_same() -> None:
    seen = [*CLEAN, Happening(What.ROW_READ, "ada", 99.0, "u2", version=4)]
    assert kinds(seen, Truth(TRUTH.journal, 1, 4, "u2")) == {Kind.FAIL_APPEARS}


def test_two_updates_of_one_version_are_a_lost_update() -> None:
    both = [*CLEAN, Happening(What.ROW_OK, "ben", 99.0, "u2", version=3)]
    assert Kind.LOST_UPDATE in kinds(both, TRUTH)


def test_an_update_that_is_gone_in_the_end_is_lost() -> None:
    assert kinds(CLEAN, Truth(TRUTH.journal, 1, 1, "")) == {Kind.LOST_UPDATE}
    assert kinds(CLEAN, Truth(TRUTH.journal, 1, 2, "u9")) == {Kind.LOST_UPDATE}


def test_a_delta_without_an_answer_is_never_resolved() -> None:
    waits = [*CLEAN, Happening(What.INVOKE, "ada", 99.0, "a5")]
    assert kinds(waits, TRUTH) == {Kind.NEVER_RESOLVED}


def test_what_is_kept_in_the_file_is_what_was_noted(tmp_path: Path) -> None:
    with History(tmp_path / "deep" / "history.jsonl") as kept:
        for happening in CLEAN:
            told = {"delta": happening.delta, "seq": happening.seq, "fresh": happening.fresh}
            kept.note(happening.what, happening.process, at=happening.at, **told)
    with kept.path.open() as lines:
        assert read_history(lines) == kept.happenings
    assert len(kept.happenings) == len(CLEAN)
