"""The arithmetic of the load generator's report."""

import math

import pytest

from bench.report import Report, percentile

REPORT = Report(
    rooms=2,
    sockets=14,
    seconds=30.0,
    connects_per_s=700.0,
    connect_p95_ms=3.0,
    delivered_per_s=1000.0,
    swipes=20,
    swipe_p50_ms=1.0,
    swipe_p95_ms=2.0,
    swipe_p99_ms=3.0,
    swipe_max_ms=4.0,
    server_cpu_percent=5.0,
    server_cpu_us_per_message=25.0,
    generator_cpu_percent=4.0,
    server_rss_mib=100.0,
    server_rss_kib_per_socket=9.0,
    errors={},
)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.01, 1), (0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)])
def test_a_percentile_is_the_smallest_value_that_enough_others_do_not_exceed(share: float, expected: int) -> None:
    assert percentile(range(100, 0, -1), share) == expected


def test_a_percentile_of_nothing_is_not_a_number() -> None:
    assert math.isnan(percentile([], 0.95))


def test_a_report_says_whether_there_were_errors() -> None:
    assert REPORT.lines()[-1].split() == ["errors", "0"]
    assert any("2 × 7 = 14" in line for line in REPORT.lines())
