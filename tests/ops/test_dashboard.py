"""ops/grafana/prime.json: queries that parse, metrics that exist, and every metric somewhere."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.operating.chapters import ROOT
from tests.operating.known_metrics import families
from tests.ops.alarms import alarms, asked, unknown

DASHBOARD = ROOT / "ops" / "grafana" / "prime.json"

NOWHERE = {
    "process_virtual_memory_bytes": "says nothing of the memory that is used",
    "prime_probe_late_seconds": "only in load tests",
    "prime_probe_stall_seconds": "only in load tests",
    "python_info": "a fact, and no figure",
}
"""Metrics on no panel and in no alarm, and why."""

VARIABLES = {"$__rate_interval": "5m", "$__range": "3h", "$job": "prime", "$instance": ".*"}
"""Of Grafana -> what stands for it here."""


def panels() -> list[dict[str, Any]]:
    """Rows too."""
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return found


def queries() -> Iterator[tuple[str, str]]:
    """(panel, query) of each."""
    for panel in panels():
        for target in panel.get("targets", ()):
            query = target["expr"]
            for variable, value in VARIABLES.items():
                query = query.replace(variable, value)
            yield panel["title"], query


def test_panels_are_in_rows_and_do_not_overlap() -> None:
    assert panels()[0]["type"] == "row"
    assert len({panel["id"] for panel in panels()}) == len(panels())
    taken = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in panels()
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) == 23


def test_a_panel_says_what_it_shows_in_which_unit() -> None:
    shown = [panel for panel in panels() if panel["type"] != "row"]
    assert len(shown) > 40
    for panel in shown:
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_queries_ask_only_for_what_nodes_show() -> None:
    wrong = {title: unknown(query) for title, query in queries()}
    assert {title: names for title, names in wrong.items() if names} == {}
    assert [query for _, query in queries() if "$" in query] == []


def test_queries_parse(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("there is no promtool on this machine")
    rules = [{"record": f"panel:{n}", "expr": query} for n, (_, query) in enumerate(queries())]
    path = tmp_path / "rules.yml"
    path.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    done = subprocess.run(
        [promtool, "check", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_metric_is_on_a_panel_or_in_an_alarm_or_left_out_for_a_reason() -> None:
    shown: set[str] = set()
    for _, query in queries():
        shown |= asked(query)
    for alarm in alarms():
        shown |= asked(alarm.said("expr"))
    assert families().keys() - shown - NOWHERE.keys() == set()
    assert NOWHERE.keys() & shown == set()
