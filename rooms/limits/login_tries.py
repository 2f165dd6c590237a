"""How long to wait before another password is tried. Pure; times are seconds since 1970.

Tries of one account from one address are counted strictly, those from all addresses together
loosely: who guesses from many addresses is slowed down, and the owner, who has logged in from home
before, is not kept out by it.
"""

from dataclasses import dataclass, replace

from schema.limits import (
    MAX_FREE_GUESSES,
    MAX_GUESS_SECONDS,
    MAX_GUESSES_PER_HOUR,
    MAX_KNOWN_GUESS_SECONDS,
)

KNOWN_SECONDS = 90 * 86_400.0
"""So long after a login its address is known."""

FORGOTTEN_SECONDS = 86_400.0
"""After a day without a wrong password the next one is the first."""

_GAP = 3_600.0 / MAX_GUESSES_PER_HOUR
_AT_ONCE = MAX_GUESSES_PER_HOUR / 5


@dataclass(frozen=True, slots=True)
class Tries:
    """Of an account from one address, or from all that are not known together.

    `wrong`: so many passwords in a row. `free_at`: from then on the next try is heard. (Of all
    addresses together: when all tries so far will have been paid for, one each 36 seconds.)
    `known_until`: until then the address counts as one where the owner logs in.
    """

    wrong: int = 0
    free_at: float = 0.0
    known_until: float = 0.0


def seconds_to_wait(here: Tries, all_over: Tries, now: float) -> float:
    """Before the next try from this address; 0: none."""
    wait = here.free_at - now
    if here.known_until <= now:
        wait = max(wait, all_over.free_at - (_AT_ONCE - 1) * _GAP - now)
    return max(0.0, wait)


def after_a_try(here: Tries, all_over: Tries, now: float) -> tuple[Tries, Tries]:
    """Both, with one more. A try is counted as wrong before it is checked: many come at once."""
    is_known = here.known_until > now
    wrong = here.wrong + 1 if now - here.free_at < FORGOTTEN_SECONDS else 1
    longest = MAX_KNOWN_GUESS_SECONDS if is_known else MAX_GUESS_SECONDS
    doubled = 2.0 ** min(wrong - MAX_FREE_GUESSES, 30)
    delay = min(longest, doubled) if wrong >= MAX_FREE_GUESSES else 0.0
    if not is_known:
        paid_at = max(all_over.free_at, now) + _GAP
        all_over = replace(all_over, wrong=all_over.wrong + 1, free_at=paid_at)
    return replace(here, wrong=wrong, free_at=now + delay), all_over


def after_no_look(here: Tries, all_over: Tries, now: float) -> tuple[Tries, Tries]:
    """Both, after a try that there was no time to look at: as if it had not been."""
    if here.known_until <= now:
        all_over = _one_less(all_over)
    return replace(here, wrong=max(0, here.wrong - 1), free_at=now), all_over


def after_a_login(here: Tries, all_over: Tries, now: float) -> tuple[Tries, Tries]:
    """Both, after a try that turned out right: its place is given back, the address is known."""
    if here.known_until <= now:
        all_over = _one_less(all_over)
    return Tries(0, now, now + KNOWN_SECONDS), all_over


def _one_less(all_over: Tries) -> Tries:
    wrong, free_at = max(0, all_over.wrong - 1), max(0.0, all_over.free_at - _GAP)
    return replace(all_over, wrong=wrong, free_at=free_at)
