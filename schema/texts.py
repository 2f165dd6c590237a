"""Kinds of texts: what may stand in a name that others are shown, and what in a longer text."""

_NOT_SHOWN = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
"""Control characters, line ends, and what turns the direction of the text around it."""

SHOWN = rf"^[^{_NOT_SHOWN}]*\Z"
"""The pattern of a text that others are shown: a name, a device, a tag (rule E8)."""

SHOWN_NOT_EMPTY = rf"^[^{_NOT_SHOWN}]+\Z"

STORED = r"^[^\x00]*\Z"
"""The pattern of a text that is written to the database, which cannot hold a NUL (rule E7)."""

DELTA_ID = r"^[A-Za-z0-9_-]{8,64}\Z"
PROJECT_ID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"
ENTITY_ID = r"^([A-Za-z0-9_-]{8,36}|project)\Z"
EMAIL = r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+\Z"
USERNAME = r"^[A-Za-z0-9_.-]{2,32}\Z"
SIGNATURE = r"^([1-9]|[1-5][0-9]|6[0-4])/(1|2|4|8|16|32)\Z"
MEMBER_ID = r"^[0-9a-f]{1,64}\Z"

_NOT_IN_SHOWN = (
    "control characters, line ends and what turns the direction of text round are not allowed"
)

IN_WORDS = {
    SHOWN: _NOT_IN_SHOWN,
    SHOWN_NOT_EMPTY: f"it must not be empty; {_NOT_IN_SHOWN}",
    STORED: "a NUL character is not allowed",
    DELTA_ID: "the id of a delta is 8 to 64 characters: letters, digits, _ and -",
    PROJECT_ID: "a project's id is 36 characters: a UUID in small letters",
    ENTITY_ID: "an entity's id is 8 to 36 characters: letters, digits, _ and -",
    EMAIL: "an address looks like name@example.org, without spaces",
    USERNAME: "a username is 2 to 32 characters: letters, digits, _, . and -",
    SIGNATURE: "a signature is like 4/4: 1 to 64 over 1, 2, 4, 8, 16 or 32",
    MEMBER_ID: "a member's id is 1 to 64 characters: 0 to 9 and a to f",
}
"""What each pattern asks for, as a sentence for who has sent another text."""


def in_words(told: str) -> str:
    """What msgspec says of a text that does not match, without the pattern."""
    before, is_pattern, rest = told.partition(_NO_MATCH)
    if not is_pattern:
        return told
    for pattern, words in IN_WORDS.items():
        shown = repr(pattern)
        if rest.startswith(shown):
            return before + words + rest.removeprefix(shown)
    return told


_NO_MATCH = "Expected `str` matching regex "
