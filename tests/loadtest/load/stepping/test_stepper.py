"""What each generator does of a load."""

from loadtest.load.stepping.stepper import Offer


def test_whole_rooms_and_one_at_a_part_of_the_rate() -> None:
    step = Offer(2.3, 1.0, 2.0).share(0, 1)
    assert (step.rooms, step.partial, step.part) == (frozenset({0, 1, 2}), 2, 0.3)
    step = Offer(3.0, 1.0, 2.0).share(0, 1)
    assert (step.rooms, step.partial) == (frozenset({0, 1, 2}), None)
    step = Offer(0.1, 1.0, 2.0).share(0, 1)
    assert (step.rooms, step.partial, step.part) == (frozenset({0}), 0, 0.1)


def test_generators_share_the_rooms_and_one_has_the_part() -> None:
    offer = Offer(6.5, 1.0, 2.0)
    shares = [offer.share(number, 3) for number in range(3)]
    assert [sorted(share.rooms) for share in shares] == [[0, 3, 6], [1, 4], [2, 5]]
    assert [share.partial for share in shares] == [6, None, None]
    assert offer.needed == 7
    assert not Offer(1.0, 1.0, 2.0).share(2, 3).rooms
