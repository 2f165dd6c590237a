"""Codes of the device flow: how they look, and who waits for them."""

import re

import pytest

from schema.server_limits import MAX_DEVICES_WAITING
from server.accounts.device_codes import LETTERS, DeviceCodes

CODES = DeviceCodes(b"a secret of tests, 32 bytes long")


def test_a_user_code_is_of_the_letters_that_the_rfc_recommends() -> None:
    assert LETTERS == "BCDFGHJKLMNPQRSTVWXZ"
    for _ in range(50):
        code = CODES.new_user_code()
        assert re.fullmatch(f"[{LETTERS}]{{4}}-[{LETTERS}]{{4}}", code)


@pytest.mark.parametrize("typed", ["wdjbmjht", "WDJB MJHT", " wdjb-mjht ", "W.D.J.B.M.J.H.T"])
def test_a_user_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert CODES.hash_of_user_code(typed) == CODES.hash_of_user_code("WDJB-MJHT")
    assert CODES.hash_of_user_code(typed + "X") != CODES.hash_of_user_code("WDJB-MJHT")


async def test_who_waits_is_told_and_forgotten() -> None:
    codes = DeviceCodes(b"secret")
    async with codes.waiting(b"one") as one, codes.waiting(b"two") as two:
        codes.decided(b"one")
        assert one is not None
        assert two is not None
        assert one.is_set()
        assert not two.is_set()

    codes.decided(b"one")
    assert not codes._waiting_calls
    assert not codes._waiting_count


async def test_past_the_bound_nobody_waits() -> None:
    codes = DeviceCodes(b"secret")
    codes._waiting_count = MAX_DEVICES_WAITING
    async with codes.waiting(b"one") as event:
        assert event is None
