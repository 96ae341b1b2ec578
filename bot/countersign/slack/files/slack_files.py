"""Downloads files that people shared, from Slack's own hosts only.

The bot's token goes along, so a URL of any other host is refused, and no redirect is followed: without the
scope files:read, Slack redirects to its sign-in page or answers with that.
https://docs.slack.dev/reference/objects/file-object
"""

import asyncio
from collections.abc import Mapping

import aiohttp
import structlog
from yarl import URL

from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.files.errors import (
    DELETED,
    NO_ACCESS,
    NO_SCOPE,
    NOT_GIVEN,
    NOT_SLACKS,
    FileNotRead,
    too_large,
)
from countersign.flow.files.shared_file import SharedFile
from countersign.i18n import Text
from countersign.slack.files.event_files import file_from
from countersign.slack.transport.outbound.web_api import WebApi, Workspace, retry_after

log = structlog.get_logger()

_HOSTS = (".slack.com", ".slack-gov.com")
_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10, sock_read=20)
_CHUNK = 64 << 10  # bytes
_TRIES = 3
_SCOPE = "files:read"
_REFUSALS: Mapping[str, Text] = {
    "missing_scope": NO_SCOPE,
    "file_not_found": DELETED,
    "file_deleted": DELETED,
    "access_denied": NO_ACCESS,
}
_STATUS: Mapping[int, Text] = {401: NO_SCOPE, 403: NO_ACCESS, 404: DELETED, 410: DELETED}
_HTML = (b"<!doctype html", b"<html")


class _TryAgain(Exception):
    """Slack did not answer in full."""


class SlackFiles:
    """Implements `FileSource` of countersign.flow.ports."""

    def __init__(self, api: WebApi, workspace: Workspace, *, pause: float = 0.5) -> None:
        """`pause`: seconds before the second try; twice as many before the third."""
        self._pause = pause
        self._api = api
        self._scopes = workspace.scopes

    async def describe(self, file: SharedFile) -> SharedFile:
        self._check_scope()
        try:
            answer = await self._api.read("files.info", file=file.id)
        except SlackRefused as refused:
            raise FileNotRead(_REFUSALS.get(refused.error, NOT_GIVEN)) from refused
        except SlackUnreachable as error:
            raise FileNotRead(NOT_GIVEN) from error
        found = file_from(answer.get("file"))
        if found.deleted:
            raise FileNotRead(DELETED)
        return found

    async def download(self, file: SharedFile, limit: int) -> bytes:
        self._check_scope()
        url = self._checked(file)
        for left in reversed(range(_TRIES)):
            try:
                return await self._get(url, file, limit)
            except (_TryAgain, aiohttp.ClientError, TimeoutError, OSError) as error:
                log.info("file_not_downloaded", file=file.id, reason=type(error).__name__, tries_left=left)
                if left:
                    await asyncio.sleep(self._pause * (_TRIES - left))
        raise FileNotRead(NOT_GIVEN)

    def _check_scope(self) -> None:
        if self._scopes is not None and _SCOPE not in self._scopes:
            raise FileNotRead(NO_SCOPE)

    def _checked(self, file: SharedFile) -> URL:
        """The URL as the client will read it, if the token may be sent there."""
        own = URL(self._api.web.base_url)
        try:
            url = URL(file.url)
        except ValueError:
            raise FileNotRead(NOT_SLACKS) from None
        to_slack = url.scheme == "https" and url.port == 443 and (url.host or "").endswith(_HOSTS)
        to_own = (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)
        if not (to_slack or to_own) or url.user is not None:
            raise FileNotRead(NOT_SLACKS)
        return url

    async def _get(self, url: URL, file: SharedFile, limit: int) -> bytes:
        session = self._api.web.session
        assert session is not None, "open_web gives it one"
        headers = {"Authorization": f"Bearer {self._api.web.token}"}
        async with session.get(url, headers=headers, allow_redirects=False, timeout=_TIMEOUT) as answer:
            if answer.status == 429:
                raise RateLimited(retry_after(answer.headers))
            if 300 <= answer.status < 400:
                raise FileNotRead(NO_SCOPE)
            if answer.status in _STATUS:
                raise FileNotRead(_STATUS[answer.status])
            if answer.status != 200:
                raise _TryAgain
            content = await _read(answer, limit)
        if _is_sign_in_page(content, file):
            raise FileNotRead(NO_SCOPE)
        return content


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    if answer.content_length is not None and answer.content_length > limit:
        raise FileNotRead(too_large(limit))
    content = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise FileNotRead(too_large(limit))
    return bytes(content)


def _is_sign_in_page(content: bytes, file: SharedFile) -> bool:
    """Whether Slack sent its sign-in page instead of the file: HTML of another length."""
    return content[:200].lstrip().lower().startswith(_HTML) and file.size != len(content)
