"""Words that are interrupted: one line and a code, from the first moment on."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHOSEN = (ROOT / "run").read_text().partition("then from_checkout; fi")[2]
WORDS = [
    names.split(" | ")[0].removeprefix("-V | ")
    for names in re.findall(r"^    ([\w| -]+)\)(?: |\n +shift\n +)run_word ", CHOSEN, re.MULTILINE)
]

CLEARS_UP = """
import signal, sys
from machine.sockets.closed_pipes import ended
def main():
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        print("cleared up")
        if "quietly" in sys.argv:
            return 7
        raise
sys.exit(ended(main))
"""

SAYS_IF_COLLECTED = """
import gc, sys
from machine.sockets.closed_pipes import ended
print(gc.isenabled())
sys.exit(ended(lambda: print(gc.isenabled())))
"""


def interrupt_before_it_begins() -> None:
    """In the child: the signal waits until somebody takes it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    os.kill(os.getpid(), signal.SIGINT)


def ran(*words: str, **more: object) -> tuple[int, str, str]:
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, **more
    )  # type: ignore[call-overload]
    return done.returncode, done.stdout, done.stderr


def test_all_words_are_looked_at() -> None:
    assert len(WORDS) == 13, WORDS


@pytest.mark.parametrize("word", WORDS)
def test_a_word_that_is_interrupted_while_it_starts_ends_in_a_line(word: str) -> None:
    ended = ran("./run", word, "--help", preexec_fn=interrupt_before_it_begins)
    assert ended == (130, "", "prime: interrupted\n")


@pytest.mark.parametrize(
    ("words", "ended"),
    [
        (("quietly",), (7, "cleared up\n", "")),
        ((), (130, "cleared up\n", "prime: interrupted\n")),
    ],
)
def test_one_that_has_begun_clears_up(
    words: tuple[str, ...], ended: tuple[int, str, str], tmp_path: Path
) -> None:
    (tmp_path / "a_word.py").write_text(CLEARS_UP)
    path = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    told = ran(sys.executable, "-m", "machine.starting", "a_word", *words, env=os.environ | path)
    assert told == ended


def test_where_ctrl_c_is_ignored_it_stays_so(tmp_path: Path) -> None:
    (tmp_path / "a_word.py").write_text(CLEARS_UP)
    path = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    told = ran(
        sys.executable, "-m", "machine.starting", "a_word", env=os.environ | path,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    assert told == (0, "", "")


def test_cycles_are_looked_for_once_all_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "a_word.py").write_text(SAYS_IF_COLLECTED)
    path = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    told = ran(sys.executable, "-m", "machine.starting", "a_word", env=os.environ | path)
    assert told == (0, "False\nTrue\n", "")
