import pytest

from schema.text.one_line import one_line, said_by


def test_lines_tabs_and_many_spaces_become_one_space() -> None:
    assert one_line("  a mistake:\n\tof  two\r\nlines ") == "a mistake: of two lines"
    assert one_line(" \n ") == ""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("no\nsuch thing"), "no such thing"),
        (TimeoutError(), "TimeoutError"),
        (OSError("\n"), "OSError"),
    ],
)
def test_an_error_that_says_nothing_is_named(error: Exception, said: str) -> None:
    assert said_by(error) == said
