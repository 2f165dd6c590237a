"""Names of accounts: what is refused, and what becomes of a wish."""

import re

import pytest

from schema.limits import MAX_NAME_LENGTH
from schema.text.account_names import (
    NoName,
    checked_name,
    checked_username,
    nearest_shown_name,
    nearest_username,
)
from schema.text.text_rules import OF_EVERY_OBJECT, USERNAME

ODD = (
    *sorted(OF_EVERY_OBJECT),
    "",
    "_",
    "__",
    "-",
    "a",
    "x" * 33,
    "x" * 500,
    "a b",
    "a\u200bnn",
    "\u00e4",
    "a\n",
)


@pytest.mark.parametrize(
    "name", [*sorted(OF_EVERY_OBJECT), "", "a", "x" * 33, "a b", "a\u200bnn", "ann\n"]
)
def test_A65_what_is_no_username_is_refused(name: str) -> None:
    with pytest.raises(NoName, match="username: a username is 2 to 32 characters"):
        checked_username(name)


@pytest.mark.parametrize(
    "name",
    ["", " ", "a\x1b[31m", "a\u202eb", "a\u00adb", "\u0301a", "a\u0378", "x" * 121],
    ids=ascii,
)
def test_A65_what_is_no_shown_name_is_refused(name: str) -> None:
    with pytest.raises(NoName, match="name: "):
        checked_name(name)
    assert checked_name(nearest_shown_name(name, "ann"))


def test_A65_a_shown_name_is_kept_in_one_spelling() -> None:
    assert checked_name("U\u0308nal") == nearest_shown_name("U\u0308nal", "x") == "\u00dcnal"
    assert len(nearest_shown_name("u\u0308" * 200, "x")) == MAX_NAME_LENGTH


@pytest.mark.parametrize("wish", ODD, ids=ascii)
def test_A65_a_wish_becomes_a_username(wish: str) -> None:
    assert re.match(USERNAME, nearest_username(wish))


def test_A65_a_good_wish_is_kept() -> None:
    assert nearest_username("Ann.B") == "annb"
    assert nearest_username("__proto__") == "proto_musician"
