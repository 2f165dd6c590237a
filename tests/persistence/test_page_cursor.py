"""Where the next page of a list starts."""

import base64

import pytest

from persistence.errors import BadCursor
from persistence.page_cursor import LATEST_MICROSECONDS, read_cursor, write_cursor

ROW = "0190a0b0-0000-7000-8000-00000000ffff"


@pytest.mark.parametrize("microseconds", [0, 1_700_000_000_000_001, LATEST_MICROSECONDS])
def test_what_was_written_is_read(microseconds: int) -> None:
    assert read_cursor(write_cursor(microseconds, ROW)) == (microseconds, ROW)


def test_without_one_it_is_the_first_page() -> None:
    assert read_cursor(None) == (None, None)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "not base 64",
        "\u00e9",
        base64.urlsafe_b64encode(bytes(23)).decode(),
        base64.urlsafe_b64encode(bytes(25)).decode(),
        write_cursor(LATEST_MICROSECONDS + 1, ROW),
        write_cursor(1, ROW)[:-1] + "!",
    ],
    ids=["empty", "spaces", "not ascii", "short", "long", "too late a time", "another character"],
)
def test_what_no_page_has_given_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        read_cursor(cursor)
