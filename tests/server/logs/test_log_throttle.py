from server.logs.log_throttle import LogThrottle


def test_it_is_said_once_in_so_long_for_each_key_and_then_how_often_it_was() -> None:
    log_throttle = LogThrottle(60.0)
    assert [log_throttle.count_if_due("a", now) for now in (0.0, 1.0, 59.0)] == [1, 0, 0]
    assert log_throttle.count_if_due("b", 59.0) == 1
    assert log_throttle.count_if_due("a", 61.0) == 3
    assert log_throttle.count_if_due("a", 200.0) == 1


def test_what_does_not_happen_any_more_takes_no_memory() -> None:
    log_throttle = LogThrottle(60.0)
    for n in range(1_000):
        log_throttle.count_if_due(f"key-{n}", float(n))
    assert len(log_throttle._written_by_key) <= 121
