"""The slowest calls of the last hour."""

from server.control_plane.slow_calls import KEPT_OF_EACH, KEPT_SECONDS, SlowCalls


def test_the_slowest_of_each_method_are_kept_for_an_hour() -> None:
    now = [1_000_000.0]
    calls = SlowCalls(lambda: now[0])
    for number in range(3 * KEPT_OF_EACH):
        calls.add("projects.list", number / 1_000, done=number % 2 == 0)
    calls.add("projects.get", 2.0, done=False, code="not_found")
    [slowest, second] = calls.slowest(2)["projects.list"]
    assert (slowest.seconds, slowest.is_done, second.seconds) == (0.059, False, 0.058)
    assert len(calls.slowest(100)["projects.list"]) == KEPT_OF_EACH
    [refused] = calls.slowest(1, "projects.get")["projects.get"]
    assert (refused.seconds, refused.code) == (2.0, "not_found")
    assert calls.slowest(1, "never.called") == {"never.called": []}
    now[0] += KEPT_SECONDS + 1
    assert calls.slowest(1)["projects.list"] == []
    calls.add("projects.list", 0.001, done=True)
    [fresh] = calls.slowest(5)["projects.list"]
    assert fresh.seconds == 0.001
