"""The list of common passwords that is shipped."""

from server.accounts.hashing import common_passwords
from server.accounts.hashing.common_passwords import (
    FILE,
    HASH_LENGTH,
    HOW_MANY,
    hashes_of,
    is_common,
)


def test_A22_the_file_holds_a_hundred_thousand_in_order() -> None:
    known = FILE.read_bytes()
    each = [known[at : at + HASH_LENGTH] for at in range(0, len(known), HASH_LENGTH)]
    assert len(each) == HOW_MANY
    assert each == sorted(set(each))


def test_A22_common_ones_are_found_in_any_case_and_others_are_not() -> None:
    common = ("password", "12345678", "1234567890", "PassWord1", "iloveyou", "qwertyuiop")
    assert [password for password in common if not is_common(password)] == []
    rare = ("correct horse", "violet anvil 77", "ubvzxqkw", "passw\u043erd", "pass word 1")
    assert [password for password in rare if is_common(password)] == []


def test_A22_the_file_is_made_of_the_first_that_are_long_enough() -> None:
    made = hashes_of(["short", "Long enough", "long enough", "also long", "gru\u0308n"])
    assert len(made) == 2 * HASH_LENGTH
    assert made[:HASH_LENGTH] < made[HASH_LENGTH:]


def test_A22_what_is_behind_or_before_all_others_is_looked_for_too() -> None:
    known = common_passwords._Sorted(b"".join(bytes([n]) * HASH_LENGTH for n in (1, 5, 9)))
    assert len(known) == 3
    assert known[2] == b"\x09" * HASH_LENGTH
