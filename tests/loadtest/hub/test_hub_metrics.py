"""Prometheus' text, read back."""

import pytest

from loadtest.hub.hub_metrics import events, happened, parse

TEXT = """\
# HELP prime_events_total What happened, by kind.
# TYPE prime_events_total counter
prime_events_total{kind="bytes_in"} 1.5e+06
prime_events_total{kind="call_auth.login"} 3.0
# TYPE prime_rooms gauge
prime_rooms 4.0

batch_size_bucket{le="+Inf",a="x, \\"y\\""} 12 1700000000000
nothing_yet NaN
"""


def test_lines_become_numbers_by_name_and_labels() -> None:
    metrics = parse(TEXT)
    assert metrics["prime_rooms", ""] == 4
    assert metrics["batch_size_bucket", 'a=x, \\"y\\",le=+Inf'] == 12
    assert metrics["nothing_yet", ""] != metrics["nothing_yet", ""]  # NaN
    assert len(metrics) == 5


def test_events_are_found_by_kind() -> None:
    metrics = parse(TEXT)
    assert events(metrics, "bytes_in") == 1_500_000
    assert events(metrics, "call_auth.login") == 3
    assert events(metrics, "pictures_drawn") is None


def test_what_happened_is_a_difference() -> None:
    before = parse('prime_events_total{kind="a"} 3\n')
    after = parse('prime_events_total{kind="a"} 5\nprime_events_total{kind="b"} 2\n')
    assert happened(before, after, "a") == 2
    assert happened(before, after, "b") == 2
    assert happened(before, after, "c") is None


@pytest.mark.parametrize("line", ["prime_rooms", "prime_rooms four", "{} 4", "a b c d"])
def test_what_is_no_metric_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"metric|convert"):
        parse(line)
