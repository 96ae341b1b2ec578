"""Answers at the response_url that came with a command or a click, if it is an address of Slack's."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from countersign.slack.block_kit.escaping import escape

_HOOKS = "https://hooks.slack.com/"


async def respond(web: AsyncWebClient, url: str, text: str) -> bool:
    """Whether the text was taken there, for the eyes of whoever typed the command."""
    return await _post(web, url, {"response_type": "ephemeral", "text": escape(text)})


async def replace_ephemeral(web: AsyncWebClient, url: str, message: Mapping[str, Any]) -> bool:
    """Whether it was taken in place of the message whose button was clicked. Texts are escaped already."""
    return await _post(web, url, {**message, "replace_original": True})


async def remove_message(web: AsyncWebClient, url: str) -> bool:
    """Remove the message that was clicked."""
    return await _post(web, url, {"delete_original": True})


async def _post(web: AsyncWebClient, url: str, body: Mapping[str, Any]) -> bool:
    if not _is_slack_url(web, url) or web.session is None:
        return False
    try:
        async with web.session.post(url, json=body) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


def _is_slack_url(web: AsyncWebClient, url: str) -> bool:
    own, given = urlsplit(web.base_url), urlsplit(url)
    return url.startswith(_HOOKS) or (given.scheme, given.netloc) == (own.scheme, own.netloc)
