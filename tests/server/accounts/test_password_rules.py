"""Which new passwords are taken."""

import pytest

from schema.errors import ErrorCode
from schema.limits import MAX_PASSWORD_BYTES
from server.accounts.password_rules import checked
from server.refused import Refused

UNSEEN = ("\0", "\n", "\x7f", "\x85", "\u00ad", "\u200b", "\u202e", "\ufeff", "\ufffe")


@pytest.mark.parametrize(
    "password",
    [
        "abcdefgz",
        "        8",
        "\U0001f3b5" * (MAX_PASSWORD_BYTES // 4),
        "gru\u0308ne\u00a0Wiese",
    ],
)
def test_A22_no_kind_of_character_is_asked_for_or_forbidden(password: str) -> None:
    checked(password, "ann@example.org", "ann")


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("shorter", r"at least 8 characters\Z"),
        ("gru\u0308n", r"at least 8 characters\Z"),
        ("u\u0308" * 7, "at least 8 characters; in the form NFC it has 7"),
        ("\U0001f3b5" * (MAX_PASSWORD_BYTES // 4) + "x", "1,024 bytes in UTF-8, .* has 1,025"),
        ("x" * 2_000, "at most 1,024 characters, and this one has 2,000"),
        ("Ann.Smith@Example.org", "the address or the name"),
        ("ANN.SMITH", "the address or the name"),
        ("annsmith99", "the address or the name"),
        ("Password1", "commonest"),
        *((f"a kettle{one}of 7", "a control character") for one in UNSEEN),
    ],
)
def test_A22_what_is_too_short_too_long_or_guessed_first_is_refused(
    password: str, says: str
) -> None:
    with pytest.raises(Refused, match=says) as refused:
        checked(password, "ann.smith@example.org", "AnnSmith99", field="new_password")
    assert refused.value.code is ErrorCode.VALIDATION
    assert refused.value.details == {"field": "new_password"}
