"""Everything that is open and wired, as one value: what the tasks of a process run on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from countersign.anchoring import Anchoring
from countersign.flow.conversation.queued_notices import QueuedNotices
from countersign.flow.conversation.stop_watch import StopWatch
from countersign.flow.live.session_closings import SessionClosings
from countersign.flow.observability.observer import Observer
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.ports import Clock
from countersign.http.inspection_api import InspectionApi
from countersign.http.metrics_page import MetricsPage
from countersign.runs.event_loop.graph_loop import GraphsOnGraphLoop
from countersign.settings import Settings
from countersign.slack.transport.outbound.web_api import WebApi
from countersign.storage import Storage
from countersign.workspaces.installed import OAuth
from countersign.workspaces.registry import SingleWorkspace, Workspaces
from countersign.workspaces.services import WorkspaceServices


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything that is open and wired, for the tasks that run on it."""

    settings: Settings
    policy: CurrentPolicy
    policy_file: Path
    storage: Storage
    anchoring: Anchoring
    api: WebApi  # without a token where workspaces install the app by OAuth
    workspaces: Workspaces
    oauth: OAuth | None  # None: SLACK_BOT_TOKEN's workspace is the only one
    graphs: GraphsOnGraphLoop
    stop_watch: StopWatch
    queued_notices: QueuedNotices
    session_closings: SessionClosings
    retention: Callable[[], Awaitable[None]]
    sweep_store: Callable[[], Awaitable[None]]
    sweep_store_every: float  # seconds
    inspection: InspectionApi
    observer: Observer
    metrics_page: MetricsPage
    clock: Clock

    @property
    def single(self) -> WorkspaceServices | None:
        """The services of the only workspace, if SLACK_BOT_TOKEN says which."""
        return self.workspaces.services if isinstance(self.workspaces, SingleWorkspace) else None
