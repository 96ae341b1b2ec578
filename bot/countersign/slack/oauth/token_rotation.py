"""Rotates tokens that expire, by slack-sdk's rotator and by one process at a time.

https://docs.slack.dev/authentication/using-token-rotation. A refresh token is good for one refresh. A process
that dies after Slack's answer and before the commit loses the next one: the installation has to be made again
once the token expires.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from slack_sdk.errors import SlackClientError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from countersign.approvals.errors import CountersignError
from countersign.flow.installation.installation import Installation
from countersign.flow.ports import Clock
from countersign.flow.ports.database.installations import InstallationStore

EARLY = timedelta(hours=2)  # before a token expires, which has a life of twelve

log = structlog.get_logger()


class TokenNotRotated(CountersignError):
    """Slack gave no new token. If this lasts until the old one expires, install the app again."""


class TokenRotation:
    def __init__(self, store: InstallationStore, rotator: AsyncTokenRotator, clock: Clock) -> None:
        self._store = store
        self._rotator = rotator
        self._clock = clock

    def renewal(self, installation_id: str) -> Callable[[str], Awaitable[str | None]]:
        """A function that renews an expired token; None where tokens are not rotated."""

        async def renew(expired: str) -> str | None:
            try:
                renewed = await self._store.renew(installation_id, expired, self._next)
            except TokenNotRotated as error:
                log.error("token_not_rotated", installation=installation_id, reason=str(error))
                return None
            return renewed.token if renewed is not None else None

        return renew

    async def rotate_expiring(self) -> int:
        """Rotate the tokens that expire soon; returns how many. Raises DatabaseUnavailable."""
        rotated = 0
        for installation_id in await self._store.expiring(self._clock() + EARLY):
            try:
                await self._store.renew(installation_id, None, self._next_if_expiring)
                rotated += 1
            except CountersignError as error:
                log.error("token_not_rotated", installation=installation_id, reason=str(error))
        return rotated

    async def _next_if_expiring(self, installation: Installation) -> Installation:
        """Another process may have been first."""
        if installation.expires_at is None or installation.expires_at > self._clock() + EARLY:
            return installation
        return await self._next(installation)

    async def _next(self, installation: Installation) -> Installation:
        if installation.refresh_token is None:
            raise TokenNotRotated
        now = time.time()
        bot = Bot(
            team_id=installation.id,
            bot_token=installation.token,
            bot_id=installation.bot_id,
            bot_user_id=installation.bot_user,
            bot_refresh_token=installation.refresh_token,
            bot_token_expires_at=int(now),  # whoever asks knows that it is time
            installed_at=now,
        )
        try:
            rotated = await self._rotator.perform_bot_token_rotation(bot=bot)
        except (SlackTokenRotationError, SlackClientError, OSError, TimeoutError) as error:
            raise TokenNotRotated from error
        if rotated is None or not rotated.bot_token or not rotated.bot_refresh_token:
            raise TokenNotRotated
        expires_at = datetime.fromtimestamp(rotated.bot_token_expires_at or 0, UTC)
        log.info("token_rotated", installation=installation.id, expires_at=expires_at.isoformat())
        return replace(
            installation,
            token=rotated.bot_token,
            refresh_token=rotated.bot_refresh_token,
            expires_at=expires_at,
        )
