"""Codes of authenticator apps and recovery codes."""

import pyotp

from server.accounts.second_factors import STEP_SECONDS, SecondFactors

NOW = 1_700_000_010.0
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def made(now: float = NOW, key: bytes = b"a key of tests") -> SecondFactors:
    return SecondFactors(key, lambda: now)


def test_a_code_of_now_and_of_a_step_aside_is_right_and_says_its_step() -> None:
    factors = made()
    secret, sealed = factors.new_secret("ann")
    totp, step = pyotp.TOTP(secret), int(NOW) // STEP_SECONDS
    for aside in (-1, 0, 1):
        code = totp.generate_otp(step + aside)
        assert factors.step_of("ann", sealed, code) == step + aside
    for aside in (-2, 2):
        assert factors.step_of("ann", sealed, totp.generate_otp(step + aside)) is None
    for wrong in ("", "12345", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666"):
        assert factors.step_of("ann", sealed, wrong) is None


def test_a_sealed_secret_is_of_one_user_and_one_key() -> None:
    factors = made()
    secret, sealed = factors.new_secret("ann")
    code = pyotp.TOTP(secret).generate_otp(int(NOW) // STEP_SECONDS)
    assert secret.encode() not in sealed
    assert factors.step_of("ann", sealed, code) is not None
    assert factors.step_of("ben", sealed, code) is None
    assert made(key=b"another").step_of("ann", sealed, code) is None
    assert factors.step_of("ann", b"no nonce", code) is None


def test_an_app_gets_what_it_takes() -> None:
    uri = SecondFactors.uri_of(SECRET, "ann@example.org", "Abbey Road")
    assert pyotp.parse_uri(uri).secret == SECRET
    assert uri.startswith("otpauth://totp/Abbey%20Road:ann%40example.org?")


def test_recovery_codes_are_ten_and_the_same_however_they_are_typed() -> None:
    factors, codes = made(), SecondFactors.new_recovery_codes()
    assert len(set(codes)) == 10
    for code in codes:
        assert len(code) == 19
        typed = code.upper().replace("-", " ")
        assert factors.hash_of_recovery(typed) == factors.hash_of_recovery(code)
        assert factors.hash_of_recovery(code + "x") != factors.hash_of_recovery(code)
