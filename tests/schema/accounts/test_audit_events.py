"""Events of the audit, as data."""

import ast
from pathlib import Path

from schema.accounts.audit_events import (
    AUDIT_EVENTS,
    COUNTED_TOGETHER,
    DETAILS_OF,
    AuditEvent,
    Cause,
)
from schema.text.redacted import holds_secret


def test_every_event_says_what_it_means() -> None:
    assert set(AUDIT_EVENTS) == set(AuditEvent)
    assert all(says.endswith(".") for says in AUDIT_EVENTS.values())


def test_a_name_is_a_word_that_tables_and_metrics_take() -> None:
    for word in (*AuditEvent, *Cause):
        assert word.isidentifier()
        assert word.lower() == word
        assert len(word) <= 64


def test_what_is_counted_together_is_what_strangers_bring_about() -> None:
    refused = {event for event in AuditEvent if event.endswith(("_failed", "_refused", "_back"))}
    asked_for = {AuditEvent.RESET_REQUESTED, AuditEvent.VERIFICATION_SENT}
    without_end = {AuditEvent.DEVICE_RENAMED}
    assert refused | asked_for | without_end == COUNTED_TOGETHER


def test_no_cause_and_no_event_reads_as_a_secret_key() -> None:
    assert not holds_secret("cause")


ROOT = Path(__file__).parent.parent.parent.parent

COLUMNS = {"user", "actor", "project", "auth_session", "address", "account"}
"""What has a column of its own."""


def test_the_details_of_every_entry_are_in_the_table() -> None:
    """Of those that the code names where it writes them."""
    found = 0
    for folder in ("server", "persistence"):
        for path in (ROOT / folder).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(call, ast.Call):
                    continue
                event = next((told for each in call.args if (told := event_of(each))), None)
                names = {word.arg for word in call.keywords if word.arg} - COLUMNS
                if event is None or not names or not is_of_audit(call):
                    continue
                found += 1
                assert names <= set(DETAILS_OF.get(event, ())), (path, event)
    assert found > 10


def is_of_audit(call: ast.Call) -> bool:
    said = ast.unparse(call.func)
    return said.endswith(("audit.note", "audit_log.insert"))


def event_of(argument: ast.expr) -> AuditEvent | None:
    if isinstance(argument, ast.Attribute) and ast.unparse(argument.value) == "AuditEvent":
        return AuditEvent[argument.attr]
    return None
