"""Retention of results: public for 30 days, then deleted unless they belong to an account."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from channels.db import database_sync_to_async
from django.db import Error as DatabaseError
from django.utils import timezone

from gameplay.models import GameResult

logger = logging.getLogger(__name__)

PUBLIC_FOR: Final = timedelta(days=30)
INTERVAL_S: Final = 3600


async def find_shared(public_id: str, now: datetime | None = None) -> GameResult | None:
    """The public result with this id; None if it has expired or never existed."""
    return await GameResult.objects.filter(public_id=public_id, ended_at__gt=_cutoff(now)).afirst()


def purge(now: datetime | None = None) -> int:
    """Delete expired results without an account; return their number."""
    count, _by_model = GameResult.objects.filter(creator=None, ended_at__lte=_cutoff(now)).delete()
    return count


async def purge_periodically(sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
    """`purge` now and every `INTERVAL_S`, until cancelled; log database errors."""
    while True:
        try:
            count = await database_sync_to_async(purge, thread_sensitive=False)()
        except DatabaseError as error:
            logger.warning("Deleting expired results failed: %s", error)
        else:
            if count:
                logger.info("Deleted %d results older than %d days", count, PUBLIC_FOR.days)
        await sleep(INTERVAL_S)


def _cutoff(now: datetime | None) -> datetime:
    return (now or timezone.now()) - PUBLIC_FOR
