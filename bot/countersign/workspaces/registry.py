"""Finds the services of a workspace: of the one that SLACK_BOT_TOKEN belongs to, or of those that installed
the app by OAuth."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Protocol
from weakref import WeakValueDictionary

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from countersign.encryption import EncryptionError
from countersign.flow.installation.installation import Installation
from countersign.flow.observability.metrics import Metrics
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.ports.database.installations import InstallationStore
from countersign.slack.oauth.token_rotation import TokenRotation
from countersign.slack.transport.outbound.web_api import WebApi, Workspace, client_with_token
from countersign.workspaces.services import WorkspaceFactory, WorkspaceServices

MAX_AGE = 2.0  # seconds until a process sees that another one installed or removed the app

log = structlog.get_logger()


class Workspaces(Protocol):
    async def find(self, team: str) -> WorkspaceServices | None:
        """The services of this workspace; None if the app is not installed there.

        Raises DatabaseUnavailable.
        """
        ...

    def known(self, team: str) -> WorkspaceServices | None:
        """The same, as it was found last."""
        ...

    async def teams(self) -> tuple[str, ...]:
        """The ids of all workspaces that are served. Raises DatabaseUnavailable."""
        ...


class SingleWorkspace:
    """The workspace of SLACK_BOT_TOKEN."""

    def __init__(self, services: WorkspaceServices) -> None:
        self.services = services

    async def find(self, team: str) -> WorkspaceServices | None:
        return self.known(team)

    def known(self, team: str) -> WorkspaceServices | None:
        return self.services if team == self.services.team else None

    async def teams(self) -> tuple[str, ...]:
        return (self.services.team,)


class InstalledWorkspaces:
    """Workspaces that installed the app, each opened when something first happens in it.

    `web` has the HTTP session and the address that all of them share, and no token.
    """

    def __init__(
        self,
        store: InstallationStore,
        build: WorkspaceFactory,
        web: AsyncWebClient,
        policy: Callable[[str], CurrentPolicy],
        metrics: Metrics,
        rotation: TokenRotation,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._build = build
        self._web = web
        self._policy = policy
        self._metrics = metrics
        self._rotation = rotation
        self._clock = clock
        self._open: dict[str, tuple[float, Installation, WorkspaceServices]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def known(self, team: str) -> WorkspaceServices | None:
        found = self._open.get(team)
        return found[2] if found else None

    async def find(self, team: str) -> WorkspaceServices | None:
        cached = self._open.get(team)
        if cached is not None and self._clock() - cached[0] < MAX_AGE:
            return cached[2]
        async with self._lock(team):
            cached = self._open.get(team)
            if cached is not None and self._clock() - cached[0] < MAX_AGE:
                return cached[2]
            return await self._read(team)

    async def teams(self) -> tuple[str, ...]:
        return await self._store.teams()

    def forget(self, team: str) -> None:
        """Look again at the next `find`: something changed."""
        if (cached := self._open.get(team)) is not None:
            self._open[team] = (float("-inf"), *cached[1:])

    @asynccontextmanager
    async def _lock(self, team: str) -> AsyncIterator[None]:
        lock = self._locks.setdefault(team, asyncio.Lock())
        async with lock:
            yield

    async def _read(self, team: str) -> WorkspaceServices | None:
        asked_at = self._clock()
        try:
            installation = await self._store.find(team)
        except EncryptionError as error:  # fail closed: without its token nothing can be done there
            log.error("token_not_decrypted", team=team, reason=str(error))
            installation = None
        if installation is None:
            self._open.pop(team, None)
            return None
        cached = self._open.get(team)
        if cached is None or _identity(cached[1]) != _identity(installation):
            services = self._opened(team, installation)
        else:
            services = cached[2]
            services.api.web.token = installation.token
        self._open[team] = (asked_at, installation, services)
        return services

    def _opened(self, team: str, installation: Installation) -> WorkspaceServices:
        api = WebApi(client_with_token(self._web, installation.token), self._metrics)
        if installation.is_organisation:
            api.team = team
        api.renew_token = self._rotation.renewal(installation.id)
        log.info("workspace_opened", team=team, installation=installation.id)
        return self._build(api, _workspace(team, installation), self._policy(team))


def _identity(installation: Installation) -> Installation:
    """What services are wired for; a token is replaced in them."""
    return replace(installation, token="", refresh_token=None, expires_at=None, installed_by="")


def _workspace(team: str, installation: Installation) -> Workspace:
    return Workspace(
        team=team,
        url=installation.url,
        bot_user=installation.bot_user,
        bot_id=installation.bot_id,
        scopes=installation.scopes,
        app_id=installation.app_id,
    )
