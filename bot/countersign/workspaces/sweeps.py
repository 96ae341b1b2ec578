"""Sweeps over workspaces: repairs that run concurrently in the workspaces that have something to repair.

One query finds those workspaces. A workspace whose Slack is slow does not hold up the others.
"""

from collections.abc import Awaitable, Callable, Collection

import structlog

from countersign.flow.live.session_closings import SessionClosings
from countersign.flow.ports import Clock, HomeStore
from countersign.slack.background_tasks import BackgroundTasks
from countersign.store.workspaces.due_teams import DueTeams
from countersign.workspaces.registry import SingleWorkspace, Workspaces
from countersign.workspaces.services import WorkspaceServices

_DELIVER_EVERY = 1.0  # seconds between two attempts to post what could not be posted
_HOMES_EVERY = 0.25  # seconds between two looks for Home tabs that show something old
_TIMERS_EVERY = 1.0  # seconds between two looks at what the clock has made due
_REVIEWS_EVERY = 60.0  # seconds between two checks for reviews without a reminder for a day
_REPAIR_EVERY = 5.0  # seconds between two searches for what a crash left undone
CLOSINGS_EVERY = 3.0  # seconds between two sessions that are closed: 20 a minute, runs have the rest
_MAX_CHANGES = 1000  # of approvals whose Home tabs one round marks as stale

log = structlog.get_logger()


class WorkspaceSweep:
    def __init__(
        self,
        name: str,
        every: float,
        workspaces: Workspaces,
        due: Callable[[], Awaitable[Collection[str]]],
        work: Callable[[WorkspaceServices], Awaitable[object]],
        tasks: BackgroundTasks,
    ) -> None:
        """`due` gives the workspaces that have something to do. `every`: seconds."""
        self.name = name
        self.every = every
        self._workspaces = workspaces
        self._due = due
        self._work = work
        self._tasks = tasks
        self._running: set[str] = set()

    async def __call__(self) -> None:
        if isinstance(self._workspaces, SingleWorkspace):
            await self._work(self._workspaces.services)
            return
        for team in await self._due():
            if team in self._running:
                continue
            services = await self._workspaces.find(team)
            if services is not None:
                self._running.add(team)
                self._tasks.start(self.name, self._in(services))

    async def _in(self, services: WorkspaceServices) -> None:
        try:
            await self._work(services)
        finally:
            self._running.discard(services.team)


def workspace_sweeps(
    workspaces: Workspaces,
    due: DueTeams,
    homes: HomeStore,
    closings: SessionClosings,
    clock: Clock,
    tasks: BackgroundTasks,
) -> tuple[WorkspaceSweep, ...]:
    async def to_publish() -> Collection[str]:
        await homes.mark_stale_homes(_MAX_CHANGES)
        return await due.to_publish()

    def sweep(
        name: str,
        every: float,
        teams: Callable[[], Awaitable[Collection[str]]],
        work: Callable[[WorkspaceServices], Awaitable[object]],
    ) -> WorkspaceSweep:
        return WorkspaceSweep(name, every, workspaces, teams, work, tasks)

    return (
        sweep("deliver", _DELIVER_EVERY, due.to_post, lambda ws: ws.delivery.deliver_due()),
        sweep("remove_streams", _REPAIR_EVERY, due.with_streams, lambda ws: ws.live_runs.sweep()),
        sweep("redraw", _REPAIR_EVERY, due.to_redraw, lambda ws: ws.delivery.update_stale_cards()),
        sweep(
            "update_messages",
            _REPAIR_EVERY,
            due.to_redraw,
            lambda ws: ws.delivery.update_outdated_messages(),
        ),
        sweep("publish_homes", _HOMES_EVERY, to_publish, lambda ws: ws.home_tabs.publish_stale()),
        sweep("timers", _TIMERS_EVERY, lambda: due.with_timers(clock()), lambda ws: ws.timers.run_due()),
        sweep(
            "remind_reviewers",
            _REVIEWS_EVERY,
            due.with_reviews,
            lambda ws: ws.break_glass_reviews.remind(ws.team),
        ),
        sweep(
            "close_sessions",
            CLOSINGS_EVERY,
            closings.teams,
            lambda ws: closings.close_next(ws.team, ws.sessions),
        ),
    )
