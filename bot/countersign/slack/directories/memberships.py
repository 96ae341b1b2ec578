"""The Memberships port: a person's standing, channels and groups, for their inbox."""

from countersign.approvals.person import Person
from countersign.flow.ports import OwnChannel
from countersign.slack.directories.approver_directory import ApproverDirectory
from countersign.slack.directories.user_directory import UserDirectory


class Memberships:
    def __init__(self, users: UserDirectory, directory: ApproverDirectory) -> None:
        self._users = users
        self._directory = directory

    async def person(self, user_id: str, *, max_age: float = 0.0) -> Person:
        return await self._users.person(user_id, max_age=max_age)

    async def channels_of(self, user_id: str) -> tuple[OwnChannel, ...]:
        return await self._directory.channels_of(user_id)

    async def groups_of(self, user_id: str) -> frozenset[str]:
        return await self._directory.groups_of(user_id)

    async def can_see(self, user_id: str, channel_id: str) -> bool:
        return await self._directory.can_see(user_id, channel_id)
