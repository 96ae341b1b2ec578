"""The first calls to Slack: check the tokens and learn which workspace and bot user they belong to."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import structlog

from countersign.approvals.errors import CountersignError
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.slack.transport.outbound.web_api import WebApi, Workspace

_RETRY_AFTER = 2  # seconds
_REFUSED = {
    "auth.test": (
        "SLACK_BOT_TOKEN was refused by Slack ({error}). Copy the bot token again from your Slack app's "
        "settings, “OAuth & Permissions”."
    ),
    "apps.connections.open": (
        "SLACK_APP_TOKEN was refused by Slack ({error}). Use an app-level token with the scope "
        "connections:write, from your Slack app's settings, “Basic Information”."
    ),
}

log = structlog.get_logger()


class StartupError(CountersignError):
    """The bot cannot start."""


async def connect_to_slack(
    api: WebApi, app_token: str | None, while_waiting: Callable[[], AbstractAsyncContextManager[None]]
) -> Workspace | None:
    """Check the tokens. Retries while Slack cannot be reached; raises StartupError when it refuses a token.

    Without a bot token there is no workspace. `while_waiting` is entered after the first failed attempt and
    left when Slack has answered.
    """
    async with AsyncExitStack() as stack:
        waiting = False
        while True:
            try:
                workspace = await api.workspace() if api.web.token is not None else None
                if app_token is not None:
                    await api.check_app_token(app_token)
            except SlackRefused as error:
                refused = _REFUSED.get(error.method, _REFUSED["auth.test"])
                raise StartupError(refused.format(error=error.error)) from error
            except (SlackUnreachable, RateLimited) as error:
                log.warning(
                    "slack_not_reached",
                    reason=str(error),
                    slack_api_url=api.web.base_url,
                    again_in_s=_RETRY_AFTER,
                )
                if not waiting:
                    waiting = True
                    await stack.enter_async_context(while_waiting())
                await asyncio.sleep(_RETRY_AFTER)
            else:
                return workspace
