"""Token bucket: bursts, rate, warnings and floods."""

from rooms.access.token_bucket import BURST, ERROR_INTERVAL_MS, FLOOD_THRESHOLD, MESSAGES_PER_S, TokenBucket


def test_a_burst_is_allowed_and_then_a_rate() -> None:
    bucket = TokenBucket(0)
    assert [bucket.take(0) for _ in range(BURST + 1)] == [True] * BURST + [False]
    assert sum(bucket.take(1_000) for _ in range(BURST)) == MESSAGES_PER_S


def test_there_is_one_warning_a_second() -> None:
    bucket = TokenBucket(0)
    warnings = [bucket.should_warn(at_ms) for at_ms in (0, 10, ERROR_INTERVAL_MS - 1, ERROR_INTERVAL_MS)]
    assert warnings == [True, False, False, True]


def test_only_a_client_that_does_not_stop_is_flooding() -> None:
    bucket = TokenBucket(0)
    for _ in range(BURST + FLOOD_THRESHOLD - 1):
        bucket.take(0)
    assert not bucket.is_flooding
    bucket.take(60_000)
    for _ in range(BURST):
        bucket.take(60_000)
    assert not bucket.is_flooding
    for _ in range(FLOOD_THRESHOLD):
        bucket.take(60_000)
    assert bucket.is_flooding


def test_a_clock_that_goes_back_adds_no_tokens() -> None:
    bucket = TokenBucket(1_000)
    assert sum(bucket.take(0) for _ in range(BURST * 2)) == BURST
