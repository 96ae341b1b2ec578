"""Answers at the response_url that came with a slash command, if it is an address of Slack's."""

from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from countersign.slack.block_kit.escaping import escape

_HOOKS = "https://hooks.slack.com/"


async def respond(web: AsyncWebClient, url: str, text: str) -> bool:
    """Whether the text was taken there, for the eyes of whoever typed the command."""
    if not _is_slack_url(web, url) or web.session is None:
        return False
    body = {"response_type": "ephemeral", "text": escape(text)}
    try:
        async with web.session.post(url, json=body) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


def _is_slack_url(web: AsyncWebClient, url: str) -> bool:
    own, given = urlsplit(web.base_url), urlsplit(url)
    return url.startswith(_HOOKS) or (given.scheme, given.netloc) == (own.scheme, own.netloc)
