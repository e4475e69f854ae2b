"""Writes the results of games to the database until it has them.

A result is in the memory of the worker that played the game, and in Redis, from the end of the game until the database
has confirmed it. So it outlives a database that is away, a worker that is killed, and the room. Every worker looks in
Redis for results that others have left behind. Saving is idempotent: two workers may save the same result.
"""

import asyncio
import contextlib
import logging

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError, OperationalError

from gameplay.models import GameResult
from gameplay.results.results import BadResult, dump_result, load_result, save_result
from rooms.storage.redis_client import REDIS_ERRORS
from rooms.storage.store import Store
from rooms.storage.write_behind import WriteBehind

logger = logging.getLogger(__name__)

RETRY_MIN_S = 0.5
RETRY_MAX_S = 10.0
ADOPT_INTERVAL_S = 15.0
"""How often Redis is asked for results that another worker has left behind."""


class ResultWriter:
    """The results of games that the database does not have yet, by public id."""

    def __init__(self, store: Store, writer: WriteBehind) -> None:
        self._store = store
        self._writer = writer
        self._pending: dict[str, bytes] = {}
        self._unreadable: set[str] = set()
        self._refused: set[str] = set()
        self._wakeup = asyncio.Event()
        self._has_failed = False

    def __len__(self) -> int:
        """Results that this worker tries to save."""
        return len(self._pending)

    def add(self, result: GameResult) -> None:
        """Save a result in the background; returns immediately."""
        encoded = dump_result(result)
        self._pending[result.public_id] = encoded
        self._writer.keep_result(result.public_id, encoded)
        self._wakeup.set()

    async def find(self, public_id: str) -> GameResult | None:
        """The result if it is not in the database yet, from memory or Redis; None if it is not known there."""
        encoded = self._pending.get(public_id)
        try:
            if encoded is None:
                encoded = await self._store.kept_result(public_id)
            return None if encoded is None else load_result(encoded)
        except (BadResult, *REDIS_ERRORS):
            return None

    async def run(self) -> None:
        """Save results as they come, until cancelled; retry with back-off, and adopt those that are left behind."""
        loop = asyncio.get_running_loop()
        retry_s, adopt_at_s = RETRY_MIN_S, 0.0
        while True:
            if loop.time() >= adopt_at_s:
                await self._adopt()
                adopt_at_s = loop.time() + ADOPT_INTERVAL_S
            if await self.flush():
                retry_s, pause_s = RETRY_MIN_S, ADOPT_INTERVAL_S
            else:
                retry_s, pause_s = min(retry_s * 2, RETRY_MAX_S), retry_s
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._wakeup.wait()

    async def flush(self) -> bool:
        """Save all results once; False if the database has not taken all of them."""
        self._wakeup.clear()
        for public_id, encoded in tuple(self._pending.items()):
            try:
                await save_result(encoded)
            except (OperationalError, InterfaceError) as error:
                self._record_failure(error)
                return False
            except (DatabaseError, ObjectDoesNotExist) as error:
                # The database refuses this one: it must not keep the others from being saved.
                self._record_refusal(public_id, error)
                continue
            self._pending.pop(public_id, None)
            self._refused.discard(public_id)
            self._writer.drop_result(public_id)
        if self._pending:
            return False
        if self._has_failed:
            logger.info("The database takes results again; all are saved")
            self._has_failed = False
        return True

    async def _adopt(self) -> None:
        try:
            kept = await self._store.kept_results()
        except REDIS_ERRORS as error:
            self._writer.record_failure(error)
            return
        for public_id, encoded in kept.items():
            if public_id in self._unreadable or public_id in self._pending:
                continue
            try:
                load_result(encoded)
            except BadResult as error:
                # Perhaps of a newer version: it stays in Redis.
                logger.error("Result %s cannot be read: %s", public_id, error)
                self._unreadable.add(public_id)
            else:
                self._pending[public_id] = encoded

    def _record_failure(self, error: Exception) -> None:
        if not self._has_failed:
            logger.error("Saving a result failed, trying again until it is saved: %s", str(error).strip())
        self._has_failed = True

    def _record_refusal(self, public_id: str, error: Exception) -> None:
        if public_id not in self._refused:
            logger.error("The database refuses result %s, trying again: %s", public_id, str(error).strip())
        self._refused.add(public_id)
