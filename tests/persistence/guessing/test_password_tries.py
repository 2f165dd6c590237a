"""Guessing passwords, by a clock that a test sets."""

import random
from collections import defaultdict
from collections.abc import Callable

import pytest

from persistence.guessing.password_tries import (
    FORGOTTEN_SECONDS,
    KNOWN_SECONDS,
    UNDER_WAY_SECONDS,
    TryCounts,
    after_a_beginning,
    after_a_login,
    after_a_wrong_one,
    after_no_look,
    is_alone,
    is_undecided,
    seconds_to_wait,
)
from schema.limits import MAX_FREE_GUESSES, MAX_GUESSES_PER_HOUR

DAY = 86_400.0


class Account:
    """One account, tried from anywhere at any time."""

    def __init__(self) -> None:
        self.here: defaultdict[str, TryCounts] = defaultdict(TryCounts)
        self.all_over = TryCounts()
        self.heard = 0

    def wait(self, address: str, now: float) -> float:
        return seconds_to_wait(self.here[address], self.all_over, now)

    def begin(self, address: str, now: float) -> bool | None:
        """Whether it counts for its address only; None: it is not looked at now."""
        here = self.here[address]
        if self.wait(address, now) or is_undecided(here, self.all_over, now):
            return None
        self.heard += 1
        self.here[address], self.all_over = after_a_beginning(here, self.all_over, now)
        return is_alone(here, self.all_over, now)

    def end(
        self,
        address: str,
        now: float,
        what: Callable[..., tuple[TryCounts, TryCounts]],
        was_alone: bool,
    ) -> None:
        """What became of a try."""
        after = what(self.here[address], self.all_over, now, was_alone=was_alone)
        self.here[address], self.all_over = after

    def guess(self, address: str, now: float) -> bool:
        """A wrong password; whether it was looked at."""
        if (was_alone := self.begin(address, now)) is None:
            return False
        self.end(address, now, after_a_wrong_one, was_alone)
        return True

    def log_in(self, address: str, now: float) -> bool:
        """The right password; whether it was looked at."""
        if (was_alone := self.begin(address, now)) is None:
            return False
        self.end(address, now, after_a_login, was_alone)
        return True


def test_A4_five_are_free_and_then_each_doubles_the_wait_up_to_a_quarter_of_an_hour() -> None:
    account, now, waits = Account(), DAY, []
    for _ in range(18):
        assert account.guess("there", now)
        waits.append(account.wait("there", now))
        now += waits[-1] + 100  # so that the account as a whole does not matter
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]


def test_A4_after_a_day_the_next_wrong_one_is_the_first() -> None:
    account = Account()
    for n in range(8):
        assert account.guess("there", DAY + n * 600)
    assert account.guess("there", DAY + 8 * 600 + FORGOTTEN_SECONDS)
    assert account.here["there"].wrong_in_a_row == 1


def test_A4_one_address_gets_a_hundred_guesses_a_day() -> None:
    account = Account()
    for second in range(86_400):
        account.guess("there", DAY + second)
    assert account.heard <= 110


def test_A4_a_thousand_addresses_get_a_hundred_guesses_an_hour() -> None:
    account = Account()
    for second in range(0, 4 * 3_600):
        account.guess(f"bot {second % 1_000}", DAY + second)
    assert 380 <= account.heard <= 425


def test_A4_the_owner_is_not_kept_out_by_strangers_where_it_has_logged_in_before() -> None:
    account = Account()
    assert account.log_in("home", DAY)
    for second in range(1, 7_200):
        account.guess(f"bot {second % 1_000}", DAY + second)
        if second % 600 == 0:
            assert account.log_in("home", DAY + second)
    assert account.wait("a café", DAY + 7_200) < 36  # elsewhere one waits like everyone


def test_A74_devices_are_counted_together_like_strangers_though_each_is_known() -> None:
    account = Account()
    account.all_over = TryCounts(is_of_devices=True)
    for n in range(100):
        account.here[f"device {n}"] = TryCounts(known_until=100 * DAY)
    assert sum(account.guess(f"device {n}", DAY) for n in range(100)) == MAX_GUESSES_PER_HOUR / 5
    for second in range(1, 4 * 3_600):
        account.guess(f"device {second % 100}", DAY + second)
    assert 380 <= account.heard <= 425
    assert all(account.here[f"device {n}"].known_until == 100 * DAY for n in range(100))


