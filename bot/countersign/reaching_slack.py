"""The first word with Slack: who we are there, before anything else is done."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import structlog

from countersign.approvals.errors import CountersignError
from countersign.flow.ports import RateLimited, SlackRefused, SlackUnreachable
from countersign.slack.web_api import WebApi, Workspace

_REFUSED = {
    "auth.test": (
        "SLACK_BOT_TOKEN was refused by Slack ({error}). Copy the bot token again from your Slack app's "
        "settings under “OAuth & Permissions”."
    ),
    "apps.connections.open": (
        "SLACK_APP_TOKEN was refused by Slack ({error}). It has to be an app-level token with the scope "
        "connections:write, from your Slack app's settings under “Basic Information”."
    ),
}

log = structlog.get_logger()


class StartError(CountersignError):
    """The bot cannot start."""


async def reach_slack(
    api: WebApi, app_token: str | None, meanwhile: Callable[[], AbstractAsyncContextManager[None]]
) -> Workspace:
    """Who we are in Slack. A Slack that is away is waited for; one that refuses a token is not."""
    async with AsyncExitStack() as stack:
        waiting = False
        while True:
            try:
                workspace = await api.workspace()
                if app_token is not None:
                    await api.check_app_token(app_token)
            except SlackRefused as error:
                refused = _REFUSED.get(error.method, _REFUSED["auth.test"])
                raise StartError(refused.format(error=error.error)) from error
            except (SlackUnreachable, RateLimited) as error:
                log.warning(
                    "slack_not_reached", reason=str(error), slack_api_url=api.web.base_url, again_in_s=2
                )
                if not waiting:
                    waiting = True
                    await stack.enter_async_context(meanwhile())
                await asyncio.sleep(2)
            else:
                return workspace
