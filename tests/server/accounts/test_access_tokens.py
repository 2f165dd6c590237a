"""Access tokens by a clock that a test sets."""

import base64
import hmac
import json
import uuid
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from persistence.tables.internal.signing_keys import KeyRow
from server.accounts.access_tokens import ISSUER, LEEWAY_SECONDS, TYPE, AccessTokens, BadToken
from server.accounts.signing_keys import SigningKeys, new_key

SECRET = b"a secret of tests, 32 bytes long"
LIFE = 900
ANN, LOGIN = str(uuid.UUID(int=0xABC)), str(uuid.UUID(int=2))
KID, PUBLIC, PRIVATE = new_key()
NO_IDS = ("", "ann", 7, None, ANN.upper(), [ANN])
FIRST = KeyRow(KID, PUBLIC, PRIVATE, 0.0, None)


def at(clock: float, *rows: KeyRow) -> AccessTokens:
    """The tokens of a node whose clock says this."""
    return AccessTokens(SigningKeys(rows or (FIRST,)), SECRET, LIFE, lambda: clock)


def made(clock: float = 1_000.0, *rows: KeyRow) -> str:
    return at(clock, *rows).access(ANN, LOGIN).text


def reading(token: str, clock: float = 1_000.0, *rows: KeyRow) -> str:
    """What a node whose clock says this finds."""
    try:
        access = at(clock, *rows).read_access(token)
    except BadToken as error:
        return str(error)
    return "ann" if (access.user, access.auth_session) == (ANN, LOGIN) else "another"


def signed(header: dict[str, Any] | None = None, **claims: Any) -> str:
    """With our key, and these claims in place of ours; those that are `...` are left out."""
    good = jwt.decode(made(), options={"verify_signature": False}) | claims
    kept = {name: value for name, value in good.items() if value is not ...}
    headers = {"alg": "EdDSA", "typ": TYPE, "kid": KID} | (header or {})
    text = raw(headers, kept).rpartition(".")[0]
    key = Ed25519PrivateKey.from_private_bytes(PRIVATE)
    return f"{text}.{encoded(key.sign(text.encode()))}"


def raw(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(part).encode() for part in (header, claims)]
    return ".".join(encoded(part) for part in (*parts, signature))


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


@pytest.mark.parametrize("apart", [-LEEWAY_SECONDS, -15, -1, 0, 15, LEEWAY_SECONDS])
def test_A2_a_fresh_token_is_good_where_the_clock_is_another(apart: float) -> None:
    assert reading(made(), 1_000 + apart) == "ann"


def test_A8_a_token_out_of_time_is_refreshed_whichever_clock_is_wrong() -> None:
    token = made()
    assert reading(token, 1_000 - LEEWAY_SECONDS - 1) == "out of time"
    assert reading(token, 1_000 + LIFE + LEEWAY_SECONDS - 1) == "ann"
    assert reading(token, 1_000 + LIFE + LEEWAY_SECONDS) == "out of time"


@pytest.mark.parametrize("claim", ["exp", "iat"])
@pytest.mark.parametrize("value", ["1900", True, 1_900.5, float("inf"), None, [1_900]])
def test_H4_times_are_whole_numbers(claim: str, value: object) -> None:
    assert reading(signed()) == "ann"
    changed: dict[str, Any] = {claim: value}
    assert reading(signed(**changed)) == "invalid"


@pytest.mark.parametrize(
    "claims",
    [
        *({name: ...} for name in ("iss", "aud", "sub", "sid", "iat", "exp", "jti")),
        *({name: value} for name in ("iss", "aud") for value in ("other", [ISSUER], "", 1)),
        *(
            {name: value}
            for name in ("sub", "sid")
            for value in ("", "ann", 7, None, ANN.upper(), [ANN])
        ),
        {"sub": uuid.UUID(ANN).hex},
        {"jti": 1},
        {"nbf": 1_000 + LEEWAY_SECONDS + 1},
        {"nbf": "0"},
    ],
    ids=str,
)
def test_attack_A6_what_is_rightly_signed_must_be_what_we_make(claims: dict[str, Any]) -> None:
    assert reading(signed(**claims)) == "invalid"


@pytest.mark.parametrize(
    "header",
    [
        *({"typ": kind} for kind in ("JWT", "", "id+jwt", "refresh", "AT+JWT", None, 1)),
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AA"}},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/keys"},
        {"x5c": []},
        {"crit": []},
        {"crit": ["odd"], "odd": 1},
        {"b64": True},
        {"cty": "JWT"},
        *({"kid": kid} for kid in ("", "../../../dev/null", "' OR 1=1", "x" * 4_000)),
    ],
    ids=str,
)
def test_attack_A5_a_header_says_what_ours_say_and_nothing_else(header: dict[str, Any]) -> None:
    assert reading(signed(header)) == "invalid"


