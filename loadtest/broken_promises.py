"""What of a report says that a promise was broken."""

BROKEN = (
    "lost",
    "anomalies",
    "false_alarms",
    "checkpoints_wrong",
    "copies_wrong",
    "memory_problems",
    "problems",
    "vacuous",
)
"""What must be nothing."""
