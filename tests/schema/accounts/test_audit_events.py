"""Events of the audit, as data."""

from schema.accounts.audit_events import AUDIT_EVENTS, COUNTED_TOGETHER, AuditEvent, Cause
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
    assert refused | asked_for == COUNTED_TOGETHER


def test_no_cause_and_no_event_reads_as_a_secret_key() -> None:
    assert not holds_secret("cause")
