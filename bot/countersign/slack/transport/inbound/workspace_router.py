"""Routes each payload to the app of its workspace; payloads without an installation are refused."""

from collections.abc import Mapping
from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.request.internals import extract_enterprise_id, extract_is_enterprise_install
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from countersign.flow.errors import DatabaseUnavailable, RateLimited, SlackUnreachable
from countersign.flow.installation.organisations import PayloadSubject
from countersign.slack.transport.inbound.installation import ROUTED_TO
from countersign.slack.transport.inbound.payload_subject import subject_of

REMOVALS = ("app_uninstalled", "tokens_revoked")
ACCESS_CHANGES = ("team_access_granted", "team_access_revoked")  # of an organisation's workspaces

log = structlog.get_logger()


class Directory(Protocol):
    """Raises DatabaseUnavailable."""

    async def app(self, team: str) -> AsyncApp | None:
        """The app of this workspace; None where it is not installed."""
        ...

    async def workspace_of(self, enterprise_id: str, subject: PayloadSubject) -> str | None:
        """The workspace that a payload for an organisation's installation is for.

        Raises RateLimited and SlackUnreachable too.
        """
        ...

    async def access_changed(self, enterprise_id: str, reason: str) -> None:
        """Slack says that the app was added to workspaces of this organisation, or removed from some.

        Raises RateLimited and SlackUnreachable where Slack cannot be asked which they are now.
        """
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
            event = _event_type(body)
            if event in REMOVALS:
                return await self._removed(event, body)
            if event in ACCESS_CHANGES:
                return await self._access_changed(event, body)
            app = await self._app(req)
        except (DatabaseUnavailable, RateLimited, SlackUnreachable) as error:
            log.warning("payload_not_routed", reason=str(error))
            return BoltResponse(status=503, body="")
        if app is None:
            log.warning("payload_of_another_installation")
            return BoltResponse(status=403, body="")
        return await app.async_dispatch(req)

    async def _app(self, req: AsyncBoltRequest) -> AsyncApp | None:
        body = req.body
        enterprise = extract_enterprise_id(dict(body))
        if enterprise and extract_is_enterprise_install(dict(body)):
            team = await self._directory.workspace_of(enterprise, subject_of(body))
            if team is None:
                return None
            req.context[ROUTED_TO] = team
            return await self._directory.app(team)
        for team in subject_of(body).teams:
            if (app := await self._directory.app(team)) is not None:
                return app
        return None

    async def _access_changed(self, event: str, body: Mapping[str, Any]) -> BoltResponse:
        enterprise = extract_enterprise_id(dict(body))
        if enterprise:
            await self._directory.access_changed(enterprise, event)
        return BoltResponse(status=200, body="")

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
