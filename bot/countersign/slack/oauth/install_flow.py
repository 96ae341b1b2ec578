"""The installation by OAuth, on Bolt's flow: who may install, and what is stored of it.

https://docs.slack.dev/authentication/installing-with-oauth. Bolt issues the `state`, binds it to the browser
by a cookie, and consumes it before it asks Slack for a token.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

import structlog
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from countersign.flow.installation.allow_list import InstallAllowList
from countersign.flow.installation.installation import Installation
from countersign.flow.ports.database.installations import InstallationStore, OAuthStateStore
from countersign.slack.app_manifest.manifest import REDIRECT_PATH
from countersign.slack.app_manifest.permissions import SCOPES
from countersign.slack.oauth import pages

INSTALL_PATH = "/slack/install"
_STATE_LIFETIME = timedelta(minutes=10)
_STATE_BYTES = 32

log = structlog.get_logger()


class InstallationRefused(BoltError):
    """This workspace may not install the app."""


class StateStore(AsyncOAuthStateStore):
    def __init__(self, store: OAuthStateStore) -> None:
        self._store = store

    async def async_issue(self, *_args: object, **_kwargs: object) -> str:
        state = secrets.token_urlsafe(_STATE_BYTES)
        await self._store.issue(state, _STATE_LIFETIME)
        return state

    async def async_consume(self, state: str) -> bool:
        return await self._store.consume(state)


class InstallFlow(AsyncOAuthFlow):
    def __init__(
        self,
        *,
        web: AsyncWebClient,
        client_id: str,
        client_secret: str,
        public_url: str,
        agent: bool,
        store: InstallationStore,
        states: OAuthStateStore,
        allowed: InstallAllowList,
    ) -> None:
        """`web` calls Slack without a token. `agent`: the app is declared as an agent."""
        self._store = store
        self._allowed = allowed
        settings = AsyncOAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=[scope.name for scope in SCOPES if agent or not scope.agent],
            user_scopes=[],
            redirect_uri=public_url + REDIRECT_PATH,
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            authorization_url=urljoin(web.base_url, "../oauth/v2/authorize"),
            installation_store=AsyncInstallationStore(),  # `store_installation` does not use it
            state_store=StateStore(states),
            state_expiration_seconds=int(_STATE_LIFETIME.total_seconds()),
            callback_options=AsyncCallbackOptions(success=_installed, failure=_failed),
        )
        super().__init__(client=web, settings=settings)

    async def build_install_page_html(self, url: str, _request: AsyncBoltRequest) -> str:
        return pages.install_page(url)

    async def store_installation(self, _request: AsyncBoltRequest, installation: SlackInstallation) -> None:
        """Raises InstallationRefused for a workspace that is not on the list; the app is removed there."""
        team, enterprise = installation.team_id, installation.enterprise_id
        token = installation.bot_token
        if not token or not installation.bot_user_id or not (team or enterprise):
            raise InstallationRefused
        if not self._allowed.allows(team, enterprise):
            log.warning("installation_refused", team=team, enterprise=enterprise)
            await self._uninstall(token)
            raise InstallationRefused
        answer = await self.client.auth_test(token=token)
        id_ = enterprise if installation.is_enterprise_install else team
        assert id_ is not None
        await self._store.save(
            Installation(
                id=id_,
                enterprise_id=enterprise,
                name=installation.team_name or installation.enterprise_name or id_,
                url=str(answer.get("url") or "https://slack.com/"),
                app_id=installation.app_id,
                bot_id=installation.bot_id or "",
                bot_user=installation.bot_user_id,
                scopes=_scopes(installation.bot_scopes),
                token=token,
                refresh_token=installation.bot_refresh_token,
                expires_at=_moment(installation.bot_token_expires_at),
                installed_by=installation.user_id or "",
            )
        )
        log.info("installed", installation=id_, by=installation.user_id)

    async def _uninstall(self, token: str) -> None:
        """Uninstall the app from a workspace that is not allowed: Slack has already installed it."""
        try:
            await self.client.apps_uninstall(
                client_id=self.settings.client_id, client_secret=self.settings.client_secret, token=token
            )
        except (SlackClientError, OSError, TimeoutError) as error:
            log.warning("not_uninstalled", reason=type(error).__name__)


async def _installed(args: AsyncSuccessArgs) -> BoltResponse:
    name = args.installation.team_name or args.installation.enterprise_name or ""
    return _page(200, pages.installed_page(name, args.installation.team_id), args.settings)


async def _failed(args: AsyncFailureArgs) -> BoltResponse:
    refused = isinstance(args.error, InstallationRefused)
    if not refused:
        log.info("installation_failed", reason=args.reason if args.reason in pages.REASONS else "unknown")
    status = 403 if refused else args.suggested_status_code
    page = pages.refused_page() if refused else pages.failed_page(args.reason)
    return _page(status, page, args.settings)


def _page(status: int, html: str, settings: AsyncOAuthSettings) -> BoltResponse:
    headers: dict[str, str | Sequence[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        "Set-Cookie": settings.state_utils.build_set_cookie_for_deletion(),
    }
    return BoltResponse(status=status, body=html, headers=headers)


def _scopes(given: object) -> frozenset[str]:
    listed = given.split(",") if isinstance(given, str) else given
    return frozenset(map(str, listed)) if isinstance(listed, list | tuple) else frozenset()


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
