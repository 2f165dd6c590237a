"""When the copies of all are the same, and nothing is lost."""

from typing import Any

from loadtest.checking.final_copies import compare_with_journal
from prime_client.copy.digest import digest
from schema.entities import empty_state

STATE: dict[str, Any] = empty_state("one song")
OTHER_STATE: dict[str, Any] = {**STATE, "tracks": {"track-01": {"name": "Bass"}}}
AUDITED: dict[str, Any] = {
    "digest": digest(STATE),
    "checkpoint_ok": True,
    "deltas": 2,
    "delta_ids": ["one", "two"],
}


def test_equal_copies_and_a_journal_with_every_acked_delta() -> None:
    report = compare_with_journal({"Ada": STATE, "Ben": STATE}, {"two": 2}, 0, AUDITED)
    assert report == {
        "deltas_acked": 1,
        "deltas_in_journal": 2,
        "lost": 0,
        "converged": True,
        "digest": digest(STATE),
    }


def test_one_copy_that_is_another_is_told_by_name() -> None:
    report = compare_with_journal({"Ada": STATE, "Ben": OTHER_STATE}, {}, 0, AUDITED)
    assert not report["converged"]
    assert report["digests"] == {
        "Ada": digest(STATE),
        "Ben": digest(OTHER_STATE),
        "PostgreSQL": digest(STATE),
    }


def test_a_checkpoint_that_is_wrong_is_told_too() -> None:
    wrong = AUDITED | {"checkpoint_ok": False}
    assert not compare_with_journal({"Ada": STATE}, {}, 0, wrong)["converged"]


def test_what_was_acked_twice_or_is_not_in_the_journal_is_lost_unless_excused() -> None:
    acked = {"one": 1, "three": 3, "four": 4}
    assert compare_with_journal({}, acked, 1, AUDITED)["lost"] == 3
    assert compare_with_journal({}, acked, 0, AUDITED, ["four"])["lost"] == 1
