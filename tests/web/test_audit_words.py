"""The page for operators has words for each event of the audit."""

import re

from schema.accounts.audit_events import AuditEvent
from tests.web.building import WEB


def test_each_event_of_the_audit_has_words_and_no_other() -> None:
    source = (WEB / "operator" / "src" / "audit_words.ts").read_text(encoding="utf-8")
    words = source.split("const EVENTS", 1)[1].split("\n};", 1)[0]
    assert set(re.findall(r"^  (\w+): ", words, re.MULTILINE)) == {
        each.value for each in AuditEvent
    }
