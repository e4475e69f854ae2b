"""Local rate limits: counted per window, forgotten when it ends."""

from limits import RateLimitItemPerMinute

from rooms.access.fixed_window import FixedWindow

THREE = RateLimitItemPerMinute(3, namespace="three")
FOUR = RateLimitItemPerMinute(4, namespace="four")


class Clock:
    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


async def test_a_limit_is_reached_and_full_again_when_the_window_ends() -> None:
    clock = Clock()
    window = FixedWindow(clock)
    assert [await window.hit(THREE, "alice") for _ in range(4)] == [True, True, True, False]
    assert not await window.test(THREE, "alice")
    clock.now_s += 3.0
    stats = await window.get_window_stats(THREE, "alice")
    assert (stats.reset_time - clock.now_s, stats.remaining) == (57.0, 0)
    clock.now_s += 56.9
    assert not await window.hit(THREE, "alice")
    clock.now_s += 0.1
    assert await window.hit(THREE, "alice")
    assert len(window._counts) == 1


async def test_clients_and_limits_are_counted_apart() -> None:
    window = FixedWindow()
    assert [await window.hit(THREE, "alice") for _ in range(4)] == [True, True, True, False]
    assert await window.test(THREE, "bob")
    assert (await window.get_window_stats(FOUR, "alice")).remaining == 4


async def test_a_refused_hit_and_a_test_count_nothing() -> None:
    window = FixedWindow()
    for _ in range(9):
        assert await window.test(FOUR, "alice")
    assert [await window.hit(FOUR, "alice") for _ in range(9)].count(True) == 4
    assert (await window.get_window_stats(FOUR, "alice")).remaining == 0