def test_attack_A5_the_key_says_which_algorithm_it_is() -> None:
    """A public key is known to all: it must not do for a secret."""
    header = {"typ": TYPE, "kid": KID}
    claims = jwt.decode(made(), options={"verify_signature": False})
    for name in ("none", "None", "HS256", "HS512", "ES256", "RS256", "EdDSA", "Ed25519", "", None):
        for signature in (b"", b"x" * 64):
            assert reading(raw(header | {"alg": name}, claims, signature)) == "invalid"
    for secret in (PUBLIC, KID.encode(), b"", SECRET):
        forged = raw({"alg": "HS256", "typ": TYPE}, claims)
        head, body, _ = forged.split(".")
        algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
        signature = algorithm.sign(f"{head}.{body}".encode(), secret)
        assert reading(f"{head}.{body}.{encoded(signature)}") == "invalid"
    other = Ed25519PrivateKey.generate()
    assert reading(jwt.encode(claims, other, "EdDSA", header)) == "invalid"


def test_A10_until_the_first_key_signs_tokens_are_as_nodes_of_before_read_them() -> None:
    waits = KeyRow(KID, PUBLIC, PRIVATE, 2_000.0, None)
    before, after = made(1_999.0, waits), made(2_000.0, waits)
    assert jwt.get_unverified_header(before) == {"alg": "HS256", "typ": TYPE}
    assert jwt.get_unverified_header(after) == {"alg": "EdDSA", "typ": TYPE, "kid": KID}
    for token in (before, after):
        assert reading(token, 2_000, waits) == "ann"
    assert reading(before, 1_999 + LIFE + LEEWAY_SECONDS, waits) == "out of time"


def test_A10_a_node_of_before_that_serves_on_makes_tokens_that_are_refreshed() -> None:
    waits = KeyRow(KID, PUBLIC, PRIVATE, 9_999.0, None)
    late = made(2_100.0, waits)
    signs = KeyRow(KID, PUBLIC, PRIVATE, 2_000.0, None)
    assert reading(late, 2_100, signs) == "out of time"


def test_A10_a_key_that_retired_makes_its_tokens_run_out_and_no_forgery_good() -> None:
    name, public, private = new_key()
    rows = KeyRow(KID, PUBLIC, PRIVATE, 0.0, 5_000.0), KeyRow(name, public, private, 1_500.0, None)
    first, second = made(1_499.0, *rows), made(1_500.0, *rows)
    assert [jwt.get_unverified_header(token)["kid"] for token in (first, second)] == [KID, name]
    for token in (first, second):
        assert reading(token, 1_600, *rows) == "ann"
    erased = KeyRow(KID, PUBLIC, None, 0.0, 1_550.0), rows[1]
    assert reading(first, 1_600, *erased) == "out of time"
    assert reading(first[:-4] + "AAAA", 1_600, *erased) == "invalid"
    assert reading(first, 1_600, rows[1]) == "invalid"


def test_A10_no_token_lives_longer_than_is_given_whoever_has_signed_it() -> None:
    assert reading(signed(iat=1_000, exp=1_000 + LIFE)) == "ann"
    assert reading(signed(iat=1_000, exp=1_001 + LIFE)) == "out of time"
    assert reading(signed(iat=1_000, exp=10**9)) == "out of time"


def test_A10_tokens_in_the_form_of_before_end_with_the_last_that_was_given() -> None:
    """Whoever has the secret could make them with whatever times."""
    claims = jwt.decode(made(), options={"verify_signature": False})
    key = hmac.digest(SECRET, b"access", "sha256")
    signs = KeyRow(KID, PUBLIC, PRIVATE, 2_000.0, None)
    last = 2_000 + LEEWAY_SECONDS + LIFE
    for clock, told in ((last, "ann"), (last + 1, "out of time")):
        times = {"iat": 2_000 + LEEWAY_SECONDS, "exp": 2_000 + LEEWAY_SECONDS + LIFE}
        token = jwt.encode(claims | times, key, "HS256", {"typ": TYPE})
        assert reading(token, clock, signs) == told
    old = at(2_000.0 + 60, signs)
    assert old.honours_old_refresh(60)
    assert not old.honours_old_refresh(59)


def test_A10_a_token_in_the_form_of_before_is_honoured_by_a_secret_that_is_still_believed() -> None:
    row = KeyRow(KID, PUBLIC, PRIVATE, 2_000.0, None)
    waits, other = SigningKeys((row,)), b"another secret of tests, as long"
    token = made(1_999.0, row)
    believing = AccessTokens(waits, other, LIFE, lambda: 1_999.0, [SECRET])
    assert believing.read_access(token).expires_at == 1_999 + LIFE
    with pytest.raises(BadToken):
        AccessTokens(waits, other, LIFE, lambda: 1_999.0).read_access(token)
