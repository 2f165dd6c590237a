"""The secrets of a mail, and what is stored of them."""

from persistence.tables.one_time_tokens import Purpose
from server.accounts.proving.one_time_secrets import CODE_SECONDS, TOKEN_SECONDS, OneTimeSecrets

ONE_TIME = OneTimeSecrets(b"a secret of tests, 32 bytes long")
RESET, VERIFY = Purpose.RESET_PASSWORD, Purpose.VERIFY_ADDRESS


def test_A23_a_token_has_256_bits_and_a_code_six_digits() -> None:
    made = [ONE_TIME.make() for _ in range(100)]
    assert len({each.token for each in made}) == 100
    assert {len(each.token) for each in made} == {43}
    assert all(len(each.code) == 6 and each.code.isdigit() for each in made)
    assert made[0].token not in repr(made[0])
    assert CODE_SECONDS <= 600
    assert TOKEN_SECONDS.keys() == set(Purpose)


def test_A23_a_code_is_hashed_for_its_user_and_purpose_with_a_key() -> None:
    asked = [
        ONE_TIME.hash_of_code("ann", RESET, "123456"),
        ONE_TIME.hash_of_code("ben", RESET, "123456"),
        ONE_TIME.hash_of_code("ann", VERIFY, "123456"),
        OneTimeSecrets(b"another").hash_of_code("ann", RESET, "123456"),
    ]
    assert len(set(asked)) == 4
    assert ONE_TIME.hash_of_code("ann", RESET, " 123 456\n") == asked[0]
    made = ONE_TIME.make()
    hashes = ONE_TIME.hashes("ann", RESET, made)
    assert hashes.token == ONE_TIME.hash_of_token(made.token)
    assert hashes.code == ONE_TIME.hash_of_code("ann", RESET, made.code)
