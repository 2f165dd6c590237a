"""How long to wait before another code of a second factor is looked at. Pure; seconds since 1970.

A code has six digits, and three are good at a time: whoever has the password could guess one within
months at the pace of passwords. So each account has ten tries, then ten an hour, then ever fewer.
Addresses where the account has given a right one have tries of their own: who guesses from
elsewhere, however many addresses that is, keeps nobody out there.
"""

from dataclasses import replace

from persistence.guessing.password_tries import FORGOTTEN_SECONDS, KNOWN_SECONDS, TryCounts
from schema.limits import MAX_CODE_SECONDS, MAX_CODES_PER_HOUR

_GAP = 3_600.0 / MAX_CODES_PER_HOUR


def seconds_to_wait(own_tries: TryCounts, other_tries: TryCounts, now: float) -> float:
    """Before the next code from this address; 0: none. `other_tries`: of all that are not known."""
    return max(0.0, _counted(own_tries, other_tries, now).free_at - now)


def after_a_try(
    own_tries: TryCounts, other_tries: TryCounts, now: float
) -> tuple[TryCounts, TryCounts]:
    """Both, with one more. A try is counted as wrong before it is looked at: many come at once."""
    if own_tries.known_until > now:
        return _one_more(own_tries, now), other_tries
    return own_tries, _one_more(other_tries, now)


def after_a_code(
    own_tries: TryCounts, other_tries: TryCounts, now: float
) -> tuple[TryCounts, TryCounts]:
    """Both, after a try that turned out right: the address is known, its place is given back."""
    if own_tries.known_until <= now:
        other_tries = replace(
            other_tries, wrong_in_a_row=max(0, other_tries.wrong_in_a_row - 1), free_at=now
        )
    return TryCounts(0, now, now + KNOWN_SECONDS), other_tries


def _counted(own_tries: TryCounts, other_tries: TryCounts, now: float) -> TryCounts:
    return own_tries if own_tries.known_until > now else other_tries


def _one_more(tries: TryCounts, now: float) -> TryCounts:
    wrong_count = tries.wrong_in_a_row + 1 if now - tries.free_at < FORGOTTEN_SECONDS else 1
    doubled = 2.0 ** min(wrong_count // MAX_CODES_PER_HOUR - 1, 30)
    delay = min(MAX_CODE_SECONDS, _GAP * doubled) if wrong_count >= MAX_CODES_PER_HOUR else 0.0
    return replace(tries, wrong_in_a_row=wrong_count, free_at=now + delay)
