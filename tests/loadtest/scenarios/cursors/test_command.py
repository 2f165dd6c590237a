"""What is not said on the command line of cursors depends on how many nodes there are."""

import argparse

import pytest

from loadtest.scenarios.cursors.command import add_to, with_defaults


@pytest.mark.parametrize(
    ("words", "rooms", "size"),
    [
        ((), 1, (10, 50, 100, 200)),
        (("--nodes", "2"), 4, (50,)),
        (("--nodes", "2", "--rooms", "3"), 3, (50,)),
        (("--size", "7,8"), 1, (7, 8)),
    ],
)
def test_rooms_and_sizes(words: tuple[str, ...], rooms: int, size: tuple[int, ...]) -> None:
    parser = argparse.ArgumentParser()
    add_to(parser.add_subparsers())
    arguments = parser.parse_args(["cursors", *words])
    whole = with_defaults(arguments)
    assert (whole.rooms, whole.size) == (rooms, size)
    assert {**vars(whole), "rooms": None, "size": None} == {
        **vars(arguments), "rooms": None, "size": None,
    }  # fmt: skip


def test_the_help_tells_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_to(parser.add_subparsers())
    with pytest.raises(SystemExit):
        parser.parse_args(["cursors", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "(1; with two nodes 4)" in told
    assert "members (10,50,100,200; with two nodes 50)" in told
