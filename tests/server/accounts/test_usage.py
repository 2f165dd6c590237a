"""What an address and a user may have and do, by a clock that a test sets."""

import pytest

from server.accounts.usage import FAR_OVER, OPS_BURST_SECONDS, TokenBuckets, Usage
from server.accounts.usage_limits import UsageLimits

FEW = UsageLimits.read(
    "sockets_per_address=4,strangers_per_address=3,strangers=5,connects_per_second=2,"
    "sockets_per_user=2,registrations_per_hour=10,wrong_passwords_per_hour=10,lookups_per_hour=10"
)


class House:
    """Sockets come from somewhere, shake hands, log in."""

    def __init__(self, limits: UsageLimits = FEW) -> None:
        self.usage = Usage(limits)
        self.now = 100.0
        self._made = 0

    def come(self, address: str) -> str:
        self._made += 1
        socket = f"socket {self._made}"
        self.usage.on_connect(socket, address)
        return socket

    def open(self, address: str) -> str | None:
        """The socket, if it was let in."""
        self.now += 1
        socket = self.come(address)
        if self.usage.on_handshake(socket, self.now) is not None:
            self.usage.sockets.remove(socket)
            return None
        self.usage.on_open(socket)
        return socket


def test_K1_an_address_has_so_many_strangers_and_others_have_theirs() -> None:
    house = House()
    opened = [house.open("here") for _ in range(5)]
    assert [socket is not None for socket in opened] == [True] * 3 + [False] * 2
    assert house.open("there") is not None


def test_K1_who_has_logged_in_is_no_stranger_and_still_a_socket() -> None:
    house = House()
    opened = [house.open("here") for _ in range(3)]
    for n, socket in enumerate(opened):
        assert socket is not None
        house.usage.sockets.give(socket, f"user {n}")
    fourth = house.open("here")
    assert fourth is not None
    assert house.open("here") is None
    house.usage.sockets.remove(fourth)
    assert house.open("here") is not None


def test_K1_sockets_that_never_ask_for_anything_are_bounded_too() -> None:
    house = House()
    stays = [house.usage.on_connect(f"mute {n}", "here") for n in range(100)]
    assert stays == [True] * (4 + FAR_OVER) + [False] * (100 - 4 - FAR_OVER)


def test_K1_connects_have_a_rate() -> None:
    house = House(UsageLimits.read("connects_per_second=2,strangers_per_address=0"))
    refused = 0
    for _ in range(100):
        socket = house.come("here")
        refused += house.usage.on_handshake(socket, house.now) is not None
        house.usage.sockets.remove(socket)
    assert refused == 80
    assert house.usage.on_handshake(house.come("there"), house.now) is None


def test_K1_tokens_that_are_none_cost_connects() -> None:
    house = House()
    socket = house.open("here")
    assert socket is not None
    for _ in range(3):
        house.usage.bad_token(socket, house.now)
    assert "connections a second" in (house.usage.on_handshake(house.come("here"), house.now) or "")
    assert house.usage.on_handshake(house.come("there"), house.now) is None


def test_K1_of_too_many_strangers_in_all_the_one_that_waits_longest_goes() -> None:
    house = House()
    sockets = [house.open(f"address {n}") for n in range(5)]
    house.usage.sockets.give(str(sockets[0]), "ann")
    assert house.usage.on_open(house.come("address 5")) is None
    assert house.usage.on_open(house.come("address 6")) == sockets[1]


def test_K2_a_user_has_so_many_sockets() -> None:
    house = House()
    one, two, three = (str(house.open(f"address {n}")) for n in range(3))
    for socket in (one, two):
        assert house.usage.login_refusal(socket, "ann") is None
        house.usage.sockets.give(socket, "ann")
    assert "2 connections" in (house.usage.login_refusal(three, "ann") or "")
    assert house.usage.login_refusal(two, "ann") is None
    assert house.usage.login_refusal(three, "ben") is None
    house.usage.sockets.remove(one)
    assert house.usage.login_refusal(three, "ann") is None


def test_nothing_is_left_of_sockets_that_are_gone() -> None:
    house = House()
    for n in range(50):
        socket = house.come(f"address {n % 7}")
        house.usage.sockets.add(socket, f"told by a proxy {n % 5}")
        if n % 3:
            house.usage.on_open(socket)
        if n % 2:
            house.usage.sockets.give(socket, f"user {n % 4}")
        house.usage.sockets.remove(socket)
        house.usage.sockets.remove(socket)
    counted = vars(house.usage.sockets)
    assert [name for name, counts in counted.items() if counts] == []


def test_memory_of_rates_is_bounded() -> None:
    rates = TokenBuckets(1.0, 2.0, most=100)
    for n in range(1_000):
        rates.take(f"address {n}", 1.0)
        rates.take("busy", 1.0 + n / 1_000, 0.001)
    assert len(rates) == 100


def test_what_is_given_back_can_be_taken_again() -> None:
    rates = TokenBuckets(0.001, 2.0)
    assert [rates.take("a", 1.0) == 0 for _ in range(3)] == [True, True, False]
    rates.charge("a", 1.0, -1)
    assert [rates.take("a", 1.0) == 0 for _ in range(2)] == [True, False]


def test_no_bound_is_no_bound() -> None:
    names = (
        "sockets_per_address=0,strangers_per_address=0,strangers=0,connects_per_second=0,"
        "sockets_per_user=0,registrations_per_hour=0"
    )
    house = House(UsageLimits.read(names))
    for _ in range(3_000):
        socket = house.come("here")
        assert house.usage.on_handshake(socket, 1.0) is None
        assert house.usage.on_open(socket) is None
        assert house.usage.registrations.take("here", 1.0) == 0
        assert house.usage.login_refusal(socket, "ann") is None
        house.usage.sockets.give(socket, "ann")


@pytest.mark.parametrize("text", ["x=1", "=", "1e3"])
def test_a_limit_that_is_none_is_refused_with_the_names_there_are(text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' names none of .*sockets_per_address"):
        UsageLimits.read(text)


@pytest.mark.parametrize("text", ["strangers", "strangers=-1", "strangers=nan"])
def test_a_limit_without_a_number_is_refused_with_the_numbers_there_are(text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' gives no number from 0"):
        UsageLimits.read(text)


def test_E6_what_was_made_for_a_user_is_owed_up_to_what_may_come_at_once() -> None:
    usage = Usage()
    usage.on_made("ann", 100_000_000, 1.0)
    most = usage.limits.ops_per_second * OPS_BURST_SECONDS
    assert usage.ops.spend("ann", 1.0, 1.0) == pytest.approx(1.5 * OPS_BURST_SECONDS)
    assert usage.ops.spend("ben", 1.0, most) == 0.0
    assert usage.ops.spend("ann", 1.0 + 1.5 * OPS_BURST_SECONDS, 1.0) == 0.0
