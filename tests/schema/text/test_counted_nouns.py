"""How many there are of something, in words."""

import pytest

from schema.text.counted_nouns import counted


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 projects"), (1, "1 project"), (2_000, "2,000 projects")]
)
def test_one_of_something_has_no_s(number: int, words: str) -> None:
    assert counted(number, "project") == words


def test_of_several_there_may_be_another_noun() -> None:
    assert counted(1, "entity", "entities") == "1 entity"
    assert counted(9_468, "entity", "entities") == "9,468 entities"
