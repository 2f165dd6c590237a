"""Answers for eyes: tables with the units of their numbers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from admin.door import Result
from schema.text.counted_nouns import counted

Show = Callable[[Result], Iterator[RenderableType]]
"""What is printed of an answer, one below the other."""

MOMENTS = ("until", "closed_at", "began_at", "created_at", "at")
"""Names of details that are milliseconds since 1970."""

UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def nodes(result: Result) -> Iterator[RenderableType]:
    """A row for each, and what is said of maintenance."""
    columns = ("node", "state", "address", "host", "pid", "version", "since", "rooms", "members")
    yield table(
        (*columns, "connections", "load of a core"),
        (
            (
                node["node"],
                node["state"]
                if node["state"] != "silent"
                else f"silent for {in_while(node['silent_ms'])}",
                node["address"],
                node["host"],
                node["pid"],
                node["version"],
                moment(node["started_at"]),
                node["rooms"],
                node["members"],
                node["connections"],
                f"{node['load']:.0%}",
            )
            for node in result["nodes"]
        ),
    )
    if result["maintenance"]["mode"] != "off":
        yield from maintenance(result["maintenance"])
    if unknown_count := result["maintenance"].get("unknown"):
        are = counted(unknown_count, "connection is", "connections are")
        yield f"{are} of nodes too old to be listed here."


def rooms(result: Result) -> Iterator[RenderableType]:
    """A row for each open room."""
    columns = ("project", "name", "members", "entities", "size", "seq", "deltas waiting", "nodes")
    yield table(
        (*columns, "sends a second", "ack p50 / p99", "tick gap p50 / p99", "outbox"),
        (
            (
                room["project"],
                room["name"],
                room["members"],
                room["entities"],
                in_bytes(room["bytes"]),
                room["seq"],
                room["held_back"],
                " ".join(room["nodes"]),
                room.get("sends_a_second", 0),
                milliseconds(room.get("ack_p50_ms"), room.get("ack_p99_ms")),
                milliseconds(room.get("tick_gap_p50_ms"), room.get("tick_gap_p99_ms")),
                in_bytes(room.get("outbox_bytes", 0)),
            )
            for room in result["rooms"]
        ),
    )
    yield from end_of_page(result)


def room(result: Result) -> Iterator[RenderableType]:
    """What it holds, and a row for each member."""
    yield f"{seen(result['name'])} ({result['project']}): {_size_of(result)}"
    if result["closed"] is not None:
        yield from closed_room(result["closed"])
    columns = ("member", "name", "role", "device", "from", "node", "since", "deltas waiting")
    yield table(
        (*columns, "outbox", "behind", "round trip", "program", "subprotocol", "login", "user"),
        (
            (
                member["member"],
                member["name"],
                member["role"],
                member["device"],
                member["address"],
                member["node"],
                moment(member["since"]),
                member["held_back"],
                in_bytes(member["outbox_bytes"]),
                member.get("behind", 0),
                milliseconds(member.get("round_trip_ms")),
                member.get("client", ""),
                member.get("codec", ""),
                member["login"],
                member["user"],
            )
            for member in result["members"]
        ),
        "nobody is in it",
    )
    if result["clipped"]:
        yield "There are more members than are shown."
    yield from silent(result)


def _size_of(result: Result) -> str:
    """Of a room that is open nowhere nobody counts the song: its seq says that it is there."""
    if result["entities"] is None:
        where = "on any node that answered" if result["silent"] else "now"
        return f"not open {where}; last seq {result['seq']}"
    entities = counted(result["entities"], "entity", "entities")
    return f"{entities}, {in_bytes(result['bytes'])}, seq {result['seq']}"


def logins(result: Result) -> Iterator[RenderableType]:
    """A row for each."""
    yield f"{seen(result['username'])} ({result['user']})"
    yield table(
        ("login", "device", "since", "last used", "connected to"),
        (
            (
                login["login"],
                login["device_name"] or login["device"],
                moment(login["created_at"]),
                moment(login["last_used_at"]),
                " ".join(login["nodes"]),
            )
            for login in result["logins"]
        ),
        "no login",
    )
    yield from silent(result)


def kicked(result: Result) -> Iterator[RenderableType]:
    """How many."""
    if result["logins"] or result["seats"]:
        ended = [
            counted(result[f"{what}s"], what) for what in ("login", "seat") if result[f"{what}s"]
        ]
        yield f"Ended: {', '.join(ended)}. They may come again."
    elif result["silent"]:
        yield "Nothing was ended: nobody was there on the nodes that answered. Do it once more."
    else:
        yield "Nothing was to end: nobody was there."
    yield from silent(result)


def closed_room(result: Result) -> Iterator[RenderableType]:
    """Why, and until when."""
    until = "until it is opened" if result["until"] is None else f"until {moment(result['until'])}"
    since = moment(result["closed_at"])
    name, reason = seen(result["name"]), seen(result["reason"])
    yield f"{name} is closed since {since}, {until}: {reason}"


def closed_rooms(result: Result) -> Iterator[RenderableType]:
    """A row for each."""
    yield table(
        ("project", "name", "closed", "until", "reason"),
        (
            (
                room["project"],
                room["name"],
                moment(room["closed_at"]),
                "it is opened" if room["until"] is None else moment(room["until"]),
                room["reason"],
            )
            for room in result["rooms"]
        ),
    )
    yield from end_of_page(result)


def maintenance(result: Result) -> Iterator[RenderableType]:
    """Whether people edit."""
    if result["mode"] == "off":
        yield "Everyone edits."
    else:
        everywhere = not (result.get("unknown") or result.get("silent"))
        sentence_start = (
            "Nobody edits" if everywhere else "Nobody edits on the nodes that know of it"
        )
        yield f"{sentence_start}, since {moment(result['began_at'])}: {seen(result['message'])}"


def changed(yes: str, no: str) -> Show:
    """Of a call that says whether anything was to change."""

    def show(result: Result) -> Iterator[RenderableType]:
        yield yes if result["changed"] else no

    return show


def sizes(result: Result) -> Iterator[RenderableType]:
    """Tables, then projects."""
    database, journal = in_bytes(result["database_bytes"]), in_bytes(result["journal_bytes"])
    yield f"The database has {database}, the journal {journal} of it."
    yield table(
        ("table", "rows, about", "heap", "indexes", "all"),
        (
            (
                table_row["table"],
                "unknown" if table_row["rows"] is None else f"{table_row['rows']:,.0f}",
                in_bytes(table_row["heap_bytes"]),
                in_bytes(table_row["index_bytes"]),
                in_bytes(table_row["total_bytes"]),
            )
            for table_row in result["tables"]
        ),
    )
    yield table(
        ("project", "name", "deltas", "kept", "journal, about"),
        (
            (
                project["project"],
                project["name"],
                f"{project['deltas']:,.0f}",
                f"{project['kept']:,.0f}",
                in_bytes(project["journal_bytes"]),
            )
            for project in result["projects"]
        ),
        "no project",
    )


def slow_calls(result: Result) -> Iterator[RenderableType]:
    """A row for each."""
    yield table(
        ("took, ms", "method", "at", "node", ""),
        (
            (
                f"{call['took_ms']:,.1f}",
                call["method"],
                moment(call["at"]),
                call["node"],
                "" if call["done"] else call.get("code", "not answered"),
            )
            for call in result["calls"]
        ),
    )
    yield from silent(result)


def audit(result: Result) -> Iterator[RenderableType]:
    """A row for each entry."""
    entries = result["entries"]
    alike = names_of_several(
        (entry.get(f"{who_key}_name") or "", entry[who_key])
        for entry in entries
        for who_key in ("user", "actor")
    )
    yield table(
        ("at", "what", "user", "by", "project", "from", "details"),
        (
            (
                moment(entry["at"]),
                entry["event"] if entry["count"] == 1 else f"{entry['event']} x{entry['count']}",
                told_apart(entry.get("user_name"), entry["user"], alike),
                told_apart(entry.get("actor_name"), entry["actor"], alike)
                or entry["details"].get("by", ""),
                entry.get("project_name") or entry["project"] or "",
                entry["address"] or "",
                "; ".join(
                    f"{key}: {_detail(value, key)}"
                    for key, value in sorted(entry["details"].items())
                    if key != "by" or entry["actor"]  # else it is told in its column
                ),
            )
            for entry in entries
        ),
    )
    yield from end_of_page(result)


def names_of_several(people: Iterable[tuple[str, str | None]]) -> frozenset[str]:
    """Of pairs of a name and an id, the names that several ids have."""
    ids: dict[str, set[str]] = {}
    for name, id in people:
        if name and id:
            ids.setdefault(name, set()).add(id)
    return frozenset(name for name, several in ids.items() if len(several) > 1)


def told_apart(name: str | None, id: str | None, alike: frozenset[str]) -> str:
    """The name, else the id; of people with one name both."""
    if not name or not id:
        return name or id or ""
    return f"{name} ({id})" if name in alike else name


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], empty: str = "none"
) -> RenderableType:
    """A row of cells each; no cell is markup. `empty`: what stands there without a row."""
    rich_table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        rich_table.add_column(column, overflow="fold")
    for row in rows:
        rich_table.add_row(*(_plain(cell) for cell in row))
    return rich_table if rich_table.row_count else empty


def _plain(cell: Any) -> str:
    """Nothing of it is markup."""
    return escape(seen(str(cell)))


def seen(text: str) -> str:
    """Names are people's own: none is a control of the terminal."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def end_of_page(result: Result) -> Iterator[RenderableType]:
    """How to go on, and who did not answer."""
    if result.get("next"):
        yield f"There are more: --cursor {result['next']}"
    yield from silent(result)


