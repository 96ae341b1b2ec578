"""What the use cases need of the rooms around them: every protocol that an adapter implements."""

from countersign.flow.ports.break_glass import BreakGlassStore
from countersign.flow.ports.clock import Clock
from countersign.flow.ports.delegations import Delegations, DelegationStore
from countersign.flow.ports.graphs import Graphs, GraphThread, Locks, Runs, RunSlots, Session, Watch
from countersign.flow.ports.home import (
    HomeDisplay,
    HomeStore,
    InboxStore,
    Memberships,
    OpenedHome,
    OwnChannel,
    QuietHoursStore,
)
from countersign.flow.ports.live import FeedbackStore, SessionDisplay, StreamDisplay, StreamStore, Verdict
from countersign.flow.ports.outbox import LostCards, Outbox
from countersign.flow.ports.retention import Checkpoints, RetentionStore
from countersign.flow.ports.slack import ApproverDirectory, Names, Slack, SlackForTools, StatusDisplay
from countersign.flow.ports.store import (
    GrantStore,
    Ledger,
    NoticeStore,
    ReplyStore,
    Store,
    TimerStore,
)
from countersign.flow.ports.tools import ApprovalValidity, DecidedApprovals, Effects

__all__ = [
    "ApprovalValidity",
    "ApproverDirectory",
    "BreakGlassStore",
    "Checkpoints",
    "Clock",
    "DecidedApprovals",
    "DelegationStore",
    "Delegations",
    "Effects",
    "FeedbackStore",
    "GrantStore",
    "GraphThread",
    "Graphs",
    "HomeDisplay",
    "HomeStore",
    "InboxStore",
    "Ledger",
    "Locks",
    "LostCards",
    "Memberships",
    "Names",
    "NoticeStore",
    "OpenedHome",
    "Outbox",
    "OwnChannel",
    "QuietHoursStore",
    "ReplyStore",
    "RetentionStore",
    "RunSlots",
    "Runs",
    "Session",
    "SessionDisplay",
    "Slack",
    "SlackForTools",
    "StatusDisplay",
    "Store",
    "StreamDisplay",
    "StreamStore",
    "TimerStore",
    "Verdict",
    "Watch",
]
