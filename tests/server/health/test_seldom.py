from server.health.seldom import Seldom


def test_it_is_said_once_in_so_long_for_each_key_and_then_how_often_it_was() -> None:
    seldom = Seldom(60.0)
    assert [seldom.times("a", now) for now in (0.0, 1.0, 59.0)] == [1, 0, 0]
    assert seldom.times("b", 59.0) == 1
    assert seldom.times("a", 61.0) == 3
    assert seldom.times("a", 200.0) == 1


def test_what_does_not_happen_any_more_takes_no_memory() -> None:
    seldom = Seldom(60.0)
    for n in range(1_000):
        seldom.times(f"key-{n}", float(n))
    assert len(seldom._said) <= 121
