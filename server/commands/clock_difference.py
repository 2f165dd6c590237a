"""The clock of this machine, beside that of the database server: nodes take each other's by it."""

CLOSE_SECONDS = 5.0
"""By so much they may differ: positions of people and times in lists are that far off."""

TOLD_APART_SECONDS = 30.0
"""From here on a token of one node is refused by another (rules A2 and A8)."""

HELPS = "set both by NTP (timedatectl set-ntp true)"


def difference(seconds_ahead: float) -> str | None:
    """In words, with what helps; None: it is little. `seconds_ahead`: of the database server's."""
    if abs(seconds_ahead) < CLOSE_SECONDS:
        return None
    ahead_or_behind = "ahead of" if seconds_ahead > 0 else "behind"
    apart = f"{abs(seconds_ahead):.0f} s {ahead_or_behind}"
    return f"the clock of this machine is {apart} the database server's; {HELPS}"
