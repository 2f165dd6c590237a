"""Whether all is well, as `./run admin health` says it: no alarm is passed over."""

import math
import re
from pathlib import Path
from typing import Any

import pytest

from admin import health_findings
from admin.health_findings import findings
from admin.health_tables import health
from schema.operating.event_kinds import EVENT_KINDS
from server.node_figures.node_health import ALARMS
from tests.ops.alarms import alarms

ROOT = Path(__file__).parents[2]

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

NOTHING = {"count": 0, "p50_ms": None, "p99_ms": None}

ROW: dict[str, Any] = {
    "node": "a", "says": "ready", "troubles": [], "load": 0.1, "share": 0.6, "deltas_waiting": 0,
    "calls_running": 0, "calls_waiting": 0, "outbox_bytes": 0,
    "lanes": [{"lane": "calls", "busy": 1, "open": 2, "most": 4}],
    "ack": NOTHING, "commit": NOTHING, "call": NOTHING, "join": NOTHING, "loop_late": NOTHING,
    "sends_mail": True, "mail_up": True, "mails_waiting": 0, "oldest_mail_ms": 0,
    "backup_age_ms": HOUR, "rehearsal_age_ms": DAY, "certificate_left_ms": 60 * DAY,
}  # fmt: skip


def told(*rows: dict[str, Any], silent: tuple[str, ...] = ()) -> list[str]:
    """The alarms that are named."""
    nodes = [ROW | row for row in rows]
    return [finding.alarm for finding in findings({"nodes": nodes, "silent": list(silent)})]


def test_where_all_is_well_nothing_is_found() -> None:
    assert told({}) == []


@pytest.mark.parametrize(
    ("row", "alarm"),
    [
        ({"mail_up": False}, "PrimeMailWaits"),
        ({"mails_waiting": 1, "oldest_mail_ms": 6 * MINUTE}, "PrimeMailWaits"),
        ({"certificate_left_ms": 13 * DAY}, "PrimeTlsExpires"),
        ({"certificate_left_ms": DAY}, "PrimeTlsEnds"),
        ({"certificate_left_ms": -DAY}, "PrimeTlsEnds"),
        ({"backup_age_ms": 27 * HOUR}, "PrimeBackupOld"),
        ({"rehearsal_age_ms": 36 * DAY}, "PrimeRehearsalOld"),
        ({"load": 0.58}, "PrimeNodeBusy"),
        ({"commit": NOTHING | {"p99_ms": 501}}, "PrimeCommitsSlow"),
        ({"call": NOTHING | {"p99_ms": 1_001}}, "PrimeCallsSlow"),
        ({"join": NOTHING | {"p99_ms": 2_001}}, "PrimeJoinsSlow"),
        ({"loop_late": NOTHING | {"p99_ms": 51}}, "PrimeLoopLate"),
        ({"lanes": [{"lane": "calls", "busy": 4, "open": 4, "most": 4}]}, "PrimeLaneFull"),
        (
            {"troubles": [{"says": "The bus is down.", "alarm": "PrimeBusDown", "project": None}]},
            "PrimeBusDown",
        ),
    ],
)
def test_what_is_not_well_is_found_with_its_alarm(row: dict[str, Any], alarm: str) -> None:
    assert told(row) == [alarm]
    shown = [str(line) for line in health({"nodes": [ROW | row], "silent": []})]
    assert shown[0].endswith(f"See docs/operating/alarms.md: {alarm}")
    assert not any("all is well" in line for line in shown)


def test_mail_that_waits_while_mail_is_down_is_told_by_the_nodes_that_cannot_send() -> None:
    down = {"mail_up": False, "mails_waiting": 3, "oldest_mail_ms": HOUR}
    [finding] = findings({"nodes": [ROW | down, ROW | down | {"node": "b"}], "silent": []})
    assert finding.text.startswith("a, b: mail cannot be handed over")
    [finding] = findings({"nodes": [ROW | down | {"sends_mail": False}], "silent": []})
    assert "cannot be sent" in finding.text, "a node that sends none is not down"
    assert told(down | {"mail_up": True}, {"oldest_mail_ms": 0}) == [], "another one has sent them"


