"""Alarms: right for promtool, each tested, each with a paragraph that says what to do."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.operating.blocks import blocks
from tests.operating.chapters import ROOT, chapters
from tests.ops.alarms import PROMETHEUS, Alarm, alarms, read, unknown

CHAPTER = ROOT / "docs" / "operating" / "alarms.md"
PARTS = ("Means: ", "Musicians notice: ", "Do: ")

ALL = pytest.mark.parametrize("alarm", alarms(), ids=lambda alarm: str(alarm.name))


def promtool(*words: str) -> str:
    """What it prints; the test is skipped where there is none."""
    path = shutil.which("promtool")
    if path is None:
        pytest.skip("there is no promtool on this machine")
    done = subprocess.run(
        [path, *words], cwd=PROMETHEUS, capture_output=True, text=True, check=False,
        env=os.environ | {"GOGC": "400"},  # it collects its garbage less often
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def paragraph(name: str) -> str:
    """What the chapter says under the alarm's heading; empty: nothing."""
    _, *after = f"\n{read(CHAPTER)}".split(f"\n### {name}\n")
    return after[0].split("\n### ")[0] if len(after) == 1 else ""


def test_rules_and_scrape_configuration_are_right() -> None:
    assert f"SUCCESS: {len(alarms())} rules found" in promtool("check", "config", "scrape.yml")


@pytest.mark.longest(30)
def test_every_alarm_fires_when_it_should_and_only_then() -> None:
    assert "SUCCESS" in promtool("test", "rules", "rules_test.yml")


@ALL
def test_an_alarm_says_who_is_woken_and_what_to_do_first(alarm: Alarm) -> None:
    assert alarm.severity in ("page", "ticket")
    assert alarm.said("summary").endswith(".")
    assert re.search(r"First |Nobody can play", alarm.said("description"))


@ALL
def test_an_alarm_asks_only_for_what_nodes_show(alarm: Alarm) -> None:
    assert unknown(alarm.said("expr")) == []


@ALL
def test_an_alarm_links_its_paragraph_which_says_what_to_do(alarm: Alarm) -> None:
    place = CHAPTER.relative_to(ROOT)
    assert alarm.said("runbook_url") == f"{place}#{alarm.name.lower()}"
    text = paragraph(alarm.name)
    assert [part for part in PARTS if f"\n{part}" not in text] == []
    assert "\n```sh\n" in text


@ALL
def test_an_alarm_has_a_test_in_which_it_fires_and_is_quiet_before_and_after(
    alarm: Alarm,
) -> None:
    tests = read(PROMETHEUS / "rules_test.yml").split("  - name: '")[1:]
    own = [one for one in tests if one.startswith(f"{alarm.name}:")]
    assert own
    for one in own:
        assert one.count("exp_samples: []") == 2
        assert f'{{alertname="{alarm.name}"}}' in one


def test_no_paragraph_is_left_of_an_alarm_that_is_gone() -> None:
    told = re.findall(r"^### (\w+)$", read(CHAPTER), re.M)
    assert sorted(told) == sorted(alarm.name for alarm in alarms())


def typed(page: Path) -> list[str]:
    """The statements that the page's commands ask psql for, with how it is called."""
    told = [text for block in blocks(page) for text in block.lines]
    return re.findall(r'^.*(?:psql|as_postgres)[^\n]* -c "[^"]*"', "\n".join(told), re.M)


def test_what_other_sessions_do_is_asked_as_somebody_who_may_see_it() -> None:
    """To prime_app PostgreSQL shows its own sessions alone, and lets it end no others."""
    asked = [text for page in chapters() for text in typed(page)]
    about = [text for text in asked if re.search(r"pg_(?:stat_|terminate|cancel)", text)]
    assert len(about) >= 8
    assert [text for text in about if not re.match(r"as_postgres|runuser -u postgres", text)] == []


def test_a_certificate_of_nodes_is_asked_from_nodes() -> None:
    for name in ("PrimeTlsExpires", "PrimeTlsEnds"):
        assert "127.0.0.1:8801" in paragraph(name)
        assert "haproxy" not in paragraph(name)
