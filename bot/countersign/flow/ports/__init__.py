"""What the use cases need of the rooms around them: every protocol that an adapter implements."""

from countersign.flow.ports.clock import Clock
from countersign.flow.ports.database.break_glass import BreakGlassStore
from countersign.flow.ports.database.channel_ids import ChannelIdChange, ChannelIdStore
from countersign.flow.ports.database.conversation import QueueStore, StopStore
from countersign.flow.ports.database.delegations import Delegations, DelegationStore
from countersign.flow.ports.database.home import HomeStore, InboxStore, OpenedHome, QuietHoursStore
from countersign.flow.ports.database.installations import (
    InstallationStore,
    OAuthStateStore,
    OrganisationStore,
    RemovalStore,
    Renew,
)
from countersign.flow.ports.database.live import FeedbackStore, Rating, StreamStore
from countersign.flow.ports.database.outbox import LostCards, Outbox
from countersign.flow.ports.database.retention import BEFORE_ALL, RetentionStore, ThreadAge, ThreadPage
from countersign.flow.ports.database.threads import (
    GrantStore,
    Ledger,
    NoticeStore,
    ReplyStore,
    Store,
    TimerStore,
)
from countersign.flow.ports.database.tools import ApprovalValidity, DecidedApprovals, Effects
from countersign.flow.ports.graphs import (
    Checkpoints,
    Graphs,
    GraphThread,
    Locks,
    Runs,
    RunSlots,
    Session,
    Watch,
)
from countersign.flow.ports.slack.files import FileSource
from countersign.flow.ports.slack.home import HomeDisplay, Memberships, OwnChannel
from countersign.flow.ports.slack.live import SessionDisplay, StreamDisplay
from countersign.flow.ports.slack.workspace import (
    ApproverDirectory,
    Names,
    Slack,
    SlackForTools,
    StatusDisplay,
)

__all__ = [
    "BEFORE_ALL",
    "ApprovalValidity",
    "ApproverDirectory",
    "BreakGlassStore",
    "ChannelIdChange",
    "ChannelIdStore",
    "Checkpoints",
    "Clock",
    "DecidedApprovals",
    "DelegationStore",
    "Delegations",
    "Effects",
    "FeedbackStore",
    "FileSource",
    "GrantStore",
    "GraphThread",
    "Graphs",
    "HomeDisplay",
    "HomeStore",
    "InboxStore",
    "InstallationStore",
    "Ledger",
    "Locks",
    "LostCards",
    "Memberships",
    "Names",
    "NoticeStore",
    "OAuthStateStore",
    "OpenedHome",
    "OrganisationStore",
    "Outbox",
    "OwnChannel",
    "QueueStore",
    "QuietHoursStore",
    "Rating",
    "RemovalStore",
    "Renew",
    "ReplyStore",
    "RetentionStore",
    "RunSlots",
    "Runs",
    "Session",
    "SessionDisplay",
    "Slack",
    "SlackForTools",
    "StatusDisplay",
    "StopStore",
    "Store",
    "StreamDisplay",
    "StreamStore",
    "ThreadAge",
    "ThreadPage",
    "TimerStore",
    "Watch",
]
