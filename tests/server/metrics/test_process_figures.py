"""What is shown of the process is what was last read, and asking lists no file descriptors."""

import os

import pytest
from prometheus_client.metrics_core import Metric

from server.metrics.process_figures import ProcessFigures


def open_files(found: list[Metric]) -> float:
    [figure] = [one.samples[0].value for one in found if one.name == "process_open_fds"]
    return float(figure)


def test_asking_reads_nothing_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = ProcessFigures()
    before = open_files([*figures.collect()])
    more = os.dup(0)
    assert open_files([*figures.collect()]) == before
    figures.read()
    assert open_files([*figures.collect()]) == before + 1
    os.close(more)
    monkeypatch.setattr(os, "listdir", None)
    assert {one.name for one in figures.collect()} >= {"process_start_time_seconds"}
