"""How a password gets in: by a line of standard input, or typed twice."""

import getpass
import io
import sys

import pytest

from server.commands.password_input import NoPassword, read_password


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("line", ["pass word", "pass word\n", "pass word\r\n", "pass word\nmore"])
def test_a_line_of_standard_input_is_the_password(
    monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(line))
    assert read_password("Password") == "pass word"


@pytest.mark.parametrize("line", ["", "\n"])
def test_no_line_is_no_password(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(line))
    with pytest.raises(NoPassword):
        read_password("Password")


@pytest.mark.parametrize(
    ("typed", "password"),
    [(["a", "a"], "a"), (["a", "b"], None), (["", ""], None)],
)
def test_on_a_terminal_it_is_typed_twice(
    monkeypatch: pytest.MonkeyPatch, typed: list[str], password: str | None
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    answers = iter(typed)
    monkeypatch.setattr(getpass, "getpass", lambda prompt: next(answers))
    if password is None:
        with pytest.raises(NoPassword):
            read_password("Password")
    else:
        assert read_password("Password") == password