def test_A4_beside_the_owner_at_one_address_a_stranger_costs_it_half_a_minute() -> None:
    account = Account()
    assert account.log_in("school", DAY)
    for second in range(1, 3_600):
        account.guess("school", DAY + second)
    assert account.wait("school", DAY + 3_600) <= 30


def test_A4_an_address_is_known_for_ninety_days() -> None:
    account = Account()
    assert account.log_in("home", DAY)
    for late, is_known in ((-1, True), (1, False)):
        now = DAY + KNOWN_SECONDS + late
        for n in range(30):
            account.guess(f"bot {n}", now)
        assert (account.wait("home", now) == 0) is is_known


def test_A4_right_passwords_cost_nothing() -> None:
    account = Account()
    for n in range(1_000):
        assert account.log_in(f"address {n % 3}", DAY + n / 100)
    assert account.all_over.wrong_in_a_row == 0
    assert account.wait("elsewhere", DAY + 10) == 0


def test_A4_tries_under_way_are_no_wrong_ones() -> None:
    """Who comes with as many as may be wrong waits for them, and is told no time."""
    account = Account()
    known = [account.begin("there", DAY) for _ in range(MAX_FREE_GUESSES + 3)]
    assert known == [False] * MAX_FREE_GUESSES + [None] * 3
    assert account.wait("there", DAY) == 0
    for was_alone in (False, False):
        account.end("there", DAY, after_a_login, was_alone)
    assert account.begin("there", DAY) is True
    assert account.begin("there", DAY) is True
    assert account.begin("there", DAY) is None
    for was_alone in (False, False, False, True, True):
        account.end("there", DAY, after_a_login, was_alone)
    assert account.all_over.wrong_in_a_row == account.all_over.under_way_count == 0
    assert account.here["there"].under_way_count == 0
    assert account.wait("elsewhere", DAY) == 0


def test_A4_from_everywhere_right_ones_at_once_wait_for_each_other_and_wrong_ones_are_refused() -> (
    None
):
    most = int(MAX_GUESSES_PER_HOUR / 5)
    for what, refused in ((after_a_login, False), (after_a_wrong_one, True)):
        account = Account()
        assert all(account.begin(f"room {n}", DAY) is False for n in range(most))
        assert account.begin("room", DAY) is None
        assert account.wait("room", DAY) == 0
        for n in range(most):
            account.end(f"room {n}", DAY, what, False)
        assert (account.wait("room", DAY) > 0) is refused


def test_A4_what_there_was_no_time_to_look_at_leaves_nothing() -> None:
    account = Account()
    assert account.begin("there", DAY) is False
    account.end("there", DAY, after_no_look, False)
    assert account.all_over == TryCounts(
        free_at=account.all_over.free_at, under_way_until=DAY + UNDER_WAY_SECONDS
    )
    assert account.here["there"].wrong_in_a_row == account.here["there"].under_way_count == 0


def test_A4_what_nobody_says_the_end_of_was_wrong() -> None:
    account = Account()
    for _ in range(MAX_FREE_GUESSES):
        assert account.begin("there", DAY) is False
    lost_at = DAY + UNDER_WAY_SECONDS
    assert account.begin("there", lost_at - 0.1) is None
    assert account.wait("there", lost_at - 0.1) == 0
    assert account.wait("there", lost_at) == 1
    assert account.begin("there", lost_at + 1) is False
    assert account.begin("there", lost_at + 1) is None, "one at a time, past the free ones"
    account.end("there", lost_at + 1, after_a_wrong_one, False)
    assert account.here["there"].wrong_in_a_row == MAX_FREE_GUESSES + 1
    assert account.wait("there", lost_at + 1) == 2


@pytest.mark.parametrize("seed", range(20))
def test_A4_who_sends_at_once_gets_no_more_guesses(seed: int) -> None:
    """Any number under way, ending in whatever order, some of them never: against one by one."""
    luck = random.Random(seed)
    account, patient = Account(), Account()
    under_way: list[float] = []
    for tenth in range(36_000):
        now = DAY + tenth / 10
        patient.guess("there", now)
        begun = sum(account.begin("there", now) is False for _ in range(3))
        under_way.extend(now + luck.choice((0.1, 0.3, 2.0)) for _ in range(begun))
        for each in [each for each in under_way if each <= now]:
            under_way.remove(each)
            if luck.random() < 0.8:
                account.end("there", now, after_a_wrong_one, False)
    assert account.heard <= patient.heard
    assert account.heard > MAX_FREE_GUESSES
