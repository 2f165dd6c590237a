"""How long to wait before another password is tried. Pure; times are seconds since 1970.

Tries of one account from one address are counted strictly, those from all addresses together
loosely: who guesses from many addresses is slowed down, and the owner, who has logged in from home
before, is not kept out by it. Those on all of its devices together are counted as loosely.

Tries under way are counted apart from wrong ones. Those that might all be wrong take the places of
the free ones, so sending at once brings no more guesses; who comes then waits for what becomes of
them, and is refused only for those that were wrong.
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


UNDER_WAY_SECONDS = 10.0
"""After so long without another, the tries under way count as wrong: their node is gone."""


@dataclass(frozen=True, slots=True)
class TryCounts:
    """Of an account from one address, or from all that are not known together.

    `wrong_in_a_row`: so many passwords in a row. `free_at`: from then on the next try is heard. (Of
    all addresses together: when all tries so far will have been paid for, one each 36 seconds.)
    `known_until`: until then the address counts as one where the owner logs in. `under_way_count`:
    so many are being looked at, until `under_way_until` at the latest. `is_of_devices`: of all
    devices of the account together, each of which is known and counts here as well.
    """

    wrong_in_a_row: int = 0
    free_at: float = 0.0
    known_until: float = 0.0
    under_way_count: int = 0
    under_way_until: float = 0.0
    is_of_devices: bool = False


def is_alone(own_tries: TryCounts, all_tries: TryCounts, now: float) -> bool:
    """Whether the next try counts for its address only: it is known, and is no device."""
    return own_tries.known_until > now and not all_tries.is_of_devices


def seconds_to_wait(own_tries: TryCounts, all_tries: TryCounts, now: float) -> float:
    """Before the next try from this address, by those that were wrong; 0: none."""
    wait = _up_to(own_tries, now).free_at - now
    if not is_alone(own_tries, all_tries, now):
        unsettled = _under_way(all_tries, now) * _GAP
        if _paid_in(all_tries, now) > unsettled:
            wait = max(wait, _paid_in(all_tries, now))
    return max(0.0, wait)


def is_undecided(own_tries: TryCounts, all_tries: TryCounts, now: float) -> bool:
    """Whether the next try is heard or has to wait, goes by what becomes of those under way."""
    own_tries = _up_to(own_tries, now)
    if own_tries.under_way_count >= max(1, MAX_FREE_GUESSES - own_tries.wrong_in_a_row):
        return True
    return not is_alone(own_tries, all_tries, now) and _paid_in(all_tries, now) > 0


def after_a_beginning(
    own_tries: TryCounts, all_tries: TryCounts, now: float
) -> tuple[TryCounts, TryCounts]:
    """Both, with one more under way. All over it is paid for now, unless it is alone."""
    own_tries = _up_to(own_tries, now)
    if not is_alone(own_tries, all_tries, now):
        paid_at = max(all_tries.free_at, now) + _GAP
        all_tries = replace(all_tries, wrong_in_a_row=all_tries.wrong_in_a_row + 1, free_at=paid_at)
        all_tries = _one_begun(all_tries, now)
    return _one_begun(replace(own_tries, free_at=max(own_tries.free_at, now)), now), all_tries


def after_a_wrong_one(
    own_tries: TryCounts, all_tries: TryCounts, now: float, *, was_alone: bool
) -> tuple[TryCounts, TryCounts]:
    """Both, after a try that turned out wrong. `was_alone`: as it began."""
    own_tries = _one_wrong(_one_settled(own_tries), now)
    return own_tries, all_tries if was_alone else _one_settled(all_tries)


def after_no_look(
    own_tries: TryCounts, all_tries: TryCounts, now: float, *, was_alone: bool
) -> tuple[TryCounts, TryCounts]:
    """Both, after a try that there was no time to look at: as if it had not been."""
    return _one_settled(own_tries), all_tries if was_alone else _one_less(all_tries)


def after_a_login(
    own_tries: TryCounts, all_tries: TryCounts, now: float, *, was_alone: bool
) -> tuple[TryCounts, TryCounts]:
    """Both, after a try that turned out right: its place is given back, the address is known."""
    own_tries = replace(
        _one_settled(own_tries), wrong_in_a_row=0, free_at=now, known_until=now + KNOWN_SECONDS
    )
    return own_tries, all_tries if was_alone else _one_less(all_tries)


def after_another_proof(own_tries: TryCounts, now: float) -> TryCounts:
    """The owner was here without a try: by a mail, or as the account was made."""
    return replace(own_tries, wrong_in_a_row=0, free_at=now, known_until=now + KNOWN_SECONDS)


def _paid_in(all_tries: TryCounts, now: float) -> float:
    """How long until all but so many as may come at once are paid for."""
    return all_tries.free_at - (_AT_ONCE - 1) * _GAP - now


def _under_way(tries: TryCounts, now: float) -> int:
    return tries.under_way_count if now < tries.under_way_until else 0


def _up_to(tries: TryCounts, now: float) -> TryCounts:
    """Tries of which nobody will say what became of them are wrong ones; old ones are forgotten."""
    if lost_count := tries.under_way_count - _under_way(tries, now):
        tries = replace(tries, wrong_in_a_row=tries.wrong_in_a_row + lost_count, under_way_count=0)
        tries = _delayed(tries, tries.under_way_until)
    if now - tries.free_at >= FORGOTTEN_SECONDS:
        tries = replace(tries, wrong_in_a_row=0)
    return tries


def _one_wrong(tries: TryCounts, now: float) -> TryCounts:
    return _delayed(replace(tries, wrong_in_a_row=tries.wrong_in_a_row + 1), now)


def _delayed(tries: TryCounts, now: float) -> TryCounts:
    longest = MAX_KNOWN_GUESS_SECONDS if tries.known_until > now else MAX_GUESS_SECONDS
    doubled = 2.0 ** min(tries.wrong_in_a_row - MAX_FREE_GUESSES, 30)
    delay = min(longest, doubled) if tries.wrong_in_a_row >= MAX_FREE_GUESSES else 0.0
    return replace(tries, free_at=max(tries.free_at, now + delay))


def _one_begun(tries: TryCounts, now: float) -> TryCounts:
    under_way = _under_way(tries, now) + 1
    return replace(tries, under_way_count=under_way, under_way_until=now + UNDER_WAY_SECONDS)


def _one_settled(tries: TryCounts) -> TryCounts:
    return replace(tries, under_way_count=max(0, tries.under_way_count - 1))


def _one_less(all_tries: TryCounts) -> TryCounts:
    wrong_count, free_at = max(0, all_tries.wrong_in_a_row - 1), max(0.0, all_tries.free_at - _GAP)
    return replace(_one_settled(all_tries), wrong_in_a_row=wrong_count, free_at=free_at)
