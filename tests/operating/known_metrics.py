"""Every metric that a node shows, read off the page itself."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from unittest.mock import MagicMock

from prometheus_client.openmetrics import parser
from prometheus_client.samples import Sample

from server.metrics.metrics import Metrics
from server.node_figures.gauges import add_gauges
from server.node_figures.histograms import add_histograms

ENDS = {"counter": "_total", "info": "_info"}

LANES = ("appends", "rooms", "behind", "calls", "reads", "callers", "searches")


def metrics_of_a_node() -> Metrics:
    """With every gauge, counter and histogram; nothing stands behind them."""
    metrics, node = Metrics(), MagicMock()
    node.foundation.metrics = metrics
    node.foundation.db.by_name = {lane: MagicMock() for lane in LANES}
    add_gauges(node)
    add_histograms(metrics, has_stall_probe=True)
    return metrics


def text_of_a_node() -> str:
    """Its page, as it is at the start."""

    async def read() -> str:
        return metrics_of_a_node().text()

    return asyncio.run(read())


@cache
def families() -> Mapping[str, Sequence[Sample]]:
    """Name as docs and queries begin it, with `_total` and `_info` -> its samples."""
    read: Any = parser

    async def collected() -> str:
        return metrics_of_a_node().text("application/openmetrics-text; version=1.0.0")

    found = read.text_string_to_metric_families(asyncio.run(collected()))
    return {one.name + ENDS.get(one.type, ""): one.samples for one in found}
