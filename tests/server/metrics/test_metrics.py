"""/metrics by the conventions: promtool has nothing to say, nothing is lost by a second scrape."""

import re
import shutil
import subprocess
from typing import Any

import pytest
from prometheus_client.openmetrics import parser

from server.metrics.counter_catalogue import COUNTERS
from server.metrics.metrics import Metrics
from tests.operating.known_metrics import text_of_a_node
from tests.server.conftest import Node

OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


def without_process(text: str) -> list[str]:
    """The lines that only we change."""
    return [line for line in text.splitlines() if not line.startswith(("process_", "# "))]


def test_promtool_has_nothing_to_say() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("there is no promtool on this machine")
    text = text_of_a_node()
    done = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_series_is_there_from_the_start_at_nothing() -> None:
    lines = Metrics().text().splitlines()
    for counted in COUNTERS:
        for value in counted.kinds.values():
            label = f'{{{counted.label}="{value}"}}' if counted.label else ""
            shown = [one for one in lines if one.startswith(f"{counted.family}_total{label} ")]
            assert len(shown) == 1, (counted.name, value)
            assert shown[0].endswith(" 0.0") or counted.name == "audit_entries"


def test_units_are_base_units_and_say_so() -> None:
    names = re.findall(r"^# TYPE (\S+)", text_of_a_node(), re.MULTILINE)
    assert [name for name in names if re.search(r"_(ms|us|kb|mb|percent|minutes)(_|$)", name)] == []


@pytest.mark.node
async def test_a_second_scrape_loses_nothing_and_openmetrics_is_given_to_who_asks(
    node: Node,
) -> None:
    node.metrics.count("bus_forged")
    first = without_process((await node.http("/metrics"))[1])
    second = without_process((await node.http("/metrics"))[1])
    kept = [line for line in first if re.match(r"prime_(bus_forged|commit|join|ack)", line)]
    assert [line for line in kept if line not in second] == []
    text, content_type = node.server.foundation.metrics.page(OPEN_METRICS)
    assert content_type.startswith("application/openmetrics-text; version=1.0.0")
    assert text.endswith("# EOF\n")
    read: Any = parser
    found = {family.name for family in read.text_string_to_metric_families(text)}
    assert {"prime_bus_forged", "process_start_time_seconds", "prime_commit_seconds"} <= found


def test_what_is_not_in_the_catalogue_is_a_mistake_of_ours() -> None:
    metrics = Metrics()
    metrics.count("no_such_kind")
    assert metrics.undeclared() == ["no_such_kind"]
    metrics.count("calls.auth.login", 2)
    assert metrics.counted("calls.auth.login") == 2
