"""Guessing passwords, by a clock that a test sets."""

from collections import defaultdict

from rooms.limits.login_tries import (
    FORGOTTEN_SECONDS,
    KNOWN_SECONDS,
    Tries,
    after_a_login,
    after_a_try,
    seconds_to_wait,
)

DAY = 86_400.0


class Account:
    """One account, tried from anywhere at any time."""

    def __init__(self) -> None:
        self.here: defaultdict[str, Tries] = defaultdict(Tries)
        self.all_over = Tries()
        self.heard = 0

    def wait(self, address: str, now: float) -> float:
        return seconds_to_wait(self.here[address], self.all_over, now)

    def guess(self, address: str, now: float) -> bool:
        """A wrong password; whether it was looked at."""
        if self.wait(address, now):
            return False
        self.heard += 1
        self.here[address], self.all_over = after_a_try(self.here[address], self.all_over, now)
        return True

    def log_in(self, address: str, now: float) -> bool:
        """The right password; whether it was looked at."""
        if not self.guess(address, now):
            return False
        self.here[address], self.all_over = after_a_login(self.here[address], self.all_over, now)
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
    assert account.here["there"].wrong == 1


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
    assert account.all_over.wrong == 0
    assert account.wait("elsewhere", DAY + 10) == 0
