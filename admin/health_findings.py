"""Whether all is well, from what nodes say of themselves: as the page for operators says it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from admin.answer_tables import in_while, milliseconds
from admin.door import Result
from schema.text.counted_nouns import counted

BUSY = 0.95
"""Of its share of a core."""

SLOW_MS = {"commit": 500, "call": 1_000, "join": 2_000, "loop_late": 50}
"""Of one in a hundred; a moment of more is no alarm yet, and something to look at."""

SLOW = {
    "commit": ("one commit in a hundred takes {}", "PrimeCommitsSlow"),
    "call": ("one call in a hundred takes {}", "PrimeCallsSlow"),
    "join": ("one join in a hundred takes {}", "PrimeJoinsSlow"),
    "loop_late": ("its event loop comes {} late", "PrimeLoopLate"),
}

MINUTE_MS = 60_000

DAY_MS = 1_440 * MINUTE_MS

LONG_MAIL_MS = 5 * MINUTE_MS
LATE_BACKUP_MS = 26 * 60 * MINUTE_MS
LATE_REHEARSAL_MS = 35 * DAY_MS
CERTIFICATE_MS = 14 * DAY_MS
LAST_DAYS_MS = 2 * DAY_MS
"""As the alarms have them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at. `alarm`: its paragraph in docs/operating/alarms.md."""

    text: str
    alarm: str


def findings(result: Result) -> list[Finding]:
    """Of an answer to `operator.health`; none: all is well, as far as nodes can say."""
    rows = result["nodes"]
    return [
        *(Finding(f"{node}: It does not answer.", "PrimeNodeDown") for node in result["silent"]),
        *(finding for row in rows for finding in _troubles(row)),
        *(finding for row in rows for finding in _of_figures(row)),
        *_of_mail(rows),
        *_of_backups(rows),
    ]


def _troubles(row: Result) -> Iterator[Finding]:
    """What it says itself that it cannot do, or was told."""
    for trouble in row["troubles"]:
        project = f" ({trouble['project']})" if trouble["project"] else ""
        yield Finding(f"{row['node']}: {trouble['says']}{project}", trouble["alarm"])


def _of_figures(row: Result) -> Iterator[Finding]:
    node, share = row["node"], row["share"]
    if row["load"] >= BUSY * share:
        text = f"{node}: its event loop takes {row['load']:.0%} of its core, of {share:.0%}."
        yield Finding(text, "PrimeNodeBusy")
    for word, (text, alarm) in SLOW.items():
        if (row[word]["p99_ms"] or 0) > SLOW_MS[word]:
            yield Finding(f"{node}: {text.format(milliseconds(row[word]['p99_ms']))}.", alarm)
    full = [
        lane["lane"] for lane in row["lanes"] if lane["busy"] >= lane["most"] and lane["most"] > 1
    ]
    if full:
        text = f"{node}: all connections to PostgreSQL for {', '.join(full)} are in use."
        yield Finding(text, "PrimeLaneFull")
    left = row.get("certificate_left_ms")
    if left is not None and left < CERTIFICATE_MS:
        ends = f"ends in {in_while(left)}" if left > 0 else "has run out"
        alarm = "PrimeTlsEnds" if left < LAST_DAYS_MS else "PrimeTlsExpires"
        yield Finding(f"{node}: its certificate {ends}.", alarm)


def _of_mail(rows: list[dict[str, Any]]) -> Iterator[Finding]:
    """A node that cannot send says so at once; of mails that wait all nodes see the same.

    Where no node is to send any nobody is woken, and it is said: nothing will send them.
    """
    senders = [row for row in rows if row.get("sends_mail")]
    down = [row["node"] for row in senders if not row.get("mail_up", True)]
    if down:
        text = f"{', '.join(down)}: mail cannot be handed over, and waits; the log says why."
        yield Finding(text, "PrimeMailWaits")
    elif senders and (oldest := min(row["oldest_mail_ms"] for row in rows)) > LONG_MAIL_MS:
        yield Finding(f"Mail has waited for {in_while(oldest)}.", "PrimeMailWaits")
    elif rows and all(row.get("sends_mail") is False and row["mails_waiting"] for row in rows):
        waiting = counted(rows[0]["mails_waiting"], "mail")
        text = f"{waiting} cannot be sent: SMTP_URL is set on no node."
        yield Finding(text, "PrimeMailWaits")


def _of_backups(rows: list[dict[str, Any]]) -> Iterator[Finding]:
    for kind, late_ms, alarm in (
        ("backup", LATE_BACKUP_MS, "PrimeBackupOld"),
        ("rehearsal", LATE_REHEARSAL_MS, "PrimeRehearsalOld"),
    ):
        ages = [age for row in rows if (age := row.get(f"{kind}_age_ms")) is not None]
        if ages and min(ages) > late_ms:
            yield Finding(f"The last {kind} is {in_while(min(ages))} old.", alarm)
