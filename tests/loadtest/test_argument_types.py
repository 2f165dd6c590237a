"""Bounds of command line arguments."""

import argparse

import pytest

from loadtest.argument_types import at_least, positive, some_of
from loadtest.commands import _arguments


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


def test_names_with_commas_each_once_in_the_order_given() -> None:
    parse = some_of(["gap", "leak", "reorder"])
    assert parse("reorder,gap,reorder") == ["reorder", "gap"]
    for text in ("gap,bug", "", "gap, leak"):
        with pytest.raises(argparse.ArgumentTypeError, match="is none of gap, leak, reorder"):
            parse(text)


@pytest.mark.parametrize(
    ("words", "usage"),
    [(["demo"], "./run demo"), (["cursors"], "./run loadtest cursors"), ([], "./run loadtest")],
)
def test_the_usage_is_what_is_typed(
    words: list[str],
    usage: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["loadtest", *words, "--help"])
    with pytest.raises(SystemExit):
        _arguments()
    assert capsys.readouterr().out.startswith(f"usage: {usage} [-h]")
