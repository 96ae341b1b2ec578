"""Posts a file in a thread, in the three steps of Slack's upload.

https://docs.slack.dev/messaging/working-with-files#upload. A message that shares a file takes no metadata, so
a second attempt looks for the file's name, which is unique.
"""

import time
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from countersign.flow.errors import SlackRefused, SlackUnreachable
from countersign.i18n import lazy_text
from countersign.slack.files.outgoing_file import OutgoingFile
from countersign.slack.transport.outbound.pagination import read_pages
from countersign.slack.transport.outbound.web_api import WebApi

_UPLOAD_HOSTS = (".slack.com", ".slack-files.com")
_LOOKED_AT = 200  # messages of the thread


async def share_file(
    api: WebApi, channel: str, thread_ts: str | None, file: OutgoingFile, *, look_first: bool
) -> str:
    """Post the file and return the ts of its message, or the time where Slack does not tell that.

    Raises RateLimited, SlackRefused and SlackUnreachable.
    """
    name, content = file.name, file.content
    if look_first and (found := await _shared(api, channel, thread_ts, name)):
        return found
    begun = await api.call("files.getUploadURLExternal", filename=name, length=str(len(content)))
    await _upload(api, str(begun.get("upload_url")), content)
    files = [{"id": begun.get("file_id"), "title": file.title}]
    await api.call("files.completeUploadExternal", files=files, channel_id=channel, thread_ts=thread_ts)
    # Slack shares the file a moment later, so the message may not be there yet.
    return await _shared(api, channel, thread_ts, name) or f"{time.time():.6f}"


async def _upload(api: WebApi, url: str, content: bytes) -> None:
    own, given = urlsplit(api.web.base_url), urlsplit(url)
    to_slack = given.scheme == "https" and (given.hostname or "").endswith(_UPLOAD_HOSTS)
    session = api.web.session
    if session is None or not (to_slack or (given.scheme, given.netloc) == (own.scheme, own.netloc)):
        raise SlackRefused("files.getUploadURLExternal", "upload_url_is_not_slacks")
    try:
        async with session.post(url, data=content) as answer:
            if answer.status != 200:
                raise SlackUnreachable(
                    lazy_text("Slack did not take the file: {error}.", error="HTTP " + str(answer.status))
                )
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise SlackUnreachable(
            lazy_text("Slack did not take the file: {error}.", error=type(error).__name__)
        ) from error


async def _shared(api: WebApi, channel: str, thread_ts: str | None, name: str) -> str | None:
    method = "conversations.replies" if thread_ts else "conversations.history"
    async for page in read_pages(api, method, channel=channel, ts=thread_ts, limit=_LOOKED_AT):
        for message in page.get("messages", ()):
            if any(_is_named(file, name) for file in message.get("files") or ()):
                return str(message["ts"])
        if thread_ts is None:  # the newest of the channel are enough
            break
    return None


def _is_named(file: Any, name: str) -> bool:
    return isinstance(file, dict) and file.get("name") == name
