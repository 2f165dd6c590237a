"""Each kind of event is counted with what it is about, means something, and says what to do."""

import ast
from pathlib import Path

import pytest

from schema.operating.event_kinds import EVENT_KINDS
from server.metrics.counter_catalogue import COUNTERS, KINDS

ROOT = Path(__file__).parent.parent.parent.parent
OPERATING = ROOT / "docs" / "operating"


def noted() -> set[str]:
    """What code counts with what it is about; `name.` where the value of the label differs."""
    found = set()
    for path in sorted((ROOT / "server").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="count" | "_count") | ast.Name(id="count"),
                    args=[ast.Constant(value=str(kind)), _, _],
                ):
                    found.add(kind)
                case ast.Call(
                    func=ast.Attribute(attr="count" | "_count"),
                    args=[ast.JoinedStr(values=[ast.Constant(value=str(kind)), *_]), _, _],
                ):
                    found.add(kind)
    return found


def test_a_kind_is_a_counter_that_is_told_what_it_is_about() -> None:
    assert EVENT_KINDS.keys() - KINDS == set()
    counted = {f"{kind.split('.')[0]}." if "." in kind else kind for kind in EVENT_KINDS}
    assert counted == noted()


def test_of_what_has_several_kinds_only_a_restart_is_no_event() -> None:
    several = {kind.split(".")[0] for kind in EVENT_KINDS if "." in kind}
    all_of_them = {kind for each in COUNTERS if each.name in several for kind in each.kinds}
    assert all_of_them - EVENT_KINDS.keys() == {"closed_connections.restarting"}


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_a_kind_has_a_sentence_and_a_paragraph_that_says_what_to_do(kind: str) -> None:
    known = EVENT_KINDS[kind]
    assert known.means.endswith(".")
    page = (OPERATING / ("alarms.md" if known.alarm else "events.md")).read_text(encoding="utf-8")
    assert f"\n### {known.alarm or kind}\n" in page


def test_no_paragraph_is_left_of_a_kind_that_is_gone() -> None:
    page = (OPERATING / "events.md").read_text(encoding="utf-8")
    headings = [line[4:] for line in page.splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(k for k, known in EVENT_KINDS.items() if not known.alarm)
