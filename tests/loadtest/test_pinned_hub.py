"""Open files: enough, or a sentence that says what to do."""

import resource

import pytest

from loadtest.pinned_hub import SPARE_FILES, TooFewFiles, allow_files


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The limits that were set; the first is what there is."""
    now = [(1_024, 4_096)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: now[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, limit: now.append(limit))
    return now


def test_a_limit_that_is_enough_stays(limits: list[tuple[int, int]]) -> None:
    allow_files(1_024 - SPARE_FILES)
    assert len(limits) == 1


def test_a_limit_that_is_too_low_is_raised_as_far_as_needed(limits: list[tuple[int, int]]) -> None:
    allow_files(2_000)
    assert limits[-1] == (2_000 + SPARE_FILES, 4_096)


def test_no_limit_is_enough_for_all(limits: list[tuple[int, int]]) -> None:
    limits.append((1_024, resource.RLIM_INFINITY))
    allow_files(1_000_000)
    assert limits[-1] == (1_000_000 + SPARE_FILES, resource.RLIM_INFINITY)


def test_one_that_cannot_be_raised_says_what_to_do(limits: list[tuple[int, int]]) -> None:
    with pytest.raises(TooFewFiles, match=r"ulimit -n 5512.*at most 3,584"):
        allow_files(5_000)
