"""The digest that nodes compare: the document's, and of all aspects that hold anything."""

import pytest

from rooms.known_aspects import ASPECTS, digest_with, fresh_aspects
from tests.rooms.counter import COUNTER, Counter

DOCUMENT = "00000000000000ff"


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ASPECTS, COUNTER, Counter)
    monkeypatch.setitem(ASPECTS, "other", Counter)


def counted(total: int) -> Counter:
    counter = Counter()
    counter.totals["bars"] = total
    return counter


def test_fresh_aspects_hold_nothing_and_are_nobody_elses() -> None:
    one, other = fresh_aspects(), fresh_aspects()
    assert one.keys() == {COUNTER, "other"}
    assert all(aspect.digest == Counter().digest for aspect in one.values())
    assert one[COUNTER] is not other[COUNTER]


def test_aspects_that_hold_nothing_do_not_change_the_digest() -> None:
    assert digest_with(DOCUMENT, {}) == digest_with(DOCUMENT, fresh_aspects()) == DOCUMENT


def test_what_an_aspect_holds_changes_it_and_what_it_held_before_does_not() -> None:
    one, four = ({COUNTER: counted(total), "other": Counter()} for total in (1, 4))
    digests = [digest_with(DOCUMENT, each) for each in (one, four)]
    assert len({DOCUMENT, *digests}) == 3
    assert digest_with(DOCUMENT, {COUNTER: counted(1)}) == digests[0]
    assert all(len(digest) == 16 for digest in digests)


def test_another_document_is_another_digest() -> None:
    held = {COUNTER: counted(1)}
    assert digest_with(DOCUMENT, held) != digest_with("00000000000000fe", held)
