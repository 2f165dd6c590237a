"""`process_*` of the library, read beside the event loop."""

from collections.abc import Iterator

from prometheus_client import ProcessCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

READ_SECONDS = 10.0
"""Between two readings."""


class ProcessFigures(Collector):
    """As they were when last read.

    The library lists all file descriptors: of 10,000 that takes 40 ms, no time for the loop.
    """

    def __init__(self) -> None:
        self._library = ProcessCollector(registry=None)
        self._figures_read = [*self._library.collect()]
        """What is shown."""

    def read(self) -> None:
        """Now; in a thread."""
        self._figures_read = [*self._library.collect()]

    def collect(self) -> Iterator[Metric]:
        """For the library's registry."""
        yield from self._figures_read
