"""What a server says of itself at /metrics, as numbers by name."""

import asyncio
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

SCRAPE_SECONDS = 30.0
"""A server whose one core is busy answers late."""

LINE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?")
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')

Metrics = dict[tuple[str, str], float]
"""(name, labels as `a=b,c=d` in order of name) -> value."""


class NoMetrics(Exception):
    """The server did not answer at /metrics."""


def parse(text: str) -> Metrics:
    """Reads Prometheus' text format; raises `ValueError` for any other line."""
    metrics: Metrics = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = LINE.fullmatch(line.strip())
        if match is None:
            raise ValueError(f"this is no metric: {line!r}")
        name, labels, value = match.groups()
        metrics[name, _plain(labels or "")] = float(value)
    return metrics


def _plain(labels: str) -> str:
    return ",".join(f"{name}={value}" for name, value in sorted(LABEL.findall(labels)))


async def scrape(url: str, seconds: float = SCRAPE_SECONDS) -> Metrics:
    """Ask the server that serves `ws://.../v1`; raises `NoMetrics`."""
    page = urlsplit(url)._replace(scheme="http", path="/metrics", query="").geturl()
    try:
        text = await asyncio.to_thread(_read, page, seconds)
    except (OSError, urllib.error.URLError, http.client.HTTPException) as error:
        raise NoMetrics(f"{page}: {error}") from error
    return parse(text)


def _read(page: str, seconds: float) -> str:
    with urllib.request.urlopen(page, timeout=seconds) as answer:
        text: str = answer.read().decode()
        return text


def counted(metrics: Mapping[tuple[str, str], float], kind: str) -> float | None:
    """How often something happened since the server began; None: it does not count that.

    `kind` as the server's code says it: `bus_forged`, or `calls.auth.login` for that label.
    """
    name, _, value = kind.partition(".")
    metric_name = f"prime_{name}_total"
    for (metric, labels), number in metrics.items():
        if metric == metric_name and labels.partition("=")[2] == value:
            return number
    return None


def happened(before: Metrics, after: Metrics, kind: str) -> int | None:
    """How often something happened between two scrapes; None: the server does not count that."""
    now = counted(after, kind)
    return None if now is None else round(now - (counted(before, kind) or 0.0))


def longest(before: Metrics, after: Metrics, name: str) -> float | None:
    """Milliseconds that something took between two scrapes, at most; None: nothing took any.

    The upper bound of the highest bucket of the histogram that has risen; past the last, that one.
    """
    metric_name, rose = f"{name}_bucket", []
    for (metric, labels), number in after.items():
        if metric == metric_name:
            bound = float(labels.partition("le=")[2])
            rose.append((bound, number - before.get((metric, labels), 0.0)))
    if not rose or not max(rose)[1]:
        return None
    highest = min(bound for bound, number in rose if number == max(rose)[1])
    return round(1_000 * min(highest, sorted(rose)[-2][0]), 2)
