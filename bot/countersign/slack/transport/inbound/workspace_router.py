"""Hands each payload to the app of its workspace; one that no installation serves is refused."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.request.internals import extract_enterprise_id, extract_is_enterprise_install
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from countersign.flow.errors import DatabaseUnavailable, RateLimited, SlackUnreachable

REMOVALS = ("app_uninstalled", "tokens_revoked")

log = structlog.get_logger()


class Directory(Protocol):
    """Raises DatabaseUnavailable."""

    async def app(self, team: str) -> AsyncApp | None:
        """The app of this workspace; None where it is not installed."""
        ...

    async def join(self, team: str, enterprise_id: str) -> None:
        """The workspace belongs to this organisation, which may have installed the app."""
        ...

    async def removed(self, id_: str, reason: str) -> None:
        """Slack says that the app was removed from this workspace or organisation.

        Raises RateLimited and SlackUnreachable where Slack cannot be asked whether that is still so.
        """
        ...


class WorkspaceRouter(AsyncApp):
    """What Socket Mode and HTTP dispatch to. It has no listeners of its own."""

    def __init__(self, directory: Directory, web: AsyncWebClient, *, signing_secret: str) -> None:
        super().__init__(
            name="slack_bolt",
            client=web,
            signing_secret=signing_secret,
            authorize=_nobody,
            process_before_response=True,
        )
        self._directory = directory

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        body = req.body
        if body.get("type") == "url_verification":
            response: BoltResponse = await super().async_dispatch(req)
            return response
        try:
            if (event := _event_type(body)) in REMOVALS:
                return await self._removed(event, body)
            app = await self._app(body)
        except (DatabaseUnavailable, RateLimited, SlackUnreachable) as error:
            log.warning("payload_not_routed", reason=str(error))
            return BoltResponse(status=503, body="")
        if app is None:
            log.warning("payload_of_another_installation")
            return BoltResponse(status=403, body="")
        return await app.async_dispatch(req)

    async def _app(self, body: Mapping[str, Any]) -> AsyncApp | None:
        teams = list(dict.fromkeys(team for team in team_ids(body) if isinstance(team, str)))
        for team in teams:
            if (app := await self._directory.app(team)) is not None:
                return app
        enterprise = extract_enterprise_id(dict(body))
        if teams and enterprise and extract_is_enterprise_install(dict(body)):
            await self._directory.join(teams[0], enterprise)
            return await self._directory.app(teams[0])
        return None

    async def _removed(self, event: str, body: Mapping[str, Any]) -> BoltResponse:
        """Of revoked tokens only those of the bot matter: the app has no others."""
        ids = {body.get("team_id"), body.get("enterprise_id")}
        tokens = (body.get("event") or {}).get("tokens") or {}
        if event == "app_uninstalled" or tokens.get("bot"):
            for id_ in sorted(each for each in ids if isinstance(each, str)):
                await self._directory.removed(id_, event)
        return BoltResponse(status=200, body="")


async def _nobody(**_arguments: object) -> AuthorizeResult:
    """Nothing is authorised here: each workspace's own app does it."""
    raise NotImplementedError


def _event_type(body: Mapping[str, Any]) -> str:
    event = body.get("event")
    return str(event.get("type")) if isinstance(event, Mapping) else ""


def team_ids(body: Mapping[str, Any]) -> Iterator[object]:
    """The workspaces that a payload names, the one that it is most surely for first.

    In a channel that workspaces share, people of the one press buttons of the other's cards: the message with
    the buttons is the app's own, and says whose.
    """
    if isinstance(view := body.get("view"), Mapping):
        yield view.get("app_installed_team_id")
    if body.get("type") == "block_actions" and isinstance(message := body.get("message"), Mapping):
        yield message.get("team")
    for authorization in body.get("authorizations") or ():
        if isinstance(authorization, Mapping):
            yield authorization.get("team_id")
    yield body.get("context_team_id")
    if isinstance(team := body.get("team"), Mapping):
        yield team.get("id")
    yield body.get("team_id")
    if isinstance(user := body.get("user"), Mapping) and body.get("team") is None:
        yield user.get("team_id")  # of an organisation's installation, whose interactions may name no team
