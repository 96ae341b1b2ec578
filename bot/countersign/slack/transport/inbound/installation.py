"""Refuses payloads of another workspace or another app, over both transports."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import structlog
from slack_bolt.response import BoltResponse

from countersign.slack.transport.outbound.web_api import Workspace

log = structlog.get_logger()


ROUTED_TO = "countersign_workspace"  # in Bolt's context, which no header and no body can set


def is_addressed_to(workspace: Workspace, body: Mapping[str, Any], routed_to: str | None = None) -> bool:
    """Whether a payload is for this app in this workspace.

    From a channel that is shared with another workspace, a payload names that one too. One for an
    organisation's installation may name none: `routed_to` says which it is about. An app id is compared where
    both sides know it.
    """
    app_id = body.get("api_app_id")
    if app_id and workspace.app_id and app_id != workspace.app_id:
        return False
    if routed_to is not None:
        return routed_to == workspace.team
    return workspace.team in _team_ids(body)


def installation_check(
    workspace: Workspace,
) -> Callable[..., Awaitable[BoltResponse | None]]:
    """A global Bolt middleware. A refused payload is not acknowledged."""

    async def check(
        body: dict[str, Any],
        context: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002
    ) -> BoltResponse | None:
        if is_addressed_to(workspace, body, routed_to=context.get(ROUTED_TO)):
            await next()
            return None
        log.warning("payload_of_another_installation")
        return BoltResponse(status=403, body="")

    return check


def _team_ids(body: Mapping[str, Any]) -> Iterator[object]:
    yield body.get("team_id")
    yield body.get("context_team_id")
    for authorization in body.get("authorizations") or ():
        if isinstance(authorization, Mapping):
            yield authorization.get("team_id")
    for part, key in (("team", "id"), ("view", "app_installed_team_id"), ("message", "team")):
        inner = body.get(part)
        if isinstance(inner, Mapping):
            yield inner.get(key)
