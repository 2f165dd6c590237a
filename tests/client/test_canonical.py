"""The digest that two copies of a project are compared by."""

from client.canonical import digest


def test_whole_numbers_are_the_same_in_both_notations() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2.0], "a": 1.0})


def test_true_is_not_one() -> None:
    assert digest({"a": True}) != digest({"a": 1})


def test_any_change_shows() -> None:
    assert digest({"a": {"b": "x"}}) != digest({"a": {"b": "y"}})
    assert len(digest({})) == 32
