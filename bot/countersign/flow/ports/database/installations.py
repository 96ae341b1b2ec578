"""What installing by OAuth needs of the database."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from countersign.flow.installation.installation import Installation

Renew = Callable[[Installation], Awaitable[Installation]]


class InstallationStore(Protocol):
    """Every method is one transaction. All raise DatabaseUnavailable."""

    async def save(self, installation: Installation) -> None:
        """Store it instead of an earlier one. Its workspace no longer counts as removed."""
        ...

    async def find(self, team: str) -> Installation | None:
        """The installation that serves this workspace: its own, or its organisation's.

        Raises EncryptionError where no key decrypts its token.
        """
        ...

    async def teams(self) -> tuple[str, ...]:
        """The ids of all workspaces that are served."""
        ...

    async def remove(self, id_: str, reason: str) -> tuple[str, ...]:
        """Delete the installation of this team or organisation, with its tokens. Gives the workspaces."""
        ...

    async def expiring(self, before: datetime) -> tuple[str, ...]:
        """The ids of installations whose token expires before this moment."""
        ...

    async def renew(self, id_: str, old_token: str | None, renew: Renew) -> Installation | None:
        """Have `renew` get the next token while no other process does, and store it.

        Where the stored token is not `old_token` any more, another process was first, and its installation
        is returned. None: there is no such installation.
        """
        ...


class OrganisationStore(Protocol):
    """Workspaces of organisations that installed the app. All methods raise DatabaseUnavailable."""

    async def workspaces(self, enterprise_id: str) -> frozenset[str]:
        """Those that the app was added to, as far as Slack was asked."""
        ...

    async def set_workspaces(
        self, enterprise_id: str, teams: Collection[str], reason: str
    ) -> tuple[str, ...]:
        """It was added to these alone. Gives the workspaces that are not served any more."""
        ...

    async def workspaces_of_approvals(self, approvals: Collection[UUID]) -> frozenset[str]: ...

    async def workspaces_of_threads(self, threads: Collection[str]) -> frozenset[str]:
        """Those of the threads that exist."""
        ...


class OAuthStateStore(Protocol):
    """Raises DatabaseUnavailable."""

    async def issue(self, state: str, lifetime: timedelta) -> None:
        """Remember it for so long."""
        ...

    async def consume(self, state: str) -> bool:
        """Whether it was issued, has not expired, and is consumed for the first time."""
        ...


class RemovalStore(Protocol):
    """Raises DatabaseUnavailable."""

    async def workspace_removed(self, team: str, reason: str) -> None:
        """The app was removed from this workspace."""
        ...

    async def workspace_installed(self, team: str) -> None:
        """The app is installed there (again)."""
        ...

    async def removed(self, limit: int) -> tuple[tuple[str, str], ...]:
        """Workspaces in which something may still be open, each with the event that said so."""
        ...

    async def close_workspace(self, team: str, reason: str, limit: int) -> bool:
        """Close what waits there, at most so many approvals. Whether nothing is left to do."""
        ...
