"""docs/promises.md names the tests and attacks that stand for each promise: all are there."""

import re
from functools import cache
from pathlib import Path

import pytest

from loadtest.attack.catalogue import ATTACKS
from loadtest.attack.trying import FAMILIES
from tests.function_names import function_names

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "promises.md"
PROMISES = [f"P{number}" for number in range(1, 9)]

assert FAMILIES


def section(promise: str) -> str:
    """What the page says of one promise."""
    [found] = re.findall(
        rf"^## {promise}\b.*?(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.M | re.S
    )
    return str(found)


@cache
def all_tests() -> frozenset[str]:
    """Every test of the project, as `file.py::test_name` and by its name alone."""
    functions = function_names()
    return frozenset({name for name, _ in functions} | {f"{path}::{n}" for n, path in functions})


def stands_for(line: str, promise: str) -> list[str]:
    """What the line of this kind (`Rules:`, `Tests:`, `Faults:`, `Attacks:`) names."""
    found = re.findall(rf"^- {line}: (.*(?:\n  .*)*)", section(promise), re.M)
    return [name for names in found for name in re.findall(r"`([^`]+)`", names)]


def quoted(number: str) -> bool:
    """Whether the name of a test quotes this rule or fault."""
    return any(re.search(rf"_{number}_", name) for name in all_tests())


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_says_what_stands_for_it_and_where_it_ends(promise: str) -> None:
    for line in ("Rules", "Tests", "Attacks"):
        assert stands_for(line, promise), line
    assert "Where it ends:" in section(promise)


@pytest.mark.parametrize("promise", PROMISES)
def test_what_stands_for_a_promise_is_there(promise: str) -> None:
    attacks = {one.number for one in ATTACKS}
    missing = [name for name in stands_for("Tests", promise) if name not in all_tests()]
    missing += [number for number in stands_for("Rules", promise) if not quoted(number)]
    missing += [number for number in stands_for("Faults", promise) if not quoted(number)]
    missing += [number for number in stands_for("Attacks", promise) if number not in attacks]
    assert missing == []


def test_each_attack_and_each_fault_stands_for_a_promise() -> None:
    named = {n for p in PROMISES for line in ("Attacks", "Faults") for n in stands_for(line, p)}
    faults = set(re.findall(r"\*\*(F\d+)\*\*", (ROOT / "docs" / "faults.md").read_text()))
    assert ({one.number for one in ATTACKS} | faults) - named == set()
