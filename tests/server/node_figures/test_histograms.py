"""What takes time is measured where it happens: a delta, a join, calls, the loop."""

import pytest

from server.metrics.metrics import Metrics
from server.node_figures.histograms import add_histograms
from tests.server.conftest import Node, create_project, eventually


def shown(metrics: Metrics, name: str) -> float:
    [line] = [one for one in metrics.text().splitlines() if one.startswith(f"{name} ")]
    return float(line.split()[1])


@pytest.mark.node
async def test_each_thing_that_takes_time_is_told_once(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    before = shown(node.metrics, 'prime_call_seconds_count{group="projects"}')
    await ann.result("projects.get", project=project)
    assert shown(node.metrics, 'prime_call_seconds_count{group="projects"}') == before + 1
    assert shown(node.metrics, "prime_join_seconds_count") == 1.0

    async def looked() -> bool:
        return shown(node.metrics, "prime_loop_late_seconds_count") > 0.0

    await eventually(looked)


def test_the_probe_is_shown_only_to_who_asked_for_it() -> None:
    without, asked = Metrics(), Metrics()
    assert add_histograms(without, has_stall_probe=False).stalls is None
    assert add_histograms(asked, has_stall_probe=True).stalls is not None
    assert "prime_probe_stall_seconds" not in without.text()
    assert "prime_probe_stall_seconds_count 0.0" in asked.text()
