"""Bounds of command line arguments."""

import argparse
from pathlib import Path

import pytest

from loadtest.argument_types import at_least, path_of_caller, positive


def test_whole_numbers_within_bounds() -> None:
    assert at_least(1)("1") == 1
    assert at_least(1, 256)("256") == 256
    for text, said in (("0", "at least 1 and at most 256"), ("257", "at most 256")):
        with pytest.raises(argparse.ArgumentTypeError, match=said):
            at_least(1, 256)(text)
    with pytest.raises(ValueError, match="invalid literal"):
        at_least(1)("1.5")


@pytest.mark.parametrize("text", ["0", "-1", "inf", "nan"])
def test_numbers_above_zero(text: str) -> None:
    assert positive("0.5") == 0.5
    with pytest.raises(argparse.ArgumentTypeError):
        positive(text)


def test_a_path_is_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIME_CWD", "/somewhere")
    assert path_of_caller("page") == Path("/somewhere/page")
    assert path_of_caller("/tmp/page") == Path("/tmp/page")