def silent(result: Result) -> Iterator[RenderableType]:
    """The nodes that did not answer."""
    if result.get("silent"):
        yield f"Did not answer, so what they hold is missing: {' '.join(result['silent'])}"


def _detail(value: Any, name: str) -> str:
    """Of an entry of the audit; `name`: what it is called there."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_detail(item, key)}" for key, item in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(_detail(item, name) for item in value) or "none"
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    is_time = name in MOMENTS and isinstance(value, int | float)
    return moment(value) if is_time else str(value)


def milliseconds(*values: float | None) -> str:
    """`3.1 / 12 ms`; of what was not measured a dash."""
    texts = [
        "-" if value is None else f"{value:.1f}" if value < 10 else f"{value:.0f}"
        for value in values
    ]
    return f"{' / '.join(texts)} ms"


def in_while(ms: float) -> str:
    """`40 s`, `12 minutes`, `3 hours`, `2 days`."""
    units = (("days", 86_400_000), ("hours", 3_600_000), ("minutes", 60_000))
    unit, size = next(((unit, size) for unit, size in units if ms >= 2 * size), ("s", 1_000))
    return f"{ms // size:.0f} {unit}"


def moment(since_1970: float) -> str:
    """Of milliseconds, in UTC."""
    at = datetime.fromtimestamp(since_1970 / 1_000, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S}Z"


def in_bytes(count: float) -> str:
    """With the unit that suits it."""
    unit = 0
    while count >= 1_024 and unit < len(UNITS) - 1:
        count, unit = count / 1_024, unit + 1
    return f"{count:.0f} {UNITS[unit]}" if unit == 0 else f"{count:.1f} {UNITS[unit]}"
