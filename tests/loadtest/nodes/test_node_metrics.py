"""Prometheus' text, read back."""

import pytest

from loadtest.nodes.node_metrics import counted, happened, longest, parse

TEXT = """\
# HELP prime_received_bytes_total Bytes of the messages that clients sent.
# TYPE prime_received_bytes_total counter
prime_received_bytes_total 1.5e+06
prime_calls_total{method="auth.login"} 3.0
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


def test_counters_are_found_by_what_the_code_calls_them() -> None:
    metrics = parse(TEXT)
    assert counted(metrics, "received_bytes") == 1_500_000
    assert counted(metrics, "calls.auth.login") == 3
    assert counted(metrics, "calls") is None
    assert counted(metrics, "states_encoded") is None


def test_what_happened_is_a_difference() -> None:
    before = parse("prime_a_total 3\n")
    after = parse('prime_a_total 5\nprime_b_total{kind="c.d"} 2\n')
    assert happened(before, after, "a") == 2
    assert happened(before, after, "b.c.d") == 2
    assert happened(before, after, "c") is None


def test_the_longest_between_two_scrapes_is_the_highest_bucket_that_rose() -> None:
    before = parse('t_bucket{le="0.01"} 3\nt_bucket{le="0.02"} 4\nt_bucket{le="+Inf"} 4\n')
    after = parse('t_bucket{le="0.01"} 4\nt_bucket{le="0.02"} 6\nt_bucket{le="+Inf"} 6\n')
    assert longest(before, after, "t") == 20.0
    assert longest(after, after, "t") is None
    assert longest(before, after, "other") is None
    past = parse('t_bucket{le="0.02"} 4\nt_bucket{le="+Inf"} 5\n')
    assert longest(before, past, "t") == 20.0


@pytest.mark.parametrize("line", ["prime_rooms", "prime_rooms four", "{} 4", "a b c d"])
def test_what_is_no_metric_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"metric|convert"):
        parse(line)
