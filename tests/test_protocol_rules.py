"""PROTOCOL.md and docs/faults.md are contracts: a test quotes each rule, and none that is none."""

import re
from pathlib import Path

import pytest

from tests.function_names import function_names

ROOT = Path(__file__).parent.parent
RULE = re.compile(r"^- \*\*([A-Z]\d+)\*\* ", re.MULTILINE)
QUOTES = re.compile(r"test((?:_[A-Z]\d+)+)_[a-z]")

CONTRACTS = (ROOT / "PROTOCOL.md", ROOT / "docs" / "faults.md")
RULES = [rule for page in CONTRACTS for rule in RULE.findall(page.read_text(encoding="utf-8"))]


def quoted_by(name: str) -> list[str]:
    """The rules in a test's name: `test_D2_D9_...` quotes two."""
    found = QUOTES.match(name)
    return found[1].strip("_").split("_") if found else []


def test_rules_are_numbered_once() -> None:
    assert len(RULES) > 50
    assert sorted(RULES) == sorted(set(RULES))


@pytest.mark.parametrize("page", CONTRACTS, ids=lambda page: page.name)
def test_the_rules_of_a_section_stand_in_the_order_of_their_numbers(page: Path) -> None:
    for section in page.read_text(encoding="utf-8").split("\n## "):
        rules = RULE.findall(section)
        in_order = sorted(rules, key=lambda rule: (rule[0], int(rule[1:])))
        assert rules == in_order, section.splitlines()[0]


def test_names_quote_rules() -> None:
    assert quoted_by("test_D2_D9_many_writers") == ["D2", "D9"]
    assert quoted_by("test_O12_a_third_point") == ["O12"]
    assert quoted_by("test_H1") == quoted_by("test_an_X1_plug") == quoted_by("test_plain") == []


def test_every_rule_is_quoted_by_a_test() -> None:
    quoted = {rule for name, _ in function_names() for rule in quoted_by(name)}
    assert [rule for rule in RULES if rule not in quoted] == []


def test_every_rule_of_the_protocol_has_a_test_of_its_own() -> None:
    """One that quotes no other."""
    alone = {quoted[0] for name, _ in function_names() if len(quoted := quoted_by(name)) == 1}
    protocol = RULE.findall(CONTRACTS[0].read_text(encoding="utf-8"))
    assert [rule for rule in protocol if rule not in alone] == []


def test_quoted_rules_exist() -> None:
    unknown = [
        f"{path}: {name}"
        for name, path in function_names()
        if any(rule not in RULES for rule in quoted_by(name))
    ]
    assert unknown == []
