"""What a device shows that an account has logged in on it: made, read, and of nobody else."""

import pytest

from persistence.guessing.password_tries import KNOWN_SECONDS
from server.accounts.guessing.known_devices import PREFIX, KnownDevices

ANN, BEN = b"a" * 16, b"b" * 16
SECRET, OTHER = b"a secret of tests, 32 bytes long", b"another one, 32 bytes long, too."


MADE = 1_800_000_000_000_001


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = MADE / 1_000_000

    def __call__(self) -> float:
        return self.now


def test_A74_each_device_is_counted_by_itself_and_at_each_try_alike() -> None:
    devices = KnownDevices(SECRET, clock=Clock())
    one, two = devices.new(ANN, MADE), devices.new(ANN, MADE)
    known = [devices.known(ANN, token) for token in (one, one, two)]
    assert {each and each.made_at for each in known} == {MADE}
    names = [each and each.counted_under for each in known]
    assert names[0] == names[1] != names[2]
    assert all(name is not None and name.startswith(PREFIX) and len(name) <= 64 for name in names)


def test_A74_it_is_good_for_its_account_alone_and_for_ninety_days() -> None:
    clock = Clock()
    devices = KnownDevices(SECRET, clock=clock)
    token = devices.new(ANN, MADE)
    assert devices.known(BEN, token) is None
    clock.now += KNOWN_SECONDS - 1
    assert devices.known(ANN, token) is not None
    clock.now += 1
    assert devices.known(ANN, token) is None


def test_A74_nodes_that_believe_the_secret_know_it_and_others_do_not() -> None:
    token = KnownDevices(SECRET).new(ANN, MADE)
    assert KnownDevices(OTHER, (SECRET,), Clock()).known(ANN, token) is not None
    assert KnownDevices(OTHER).known(ANN, token) is None


@pytest.mark.parametrize("n", range(39))
def test_A74_one_that_is_changed_anywhere_is_none(n: int) -> None:
    devices = KnownDevices(SECRET, clock=Clock())
    token = devices.new(ANN, MADE)
    place = n * len(token) // 39
    other = "A" if token[place] != "A" else "B"
    assert devices.known(ANN, token[:place] + other + token[place + 1 :]) is None


@pytest.mark.parametrize(
    "token", ["", "x", "=", "\u0663" * 40, "A" * 128, "A" * 52, "A" * 52 + "="]
)
def test_A74_any_other_text_counts_for_nothing(token: str) -> None:
    assert KnownDevices(SECRET).known(ANN, token) is None