@pytest.mark.parametrize(("waiting", "mails"), [(1, "1 mail"), (3, "3 mails")])
def test_mails_that_wait_where_no_node_sends_any_are_found(waiting: int, mails: str) -> None:
    row = ROW | {"sends_mail": False, "mails_waiting": waiting, "oldest_mail_ms": MINUTE}
    [finding] = findings({"nodes": [row, row | {"node": "b"}], "silent": []})
    assert finding.text == f"{mails} cannot be sent: SMTP_URL is set on no node."
    assert told(row, {}) == [], "the other node sends them"
    before = {name: row[name] for name in row if name != "sends_mail"}
    assert findings({"nodes": [row, before], "silent": []}) == [], "a node of before may send them"
    assert told(row | {"mails_waiting": 0}) == []


def test_where_no_node_sends_mail_it_is_told_that_mails_wait() -> None:
    row = ROW | {"sends_mail": False, "mails_waiting": 3, "oldest_mail_ms": 3 * HOUR}
    shown = [str(line) for line in health({"nodes": [row], "silent": []})]
    assert not any("all is well" in line for line in shown)
    waiting = "Mails that wait: 3, the oldest for 3 hours"
    assert f"{waiting}; no node sends mail, as SMTP_URL is not set" in shown


def test_a_node_that_does_not_answer_is_not_passed_over() -> None:
    assert told({}, silent=("b",)) == ["PrimeNodeDown"]


def test_ages_that_nobody_knows_are_not_found_and_the_newest_counts() -> None:
    assert told({"backup_age_ms": None, "rehearsal_age_ms": None}) == []
    assert told({"backup_age_ms": 3 * DAY}, {}) == []
    old = {name: ROW[name] for name in ROW if name not in ("mail_up", "certificate_left_ms")}
    assert findings({"nodes": [old], "silent": []}) == [], "of a node of before"


def test_it_says_what_the_page_for_operators_says() -> None:
    page = (ROOT / "web" / "operator" / "src" / "findings.ts").read_text()
    numbers = {
        name: math.prod(float(factor.replace("_", "")) for factor in value.split("*"))
        for name, value in re.findall(r"^const (\w+) = ([\d_.* ]+);", page, re.M)
    }
    for name in (
        "BUSY", "LONG_MAIL_MS", "LATE_BACKUP_MS", "LATE_REHEARSAL_MS", "CERTIFICATE_MS",
        "LAST_DAYS_MS",
    ):  # fmt: skip
        assert numbers[name] == getattr(health_findings, name), name
    slow = {"commit": "COMMIT", "call": "CALL", "join": "JOIN"}
    for word, name in slow.items():
        assert numbers[f"SLOW_{name}_MS"] == health_findings.SLOW_MS[word]
    assert numbers["LATE_LOOP_MS"] == health_findings.SLOW_MS["loop_late"]


ELSEWHERE = {
    "PrimeNoNode": "then nobody answers",
    "PrimeAllFull": "each node says that it is full",
    "PrimeVersionsDiffer": "`nodes` has a column of versions",
    "PrimeCoreTaken": "of a core, for ten minutes: /metrics",
    "PrimeFeedLags": "for five minutes: /metrics",
    "PrimeDescriptors": "of the process: /metrics",
    "PrimeRestarts": "`nodes` says since when each runs",
    "PrimeMusiciansGone": "takes a memory of ten minutes: /metrics",
}


def test_every_alarm_is_told_by_health_or_by_events_or_it_is_said_why_not() -> None:
    source = (ROOT / "admin" / "health_findings.py").read_text()
    by_health = {*ALARMS.values(), *re.findall(r"\bPrime[A-Z]\w+", source)}
    by_events = {kind.alarm for kind in EVENT_KINDS.values()}
    names = {alarm.name for alarm in alarms()}
    assert names - by_health - by_events == ELSEWHERE.keys()
