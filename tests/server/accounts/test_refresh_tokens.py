"""Refresh tokens of both versions."""

import base64
import secrets
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.accounts.refresh_tokens import LARGEST_COUNTER, NoToken, RefreshTokens, new_key

SECRET, CHECKSUM_KEY = b"a secret of tests, 32 bytes long", b"of the server"
TOKENS = RefreshTokens(SECRET, CHECKSUM_KEY)
LOGIN, KEY = str(uuid.UUID(int=7)), new_key()


@given(st.uuids(), st.integers(0, LARGEST_COUNTER), st.booleans())
def test_A11_what_is_issued_is_read(login: uuid.UUID, counter: int, is_new: bool) -> None:
    presented = TOKENS.read(TOKENS.issue(str(login), counter, KEY, is_new=is_new))
    assert (presented.auth_session, presented.counter) == (str(login), counter)
    assert presented.is_signed(KEY)
    assert presented.is_signed(new_key()) == presented.is_signed(None) == (not is_new)


def test_A11_a_login_without_a_key_has_tokens_as_before() -> None:
    assert TOKENS.issue(LOGIN, 3, None, is_new=True) == TOKENS.issue(LOGIN, 3, KEY, is_new=False)


@pytest.mark.parametrize("is_new", [True, False])
def test_attack_A8_a_token_that_is_changed_anywhere_is_none(is_new: bool) -> None:
    raw = base64.urlsafe_b64decode(TOKENS.issue(LOGIN, 300, KEY, is_new=is_new) + "==")
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        assert _is_none(changed)
    assert _is_none(raw[:-1])
    assert _is_none(raw + b"\0")


def test_attack_A8_a_token_has_one_spelling() -> None:
    token = TOKENS.issue(LOGIN, 300, KEY, is_new=True)
    for other in (f"{token}=", f" {token}", f"{token}\n", token[:-1], f"{token}A", "", "ä", "!"):
        with pytest.raises(NoToken):
            TOKENS.read(other)


@given(st.binary(max_size=80))
def test_attack_A8_what_is_guessed_asks_no_database(raw: bytes) -> None:
    assert _is_none(raw)
    assert _is_none(b"\x02" + raw)


def test_A11_of_another_server_or_signed_with_its_own_key_it_is_none() -> None:
    other = RefreshTokens(secrets.token_bytes(32), secrets.token_bytes(32))
    for is_new in (True, False):
        with pytest.raises(NoToken):
            TOKENS.read(other.issue(LOGIN, 1, KEY, is_new=is_new))


def _is_none(raw: bytes | bytearray) -> bool:
    try:
        TOKENS.read(base64.urlsafe_b64encode(raw).decode().rstrip("="))
    except NoToken:
        return True
    return False


def test_what_was_signed_with_a_secret_of_before_is_read_while_that_is_believed() -> None:
    before, now = secrets.token_bytes(32), secrets.token_bytes(32)
    login = str(uuid.uuid4())
    token = RefreshTokens(before, CHECKSUM_KEY).issue(login, 1, None, is_new=False)
    assert RefreshTokens(now, CHECKSUM_KEY, [before]).read(token).auth_session == login
    with pytest.raises(NoToken):
        RefreshTokens(now, CHECKSUM_KEY).read(token)
