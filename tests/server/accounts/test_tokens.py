"""Access tokens by a clock that a test sets."""

import jwt
import pytest

from server.accounts.tokens import LEEWAY_SECONDS, TYPE, BadToken, Tokens

SECRET = b"a secret of tests, 32 bytes long"
LIFE = 900


def at(clock: float) -> Tokens:
    """The tokens of a node whose clock says this."""
    return Tokens(SECRET, LIFE, lambda: clock)


def reading(token: str, clock: float) -> str:
    """What a node whose clock says this finds."""
    try:
        return at(clock).read_access(token).user
    except BadToken as error:
        return str(error)


@pytest.mark.parametrize("apart", [-LEEWAY_SECONDS, -15, -1, 0, 15, LEEWAY_SECONDS])
def test_A2_a_fresh_token_is_good_where_the_clock_is_another(apart: float) -> None:
    assert reading(at(1_000).access("ann", "login"), 1_000 + apart) == "ann"


def test_A8_a_token_out_of_time_is_refreshed_whichever_clock_is_wrong() -> None:
    token = at(1_000).access("ann", "login")
    assert reading(token, 1_000 - LEEWAY_SECONDS - 1) == "out of time"
    assert reading(token, 1_000 + LIFE + LEEWAY_SECONDS - 1) == "ann"
    assert reading(token, 1_000 + LIFE + LEEWAY_SECONDS) == "out of time"


@pytest.mark.parametrize("claim", ["exp", "iat"])
@pytest.mark.parametrize("value", ["1900", True, 1_900.5, float("inf"), None, [1_900]])
def test_H4_times_are_whole_numbers(claim: str, value: object) -> None:
    good = at(1_000).access("ann", "login")
    tokens = at(1_000)
    claims = jwt.decode(good, options={"verify_signature": False}) | {claim: value}
    forged = jwt.encode(claims, tokens._access_key, algorithm="HS256", headers={"typ": TYPE})
    assert reading(good, 1_000) == "ann"
    assert reading(forged, 1_000) == "invalid"
