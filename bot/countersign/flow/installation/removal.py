"""After the app was removed from a workspace: closes its pending approvals and stops posting there.

The event is only stored before it is acknowledged. A sweep in any process does the rest, and repeats it for a
day, because a run that was still active may have asked something.
"""

from collections.abc import Awaitable, Callable

import structlog

from countersign.flow.installation.installation import Installation
from countersign.flow.ports.database.installations import InstallationStore, RemovalStore

_WORKSPACES = 20  # that one round looks at
_BATCH = 200  # approvals of one workspace that one round closes

log = structlog.get_logger()


class InstallationRemoval:
    """Deletes an installation that Slack says is gone.

    `is_live` asks Slack: the event may come late, after the app was installed again.
    """

    def __init__(self, store: InstallationStore, is_live: Callable[[Installation], Awaitable[bool]]) -> None:
        self._store = store
        self._is_live = is_live

    async def __call__(self, id_: str, event: str) -> tuple[str, ...]:
        """The workspaces that are not served any more.

        Raises DatabaseUnavailable, and what `is_live` raises.
        """
        installation = await self._store.find(id_)
        if installation is None or await self._is_live(installation):
            return ()
        log.info("removed", installation=installation.id, reason=event)
        return await self._store.remove(installation.id, event)


class RemovalSweep:
    def __init__(self, store: RemovalStore) -> None:
        self._store = store

    async def __call__(self) -> None:
        for team, reason in await self._store.removed(_WORKSPACES):
            if await self._store.close_workspace(team, reason, _BATCH):
                log.info("removed_workspace_closed", team=team, reason=reason)
