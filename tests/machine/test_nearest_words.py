"""Who mistypes a word is told the nearest, whichever command it is of."""

import argparse
import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from admin.commands import parser as parser_of_admin
from files.commands import import_and_export as files_commands
from loadtest import commands as loadtest_commands
from machine.nearest_words import command_parser, nearest
from server.commands import serve_command
from server.commands.users_command import parser as parser_of_users


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("chek", "did you mean check?"),
        ("CHECK", "did you mean check?"),
        ("xylophone", ""),
        ("", ""),
    ],
)
def test_what_is_near_is_asked(typed: str, question: str) -> None:
    assert nearest(typed, ["serve", "check", "users"]) == question


def by_argv(run: Callable[[], object]) -> Callable[[list[str]], object]:
    def with_words(words: list[str]) -> object:
        sys.argv[1:] = words
        return run()

    return with_words


@pytest.mark.parametrize(
    ("parse", "words", "meant"),
    [
        (lambda words: parser_of_admin().parse_args(words), ["helth"], "health"),
        (lambda words: parser_of_admin().parse_args(words), ["rooms", "--order", "laod"], "load"),
        (lambda words: parser_of_users().parse_args(words), ["shwo"], "show"),
        (by_argv(loadtest_commands._arguments), ["mixd"], "mixed"),
        (by_argv(files_commands._arguments), ["exprt"], "export"),
    ],
)
def test_every_command_with_words_says_the_nearest(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    parse: Callable[[list[str]], object],
    words: list[str],
    meant: str,
) -> None:
    monkeypatch.setattr(sys, "argv", ["program"])
    with pytest.raises(SystemExit) as end:
        parse(words)
    assert end.value.code == 2
    assert f"did you mean {meant}" in capsys.readouterr().err


def test_what_else_is_refused_is_said_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    parser = command_parser("pytest")
    parser.add_argument("--count", type=int)
    with pytest.raises(SystemExit):
        parser.parse_args(["--count", "many"])
    plain = argparse.ArgumentParser("pytest")
    plain.add_argument("--count", type=int)
    said = capsys.readouterr().err
    with pytest.raises(SystemExit):
        plain.parse_args(["--count", "many"])
    assert said == capsys.readouterr().err


@pytest.mark.parametrize(
    ("parse", "words", "word"),
    [
        (lambda words: parser_of_admin().parse_args(words), ["nodes"], "./run admin nodes"),
        (lambda words: parser_of_users().parse_args(words), ["list"], "./run users list"),
        (by_argv(loadtest_commands._arguments), ["demo"], "./run demo"),
        (by_argv(loadtest_commands._arguments), ["idle"], "./run loadtest idle"),
        (by_argv(files_commands._arguments), ["import", "a.mid"], "./run import"),
        (serve_command._parser().parse_args, [], "./run serve"),
        (serve_command._parser().parse_args, ["audit", "x"], "./run serve"),
    ],
)
def test_what_a_word_does_not_know_is_refused_in_its_name(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    parse: Callable[[list[str]], object],
    words: list[str],
    word: str,
) -> None:
    monkeypatch.setattr(sys, "argv", ["program"])
    monkeypatch.setattr(
        serve_command._Parser, "own_log", SimpleNamespace(is_json=False), raising=False
    )
    with pytest.raises(SystemExit) as end:
        parse([*words, "--nonsense"])
    told = capsys.readouterr().err
    assert (end.value.code, told.startswith(f"usage: {word} [-h]")) == (2, True)
    assert "unrecognized arguments: --nonsense" in told
