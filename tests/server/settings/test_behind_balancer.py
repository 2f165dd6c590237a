"""Nodes behind the small balancer know no address of a client."""

from dataclasses import asdict
from math import inf
from pathlib import Path

from server.settings.behind_balancer import OF_ADDRESSES, behind_balancer, read_behind_balancer
from server.settings.reading import read_all, read_settings

FRONT = "http://127.0.0.1:8787"
PAGE = Path(__file__).parents[3] / "docs" / "operating" / "settings.md"


def test_limits_of_an_address_do_not_hold_and_all_others_do() -> None:
    given = read_settings({}, {"PRIME_LIMITS": "sockets_per_address=5,seats_per_user=3"})
    before, after = asdict(given.limits), asdict(behind_balancer(given, FRONT).limits)
    assert {name for name in before if after[name] != before[name]} == set(OF_ADDRESSES)
    assert {after[name] for name in OF_ADDRESSES} == {inf}
    assert after["seats_per_user"] == 3


def test_limits_of_an_address_are_those_that_the_page_says_are_of_one() -> None:
    """But for codes, whose limit is that of a user, too."""
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    of = {row[1].strip(" `"): row[3].strip() for row in rows if len(row) == 6}
    alone = {name for name, whose in of.items() if whose.startswith(("one address", "one /24"))}
    assert alone - {"wrong_codes_per_hour"} | {"strangers_per_address"} == set(OF_ADDRESSES)


def test_what_is_read_anew_is_the_same() -> None:
    reading = read_all({}, {"PRIME_LIMITS": "mails_asked_per_hour=1", "PRIME_PORT": "x"})
    anew = read_behind_balancer(reading, FRONT)
    assert anew.settings.limits.mails_asked_per_hour == inf
    assert (anew.settings.balancer, anew.problems) == (FRONT, reading.problems)
