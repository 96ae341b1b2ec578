"""The anchor targets of LEDGER_ANCHOR: a file, a Slack channel, a time stamp authority."""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp

from countersign.approvals.audit import Anchor
from countersign.approvals.errors import CountersignError

_SECONDS = 15.0  # that a time stamping authority has to answer
_NO_CHANNEL = "LEDGER_ANCHOR: a channel takes SLACK_BOT_TOKEN. With several workspaces use file: or rfc3161:."


class AnchorTargetNotUnderstood(CountersignError):
    """LEDGER_ANCHOR takes file:PATH, slack:#channel or rfc3161:URL=>FOLDER, several separated by commas."""


class SlackChannels(Protocol):
    async def post_text(self, key: str, channel: str, text: str, *, look_first: bool) -> dict[str, Any]:
        """Post a text; the key marks the message."""
        ...


class AnchorTarget(Protocol):
    @property
    def name(self) -> str:
        """As LEDGER_ANCHOR has it, for the log."""
        ...

    async def publish(self, anchor: Anchor) -> None:
        """Write the anchor. Whatever it raises, it is retried later."""
        ...


class FileAnchors:
    """Appends a line `<time> <position>:<link>`. Keep the file where the database's owner cannot write."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = f"file:{path}"

    async def publish(self, anchor: Anchor) -> None:
        await asyncio.to_thread(self._append, anchor)

    def _append(self, anchor: Anchor) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {anchor}\n")
            file.flush()
            os.fsync(file.fileno())


class SlackAnchors:
    """Posts the head to a channel, where everybody's client has a copy."""

    def __init__(self, channel: str, slack: SlackChannels) -> None:
        self._channel = channel
        self._slack = slack
        self.name = f"slack:{channel}"

    async def publish(self, anchor: Anchor) -> None:
        text = f"Head of the approval ledger: {anchor}"
        await self._slack.post_text(
            f"anchor:{anchor.workspace or ''}{anchor.position}", self._channel, text, look_first=False
        )


class TimestampAnchors:
    """Has the head stamped by an RFC 3161 authority, and keeps each answer in a file."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self.name = f"rfc3161:{url}=>{folder}"

    async def publish(self, anchor: Anchor) -> None:
        # cryptography's certificates are slow to import, and few deployments anchor this way.
        from countersign.anchoring.timestamp import request_timestamp, timestamp_name  # noqa: PLC0415

        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as client:
            answer = await request_timestamp(client, self._url, anchor)
        await asyncio.to_thread(self._keep, timestamp_name(anchor), answer)

    def _keep(self, name: str, answer: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / name
        unfinished = path.with_suffix(".new")
        unfinished.write_bytes(answer)
        unfinished.replace(path)


def anchor_targets(setting: str, slack: SlackChannels | None) -> Sequence[AnchorTarget]:
    """The targets that LEDGER_ANCHOR names; without `slack`, no channel.

    Raises AnchorTargetNotUnderstood.
    """
    return [_target(one.strip(), slack) for one in setting.split(",") if one.strip()]


def _target(text: str, slack: SlackChannels | None) -> AnchorTarget:
    kind, _, rest = text.partition(":")
    if kind == "file" and rest:
        return FileAnchors(Path(rest))
    if kind == "slack" and rest and slack is None:
        raise AnchorTargetNotUnderstood(_NO_CHANNEL)
    if kind == "slack" and rest and slack is not None:
        return SlackAnchors(rest, slack)
    if kind == "rfc3161":
        url, arrow, folder = rest.partition("=>")
        if arrow and folder and urlsplit(url).scheme in {"http", "https"}:
            return TimestampAnchors(url, Path(folder))
    raise AnchorTargetNotUnderstood(
        f"LEDGER_ANCHOR: {text!r} is not understood. {AnchorTargetNotUnderstood.__doc__}"
    )
