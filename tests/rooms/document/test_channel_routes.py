"""Which channel leads to which: links counted, walks from both ends, bounded at the door."""

import pytest

from rooms.document import channel_routes
from rooms.document.channel_routes import Routes, TooFar, meet, shrunk
from tests.rooms.songs import finished


def chain(length: int) -> Routes:
    routes = Routes()
    for n in range(length):
        routes.add(f"{n}", f"{n + 1}")
    return routes


def leads(routes: Routes, source: str, goal: str, *, is_limited: bool = False) -> bool:
    return finished(meet(routes.onward(source), routes.back(goal), goal, is_limited=is_limited))


def test_sound_reaches_what_links_lead_to_and_not_back() -> None:
    routes = chain(9)
    assert leads(routes, "0", "9")
    assert leads(routes, "4", "4")
    assert not leads(routes, "9", "0")


def test_a_link_is_there_until_the_last_entity_that_makes_it_is_gone() -> None:
    routes = chain(1)
    routes.add("0", "1")
    routes.discard("0", "1")
    assert leads(routes, "0", "1")
    routes.discard("0", "1")
    assert not leads(routes, "0", "1")
    assert routes.maps() == ({}, {})


def test_no_search_is_needed_where_one_end_has_no_link() -> None:
    routes = chain(2)
    assert routes.may_lead("0", "2")
    assert routes.may_lead("x", "x")
    assert not routes.may_lead("2", "0")
    assert not routes.may_lead("0", "x")


def test_O18_a_walk_that_is_limited_ends_and_one_that_is_not_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(channel_routes, "MAX_ROUTE_LINKS", 10)
    routes = chain(40)
    assert leads(routes, "0", "40")
    assert leads(routes, "0", "9", is_limited=True)
    with pytest.raises(TooFar):
        leads(routes, "0", "40", is_limited=True)


def test_a_walk_counts_each_link_and_remembers_what_it_met() -> None:
    routes = chain(2)
    routes.add("0", "2")
    walk = routes.onward("0")
    while walk.step() is not None:
        pass
    assert (walk.link_count, walk.met_channels) == (3, {"0", "1", "2"})


def test_a_group_that_most_have_left_is_made_anew() -> None:
    group = set(map(str, range(1_000)))
    assert shrunk(group) is group
    for n in range(1, 1_000):
        group.discard(str(n))
    smaller = shrunk(group)
    assert smaller == {"0"}
    assert smaller is not group
