"""What is no run is refused in one line: nothing was proven."""

import importlib
import io
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from loadtest import commands
from loadtest.argument_types import not_negative, websocket_url
from loadtest.attack.catalogue import Outcome, Verdict
from loadtest.attack.command import report_of, summary_of
from loadtest.expected_failures import EXPECTED
from loadtest.songs.demo_song import demo_song_path

ROOT = Path(__file__).parents[2]


def ended_here(module: str, words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> object:
    """With which code its program ends in this process: one of its own loads for half a second."""
    program = importlib.import_module(module)
    if hasattr(program, "__path__"):
        program = importlib.import_module(f"{module}.__main__")
    monkeypatch.setattr(sys, "argv", [module, *words])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    try:
        code: object = program.main()
    except SystemExit as end:
        return end.code
    return code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("loadtest attack --only A99", "there is no attack A99"),
        ("loadtest attack --only A6", "A6 is not tried here"),
        ("loadtest attack --account x", "'x' is not EMAIL:PASSWORD"),
        ("loadtest attack --url http://x", "is no address like ws://"),
        ("loadtest demo --seconds 0", "must be above 0"),
        ("loadtest demo --nodes 99", "at most 16"),
        ("loadtest soak --nodes 99", "at most 16"),
        ("loadtest chaos --nodes 99", "at most 16"),
        ("loadtest mixed --seconds 0", "must be above 0"),
        ("loadtest mixed --hz 0", "must be above 0"),
        ("loadtest demo --data {song}", "is no directory; name another"),
        ("loadtest demo --data {song}/below", "is no directory; name another"),
        ("loadtest chaos --keep {song}", "is no directory; name another"),
        ("loadtest soak --keep {song}", "is no directory; name another"),
        ("loadtest drill all --keep {song}", "is no directory; name another"),
        ("loadtest mixed --report {song}", "unrecognized arguments"),
        ("loadtest calls --report {song}", "is no directory; name another"),
        ("loadtest calls --data {song}", "is no directory; name another"),
        ("loadtest recall-demo --plot {song}/x.svg", "there is no directory"),
        ("tests.simulation --seeds 0", "must be at least 1"),
        ("machine.embedded_postgres --data x --port 99999", "must be from 1 to 65535"),
        ("files export nothing song.prime.json", "this is no project id, nor"),
        ("files import {song} --url ws://127.0.0.1:1/v1", "--email is missing"),
        (
            "files import {song} --url ws://127.0.0.1:1/v1 --email a@example.org",
            "set PRIME_PASSWORD",
        ),
    ],
)
def test_it_is_a_wrong_command_line(
    words: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    module, *rest = words.format(song=demo_song_path()).split()
    assert ended_here(module, rest, monkeypatch) == 2
    assert said in capsys.readouterr().err.splitlines()[-1]


def test_a_server_that_is_not_there_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "loadtest", "attack", "--url", "ws://127.0.0.1:1/v1"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "prime: ws://127.0.0.1:1/v1: Connection refused\n")


def exceptions_of_loadtest(above: type[BaseException] = Exception) -> Iterator[type[BaseException]]:
    """All that its modules define, once the words of its command line are loaded."""
    for exception in above.__subclasses__():
        yield from exceptions_of_loadtest(exception)
        if exception.__module__.startswith("loadtest."):
            yield exception


def test_what_goes_wrong_in_one_way_has_one_name() -> None:
    """Two of a name: one of them is not among those that are told in a line."""
    commands._parser([*commands.COMMANDS.values(), *commands.SCENARIOS])
    names = [exception.__name__ for exception in set(exceptions_of_loadtest())]
    assert {exception.__name__ for exception in EXPECTED} & set(names)
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(("word", "module"), commands.COMMANDS.items())
def test_each_word_of_run_is_in_the_module_that_is_named(word: str, module: str) -> None:
    _, words = commands._parser([module])
    assert list(words) == [word]


def test_a_word_loads_no_scenario_but_its_own() -> None:
    loaded = "import sys; sys.argv = ['', 'soak']; from loadtest.commands import _arguments as a"
    names = "print(*(n for n in sys.modules if n.startswith('loadtest.')))"
    done = subprocess.run(
        [sys.executable, "-c", f"{loaded}; a(); {names}"],
        capture_output=True, text=True, cwd=ROOT, check=True,
    )  # fmt: skip
    others = [module for word, module in commands.COMMANDS.items() if word != "soak"]
    assert {*others, *commands.SCENARIOS} & set(done.stdout.split()) == set()
    assert commands.COMMANDS["soak"] in done.stdout


def test_attacks_of_which_none_was_tried_prove_nothing() -> None:
    report = report_of(("ws://x",), [Outcome("A0", "a door", Verdict.NOT_TRIED, "no door")])
    assert report["vacuous"] == ["no attack was tried"]
    assert summary_of(report) == "0 attacks, 0 refused, 0 got through, 1 not tried"


def test_numbers_and_addresses() -> None:
    assert not_negative("0") == 0
    assert websocket_url("wss://[::1]:443/v1") == "wss://[::1]:443/v1"
    assert websocket_url("") == ""
