"""The scenario `auth`, small."""

from tests.loadtest.scenarios.test_scenarios import real_hub, report_of


@real_hub
def test_logins_go_on_while_wrong_ones_arrive_and_ended_ones_are_closed_elsewhere() -> None:
    sizes = ("--networks", "8", "--wrong-per-second", "20", "--revocations", "3")
    report = report_of("auth", *sizes, "--refreshers", "2", "--seconds", "2")
    assert report["wrong_sent"] >= 30
    assert "let in" not in report["wrong_answers"]
    assert set(report["wrong_answers"]) & {"auth_failed", "rate_limited"}
    assert report["logins_per_s"] > 0
    assert report["logins_per_s_without"] > 0
    for name in ("p99_ms", "ack_p99_ms", "ack_p99_ms_without", "loop_lag_p99_ms"):
        assert report[name] > 0, name
    assert (report["revocations"], report["revoked_not_closed"]) == (3, 0)
    assert report["revoked_close_ms"] > 0
    assert report["refreshes_per_s"] > 1
