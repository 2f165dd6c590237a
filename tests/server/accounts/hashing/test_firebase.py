"""Hashes of Firebase, as GoTrue writes them."""

import pytest

from server.accounts.hashing import firebase
from server.accounts.hashing.costs import TooCostly

KNOWN = (
    "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,"
    "sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw=="
    "$C0sHCg9ek77hsg==$"
    "zKVTMvnWVw5BBOZNUdnsalx4c4c7y/w7IS5p6Ut2+CfEFFlz37J9huyQfov4iizN8dbjvEJlM5tQaJP84+hfTw=="
)
"""The vector of GoTrue's own tests."""


def test_A21_a_hash_of_firebase_is_verified() -> None:
    assert firebase.is_right(KNOWN, "mytestpassword")
    assert not firebase.is_right(KNOWN, "mytestpassword1")
    assert not firebase.is_right(KNOWN.replace("ss=Bw==", "ss=Bg=="), "mytestpassword")


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("v=1", "v=2"),
        ("n=14", "n=014"),
        ("$C0sH", "$C0s*"),
        ("C0sHCg9ek77hsg==", "C0sHCg9ek7"),
        ("sk=", "ks="),
    ],
)
def test_A21_what_is_none_is_told_before_any_work(part: str, instead: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, nobody reads it
        firebase.is_right(KNOWN.replace(part, instead), "mytestpassword")


@pytest.mark.parametrize(("part", "instead"), [("n=14", "n=18"), ("n=14", "n=99"), ("p=1", "p=9")])
def test_A21_one_that_costs_too_much_is_refused(part: str, instead: str) -> None:
    with pytest.raises(TooCostly):
        firebase.is_right(KNOWN.replace(part, instead), "mytestpassword")
