"""Guessing codes of a second factor, by a clock that a test sets."""

from collections import defaultdict

from persistence.guessing.code_tries import after_a_code, after_a_try, seconds_to_wait
from persistence.guessing.password_tries import KNOWN_SECONDS, TryCounts

DAY = 86_400.0


class Account:
    """One account, whose codes are tried from anywhere at any time."""

    def __init__(self) -> None:
        self.here: defaultdict[str, TryCounts] = defaultdict(TryCounts)
        self.elsewhere = TryCounts()

    def wait(self, address: str, now: float) -> float:
        return seconds_to_wait(self.here[address], self.elsewhere, now)

    def give(self, address: str, now: float, *, right: bool = False) -> bool:
        """Whether it was looked at."""
        if self.wait(address, now):
            return False
        for step in (after_a_try, after_a_code) if right else (after_a_try,):
            self.here[address], self.elsewhere = step(self.here[address], self.elsewhere, now)
        return True


def test_A58_ten_are_free_and_then_each_ten_double_the_wait_up_to_six_hours() -> None:
    account, now, waits = Account(), DAY, []
    for number in range(100):
        assert account.give(f"address {number}", now)
        waits.append(account.wait("another", now))
        now += waits[-1]
    assert waits[:9] == [0.0] * 9
    assert [waits[9 + 10 * tens] / 60 for tens in range(9)] == [
        6, 12, 24, 48, 96, 192, 360, 360, 360,
    ]  # fmt: skip
    assert all(waits[tens] == waits[tens + 9] for tens in range(9, 90, 10))


def test_A58_who_guesses_from_everywhere_for_a_month_has_few_chances() -> None:
    account, now, looked, number = Account(), DAY, 0, 0
    while now < 31 * DAY:
        number += 1
        if account.give(f"address {number}", now):
            looked += 1
        else:
            now += account.wait(f"address {number}", now)
    chance = looked * 3 / 1_000_000
    assert chance < 0.001


def test_A58_who_guesses_elsewhere_keeps_nobody_out_who_was_here_before() -> None:
    account, now = Account(), DAY
    assert account.give("home", now, right=True)
    for number in range(1_000):
        account.give(f"address {number}", now)
    assert account.wait("another", now) > 0
    assert account.give("home", now, right=True)
    assert account.wait("another", now) > 0, "a right one at home frees nobody elsewhere"
    for _ in range(10):
        assert account.give("home", now)
    assert not account.give("home", now), "a stolen device at home is held back too"
    assert account.wait("home", now + KNOWN_SECONDS + 1) == 0


def test_A58_a_right_code_gives_its_place_back() -> None:
    account = Account()
    for number in range(30):
        assert account.give(f"hotel {number}", DAY, right=True)
    assert account.wait("another", DAY) == 0
