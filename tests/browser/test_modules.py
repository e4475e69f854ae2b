"""Small pure modules: waiting, summing up, telling the time."""

import json
import zlib
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.modules import module_page, run

CHECKSUMS = json.loads((Path(__file__).parents[1] / "vectors" / "checksum.json").read_text())
SEQUENCE_MS = [1000, 1500, 2250, 3375, 5062.5, 7593.75, 11390.625, 17085.9375, 25628.90625, 30000]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def blank(chromium: Browser) -> AsyncIterator[Page]:
    """A page that can import the client's modules."""
    page = await module_page(chromium)
    yield page
    await page.close()


async def delays(blank: Page, random: float, attempts: int = 10) -> list[float]:
    body = "({delay}, [random, n]) => Array.from({length: n}, (_, index) => delay(index + 1, random))"
    result: list[float] = await run(blank, "backoff.js", body, [random, attempts])
    return result


async def test_without_jitter_the_waits_are_those_of_the_source(blank: Page) -> None:
    assert await delays(blank, 0.5) == pytest.approx(SEQUENCE_MS)


async def test_jitter_is_a_fifth_either_way(blank: Page) -> None:
    assert (await delays(blank, 0.0))[:9] == pytest.approx([wait * 0.8 for wait in SEQUENCE_MS[:9]])
    assert (await delays(blank, 0.999999))[:8] == pytest.approx([wait * 1.2 for wait in SEQUENCE_MS[:8]], rel=1e-4)


async def test_no_wait_is_over_30_s_whatever_the_jitter(blank: Page) -> None:
    assert max(await delays(blank, 0.999999, attempts=60)) == 30_000


async def test_waits_grow_as_long_as_they_can(blank: Page) -> None:
    waits = await delays(blank, 0.5)
    assert all(later > earlier for earlier, later in pairwise(waits))


async def test_a_restarting_worker_is_tried_again_within_a_second_or_so(blank: Page) -> None:
    body = "({restartDelay}) => [restartDelay(0), restartDelay(0.999999)]"
    soonest, latest = await run(blank, "backoff.js", body)
    assert 0 < soonest < latest <= 1_000


@pytest.mark.parametrize("vector", CHECKSUMS, ids=[vector["name"] for vector in CHECKSUMS])
async def test_client_and_server_sum_up_alike(blank: Page, vector: dict[str, Any]) -> None:
    body = "({checksumText, stateChecksum}, game) => [checksumText(game), stateChecksum(game)]"
    text, checksum = await run(blank, "checksum.js", body, vector["gameState"])
    assert (text, checksum) == (vector["text"], vector["checksum"])


@pytest.mark.parametrize("text", ["", "123456789", "Дмитро 李 🎉"])
async def test_crc32_is_that_of_zlib(blank: Page, text: str) -> None:
    assert await run(blank, "checksum.js", "({crc32}, text) => crc32(text)", text) == f"{zlib.crc32(text.encode()):08x}"


async def clock(blank: Page, seconds: int, running: bool, *after_ms: int) -> list[float]:
    body = (
        "({setClock, remainingSeconds}, [seconds, running, times]) =>"
        " times.map((ms) => remainingSeconds(setClock(seconds, 5000, running), 5000 + ms))"
    )
    result: list[float] = await run(blank, "clock.js", body, [seconds, running, after_ms])
    return result


async def test_the_clock_shows_the_servers_seconds_and_counts_on_by_itself(blank: Page) -> None:
    assert await clock(blank, 57, True, 0, 400, 990, 1400) == [57, 57, 57, 56]


async def test_the_clock_stands_when_the_server_falls_silent(blank: Page) -> None:
    assert await clock(blank, 57, True, 2_000, 5_000, 3_600_000) == [55, 55, 55]


async def test_a_paused_clock_stands(blank: Page) -> None:
    assert await clock(blank, 31, False, 0, 60_000) == [31, 31]


async def test_the_clock_never_goes_below_zero(blank: Page) -> None:
    assert await clock(blank, 1, True, 1_500) == [0]


async def test_a_phones_clock_that_jumps_back_adds_no_time(blank: Page) -> None:
    assert await clock(blank, 20, True, -40_000) == [20]


async def test_the_wait_before_the_next_round_is_counted_without_ticks(blank: Page) -> None:
    body = "({setWait, remainingSeconds}) => [0, 1500, 4200, 9000].map((ms) => remainingSeconds(setWait(5, 0), ms))"
    assert await run(blank, "clock.js", body) == [5, 4, 1, 0]
