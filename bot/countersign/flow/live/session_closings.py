"""Closes the agent sessions of threads that retention deleted, one at a time per workspace.

Retention deletes thousands of threads in a minute, and Slack's rate limit counts these calls together with
those for running agents. What is queued when the process ends is not closed.
"""

import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable

from countersign.flow.errors import RateLimited
from countersign.flow.live.agent_session import AgentSessions
from countersign.flow.thread import ThreadRef


class SessionClosings:
    """`is_in_use`: whether the thread with this id was started again. `clock` is monotonic, in seconds."""

    def __init__(
        self, is_in_use: Callable[[str], Awaitable[bool]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._is_in_use = is_in_use
        self._clock = clock
        self._waiting: dict[str, deque[ThreadRef]] = defaultdict(deque)
        self._limited_until: dict[str, float] = {}

    def add(self, thread: ThreadRef) -> None:
        """Queue the thread's session to be closed."""
        self._waiting[thread.team].append(thread)

    async def teams(self) -> frozenset[str]:
        """The workspaces in which sessions are to be closed now."""
        now = self._clock()
        return frozenset(team for team in self._waiting if self._limited_until.get(team, now) <= now)

    async def close_next(self, team: str, sessions: AgentSessions | None) -> None:
        """Close one session of this workspace. `sessions`: None where the app is no agent."""
        if team not in await self.teams():
            return
        if sessions is None:
            del self._waiting[team]
            return
        thread = self._waiting[team][0]
        in_use = await self._is_in_use(thread.id)
        self._waiting[team].popleft()
        if not self._waiting[team]:
            del self._waiting[team]
        if in_use:
            return
        try:
            await sessions.close(thread)
        except RateLimited as limited:
            self._waiting[team].appendleft(thread)
            self._limited_until[team] = self._clock() + limited.seconds
