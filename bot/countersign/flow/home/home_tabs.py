"""Publishes Home tabs when they are opened, and again when their content changes.

A tab is leased while it is published, and a change meanwhile marks it stale again, so any number of processes
may do this. A tab is published at most once every 1.2 seconds.
"""

import asyncio
from collections.abc import Iterable

import structlog

from countersign.approvals.errors import CountersignError
from countersign.flow.error_report import new_error_id
from countersign.flow.errors import DatabaseUnavailable, RateLimited
from countersign.flow.home.inbox import InboxReader
from countersign.flow.ports import HomeDisplay, HomeStore, OpenedHome

FOLLOWS_AFTER = 1.2  # seconds between two publications of one tab
_RETRY_AFTER = 5.0  # seconds
_MAX_AT_ONCE = 20  # tabs that one round publishes
_MAX_CHANGES = 1000  # of approvals that one round consumes

log = structlog.get_logger()


class HomeTabs:
    def __init__(self, store: HomeStore, inbox: InboxReader, display: HomeDisplay, team: str) -> None:
        self._store = store
        self._inbox = inbox
        self._display = display
        self._team = team

    async def opened(self, user: str, page: int = 0) -> None:
        """Record that the person has it open, so that it is kept up to date. Raises DatabaseUnavailable."""
        await self._store.open_home(self._team, user, page)

    async def publish(self, user: str) -> None:
        """Publish this person's tab now, if it is stale and no other process does. Never raises for Slack."""
        home = await self._store.claim_home(self._team, user)
        if home is not None:
            await self._publish(home)

    async def refresh(self, user: str) -> None:
        """Publish it after the person did something that it shows."""
        await self._store.touch_home(self._team, user)
        await self.publish(user)

    async def publish_stale(self) -> int:
        """Publish the tabs that are due; returns how many were."""
        await self._store.mark_stale_homes(_MAX_CHANGES)
        due = await self._store.claim_due_homes(self._team, _MAX_AT_ONCE)
        await self._publish_all(due)
        return len(due)

    async def _publish_all(self, homes: Iterable[OpenedHome]) -> None:
        await asyncio.gather(*map(self._publish, homes))

    async def _publish(self, home: OpenedHome) -> None:
        wait = _RETRY_AFTER
        try:
            reader = await self._inbox.reader(home.user)
            await self._store.set_home_keys(self._team, home.user, reader.keys)
            inbox = await self._inbox.read(reader, home.page)
            shown = await self._display.publish(inbox, home.shown)
        except DatabaseUnavailable:
            raise  # the lease lapses
        except RateLimited as limited:
            wait = max(limited.seconds, _RETRY_AFTER)
            log.info("home_not_published", user=home.user, reason=str(limited))
        except CountersignError as error:
            log.warning("home_not_published", user=home.user, reason=str(error))
            wait = _RETRY_AFTER * 6
        except Exception:
            log.exception("home_not_published", user=home.user, error_id=new_error_id())
            wait = _RETRY_AFTER * 12
        else:
            await self._store.home_published(self._team, home, shown, inbox.waiting.page, FOLLOWS_AFTER)
            return
        await self._store.home_failed(self._team, home.user, wait)
