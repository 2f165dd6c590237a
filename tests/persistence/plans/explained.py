"""What PostgreSQL does for a statement, as EXPLAIN ANALYZE tells it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from persistence.pool import Executor

SMALL = frozenset({"change_log_trimmed", "prime_migrations"})
"""Tables of a few rows, which are read whole."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A plan that was followed."""

    indexes: tuple[str, ...]
    read_whole: tuple[str, ...]
    """Tables that were read from end to end."""
    rows: int
    """Rows that were looked at, whether or not they were wanted."""
    repeated: tuple[str, ...]
    """Relations and functions that were asked anew for more rows than a page has."""
    text: str
    """All of it, for who reads a failure."""


async def explained(db: Executor, text: str, *arguments: object, page: int = 51) -> Explained:
    """Run it and tell."""
    told = await db.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) {text}", *arguments)
    return _told(json.loads(told)[0]["Plan"], page)


def _told(plan: dict[str, Any], page: int) -> Explained:
    nodes = list(_nodes(plan))
    scans = [n for n in nodes if "Scan" in n["Node Type"] and n["Node Type"] != "Bitmap Index Scan"]
    return Explained(
        indexes=tuple(n["Index Name"] for n in nodes if "Index Name" in n),
        read_whole=tuple(
            n["Relation Name"]
            for n in nodes
            if n["Node Type"] == "Seq Scan" and n["Relation Name"] not in SMALL
        ),
        rows=sum(_looked_at(n) for n in scans),
        repeated=tuple(
            n.get("Relation Name", n["Node Type"])
            for n in nodes
            if n.get("Parent Relationship") == "SubPlan" and n["Actual Loops"] > page
        ),
        text=json.dumps(plan, indent=1),
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for part in node.get("Plans", ()):
        yield from _nodes(part)


def _looked_at(node: dict[str, Any]) -> int:
    passed_over = (
        node.get(name, 0) for name in ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    )
    return int(node["Actual Loops"] * (node["Actual Rows"] + sum(passed_over)))
