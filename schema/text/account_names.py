"""How an account may be called: the one gate for usernames and shown names, whoever gives them."""

import re

from schema.limits import MAX_NAME_LENGTH
from schema.text.text_rules import (
    IN_WORDS,
    SHOWN_NOT_EMPTY,
    USERNAME,
    in_nfc,
    nearest_name,
    problem_with_name,
)

_USERNAME = re.compile(USERNAME)
_NOT_IN_WISH = re.compile(r"[^a-z0-9_]")
_WISH_LENGTH = 23
"""Of a username that is wished for: a number, or what makes it one, still fits behind it."""

UNWISHED_USERNAME = "musician"
"""The username of who wishes for none."""


class NoName(ValueError):
    """No account can be called so; `field` says which name, the message why, as a sentence."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}")
        self.field = field


def checked_username(username: str) -> str:
    """The username as it is kept; raises `NoName` (rules E13, A65)."""
    if _USERNAME.match(username) is None:
        raise NoName("username", IN_WORDS[USERNAME])
    return username


def checked_name(name: str) -> str:
    """The shown name as it is kept: in NFC, and not empty; raises `NoName` (rules E8, E15, A65)."""
    name = in_nfc(name)
    if not name:
        raise NoName("name", IN_WORDS[SHOWN_NOT_EMPTY])
    if len(name) > MAX_NAME_LENGTH:
        raise NoName("name", f"at most {MAX_NAME_LENGTH} characters")
    problem = problem_with_name(name)
    if problem:
        raise NoName("name", problem)
    return name


def nearest_username(wish: str) -> str:
    """What is left of a wish as a username: letters, digits and _, at most 32 characters."""
    plain_name = _NOT_IN_WISH.sub("", wish.lower())[:_WISH_LENGTH] or UNWISHED_USERNAME
    if _USERNAME.match(plain_name):
        return plain_name
    return f"{plain_name.strip('_')}_{UNWISHED_USERNAME}".lstrip("_")


def nearest_shown_name(wish: str, username: str) -> str:
    """What is left of a wish as a shown name; the username if nothing is."""
    return nearest_name(wish, MAX_NAME_LENGTH) or username
