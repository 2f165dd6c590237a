"""Bugs that are planted in the nodes under test, to see that they are found."""

PLANTS = (
    "ack_before_commit",
    "false_alarm",
    "gap",
    "leak",
    "lost_update",
    "no_dedupe",
    "other_ops",
    "refuse_after_commit",
    "reorder",
    "wrong_checkpoint",
    "wrong_copy",
)
"""Their names, as `--plant` takes them."""

PLANTED = "tests.chaos.planted_server"
"""The program that nodes run then: it has a function for each of `PLANTS`."""
