"""Which workspace of an organisation a payload is for, where the app is installed in the whole organisation.

Such a payload may name no workspace, the organisation instead, or the workspace of the person who acts. Its
subject decides: an existing approval or thread stays with its workspace. Whether the person may decide there
is checked afterwards: only members of that workspace may.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from countersign.flow.ports.database.installations import OrganisationStore

_REFRESH_EVERY = 30.0  # seconds between two questions to Slack because of a workspace that is not known
_MAX_AGE = 2.0  # seconds until a process sees what another one stored

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class PayloadSubject:
    """What a payload names: ids of approvals, places of threads, workspaces, and the person who acts."""

    approvals: frozenset[UUID] = frozenset()
    threads: frozenset[tuple[str, str]] = frozenset()  # channel and ts
    teams: Sequence[str] = ()  # the one that it is most surely for first
    user: str | None = None


class Organisations:
    def __init__(
        self,
        store: OrganisationStore,
        granted: Callable[[str], Awaitable[frozenset[str] | None]],
        workspaces_of_person: Callable[[str, str], Awaitable[Sequence[str]]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`granted` asks Slack where an organisation added the app to; None: it has no installation.

        `workspaces_of_person` asks for those of somebody in an organisation, their own first.
        """
        self._store = store
        self._granted = granted
        self._workspaces_of_person = workspaces_of_person
        self._clock = clock
        self._served: dict[str, tuple[float, frozenset[str]]] = {}
        self._refreshed: dict[str, float] = {}

    async def refresh(self, enterprise_id: str, reason: str) -> tuple[str, ...]:
        """Ask Slack where the app may be; gives the workspaces that are not served any more.

        Raises DatabaseUnavailable, RateLimited, SlackRefused and SlackUnreachable.
        """
        self._refreshed[enterprise_id] = self._clock()
        teams = await self._granted(enterprise_id)
        if teams is None:
            return ()
        left = await self._store.set_workspaces(enterprise_id, teams, reason)
        self._served.pop(enterprise_id, None)
        log.info("organisation_workspaces", organisation=enterprise_id, count=len(teams), left=len(left))
        return left

    async def workspace_of(self, enterprise_id: str, subject: PayloadSubject) -> str | None:
        """The workspace that a payload is for; None where the app was added to none that could be meant."""
        served = await self._workspaces(enterprise_id)
        found = await self._of_subject(served, subject)
        if found is not None:
            return found
        if any(team not in served for team in subject.teams) or not served:
            served = await self._refreshed_workspaces(enterprise_id, served)
        named = next((team for team in subject.teams if team in served), None)
        if named is not None or subject.teams or subject.user is None:
            return named
        own = await self._workspaces_of_person(enterprise_id, subject.user)
        return next((team for team in own if team in served), None)

    async def _of_subject(self, served: frozenset[str], subject: PayloadSubject) -> str | None:
        if subject.approvals:
            found = await self._store.workspaces_of_approvals(subject.approvals)
            if len(found & served) == 1:
                return next(iter(found & served))
        threads = {f"{team}/{channel}/{ts}" for channel, ts in subject.threads for team in served}
        found = await self._store.workspaces_of_threads(threads) if threads else frozenset()
        return next(iter(found)) if len(found) == 1 else None

    async def _workspaces(self, enterprise_id: str) -> frozenset[str]:
        cached = self._served.get(enterprise_id)
        if cached is not None and self._clock() - cached[0] < _MAX_AGE:
            return cached[1]
        asked_at = self._clock()
        served = await self._store.workspaces(enterprise_id)
        self._served[enterprise_id] = (asked_at, served)
        return served

    async def _refreshed_workspaces(self, enterprise_id: str, known: frozenset[str]) -> frozenset[str]:
        """The same once more, after Slack was asked, unless it was a moment ago."""
        last = self._refreshed.get(enterprise_id)
        if last is not None and self._clock() - last < _REFRESH_EVERY:
            return known
        await self.refresh(enterprise_id, "team_access_revoked")
        return await self._workspaces(enterprise_id)
