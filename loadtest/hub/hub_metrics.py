"""What a server says of itself at /metrics, as numbers by name."""

import asyncio
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

EVENTS = "prime_events_total"
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
        found = LINE.fullmatch(line.strip())
        if found is None:
            raise ValueError(f"this is no metric: {line!r}")
        name, labels, value = found.groups()
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


def events(metrics: Mapping[tuple[str, str], float], kind: str) -> float | None:
    """How often something happened since the server began; None: it does not count that."""
    return metrics.get((EVENTS, f"kind={kind}"))


def happened(before: Metrics, after: Metrics, kind: str) -> int | None:
    """How often something happened between two scrapes; None: the server does not count that.

    A counter is made when first needed: one that is there only afterwards began at nothing.
    """
    now = events(after, kind)
    return None if now is None else round(now - (events(before, kind) or 0.0))
