"""Answers about how nodes fare, for eyes."""

from collections.abc import Iterator

from rich.console import RenderableType

from admin import health_findings
from admin.answer_tables import (
    end_of_page,
    in_bytes,
    in_while,
    milliseconds,
    moment,
    names_of_several,
    seen,
    silent,
    table,
    told_apart,
)
from admin.door import Result


def health(result: Result) -> Iterator[RenderableType]:
    """First what is wrong, in a sentence each; then a row for each node."""
    found = health_findings.findings(result)
    yield from _without_the_database(result)
    if not found and not result.get("database_error"):
        yield "All nodes that answered say that all is well."
    for finding in found:
        yield seen(f"{finding.text} See docs/operating/alarms.md: {finding.alarm}")
    columns = ("node", "says", "load", "deltas waiting", "calls", "connections in use", "outboxes")
    yield table(
        (*columns, "ack p50 / p99", "commit", "call", "join", "loop late"),
        (
            (
                node["node"],
                node["says"],
                f"{node['load']:.0%} of {node['share']:.0%}",
                node["deltas_waiting"],
                f"{node['calls_running']} run, {node['calls_waiting']} wait",
                " ".join(f"{lane['lane']} {lane['busy']}/{lane['most']}" for lane in node["lanes"]),
                in_bytes(node["outbox_bytes"]),
                *(
                    milliseconds(node[word]["p50_ms"], node[word]["p99_ms"])
                    for word in ("ack", "commit", "call", "join", "loop_late")
                ),
            )
            for node in result["nodes"]
        ),
    )
    yield from _in_the_database(result)
    yield from silent(result)


def _without_the_database(result: Result) -> Iterator[RenderableType]:
    """Why there is only what one node knows."""
    if why := result.get("database_error"):
        yield seen(f"The database cannot be asked: {why}. This is what the node asked knows alone.")


def _in_the_database(result: Result) -> Iterator[RenderableType]:
    """The newest backup, and mails on their way."""
    for kind in ("backup", "rehearsal"):
        ages = [row.get(f"{kind}_age_ms") for row in result["nodes"]]
        known_ages = [age for age in ages if age is not None]
        yield f"Last {kind}: " + (
            f"{in_while(min(known_ages))} ago" if known_ages else "none that is known"
        )
    senders = [row for row in result["nodes"] if row.get("sends_mail")]
    mail: Result = next(iter(senders or result["nodes"]), {})
    waiting = "Mails that wait: none"
    if waiting_mails := mail.get("mails_waiting"):
        oldest = in_while(mail["oldest_mail_ms"])
        waiting = f"Mails that wait: {waiting_mails}, the oldest for {oldest}"
    counted_ago = mail.get("mails_counted_ms_ago")
    if counted_ago is not None:
        waiting += f" (counted {in_while(counted_ago)} ago)"
    yield waiting if senders else f"{waiting}; no node sends mail, as SMTP_URL is not set"


def events(result: Result) -> Iterator[RenderableType]:
    """A row for each."""
    alike = names_of_several(
        (event_row["name"], event_row["user"]) for event_row in result["events"]
    )
    yield from _without_the_database(result)
    yield table(
        ("last", "times", "kind", "what it means", "who", "project", "node", "from", "said"),
        (
            (
                moment(event["at"]),
                event["count"],
                event["kind"],
                event["means"],
                told_apart(event["name"], event["user"], alike) or event["member"],
                event["project_name"] or event["project"],
                event["node"],
                event["address"],
                event["text"],
            )
            for event in result["events"]
        ),
    )
    yield from end_of_page(result)
