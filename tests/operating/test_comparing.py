"""What is the same as the page shows, and what is not."""

import pytest

from tests.operating.comparing import exit_code, is_as_shown

ID, OTHER = "47f0372b-1d44-4351-a2f5-010aee8b88b5", "120fb9e8-8025-4244-bf85-c39969935fd6"


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (["a", "b"], ["a", "b"]),
        ([f"made {ID} at 2026-11-27T06:15:12.885016Z"], [f"made {OTHER} at 2026-01-01T00:00:00Z"]),
        (["took 1.5 s (2 rows)"], ["took ... s (2 rows)"]),
        (["a", "b", "c", "d"], ["a", "...", "d"]),
        (["a", "d"], ["a", "...", "d"]),
        (["a"], ["a", "..."]),
        ([], ["..."]),
        (["Password for ann: made"], ["Password for ann:", "Once more:", "made"]),
    ],
)
def test_these_are_as_shown(printed: list[str], shown: list[str]) -> None:
    assert is_as_shown(printed, shown)


@pytest.mark.parametrize(
    ("printed", "shown"),
    [(["a"], []), ([], ["a"]), (["ab"], ["a"]), (["a", "b"], ["a ..."]), (["x"], [".x"])],
)
def test_these_are_not(printed: list[str], shown: list[str]) -> None:
    assert not is_as_shown(printed, shown)


def test_the_exit_code_is_shown_in_a_line_of_its_own() -> None:
    assert exit_code(["refused", "[exit code 2]"]) == (2, ["refused"])
    assert exit_code(["done"]) == (0, ["done"])
    assert exit_code(None) == (0, None)
