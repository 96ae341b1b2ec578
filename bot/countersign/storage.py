"""Opens the database, and everything that is stored in it."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from countersign.approvals.audit import EntryHasher
from countersign.flow.observability.observer import Observer
from countersign.flow.slots import SlotLimits, slot_limits
from countersign.jobs.queue import Queue
from countersign.jobs.stalled_jobs import StalledJobReaper
from countersign.runs.event_loop.loop_bridge import LoopBridge
from countersign.settings import Settings
from countersign.store.approvals.break_glass import BreakGlassStore
from countersign.store.approvals.delegations import DelegationStore
from countersign.store.approvals.grants import GrantStore
from countersign.store.approvals.ledger import Ledger
from countersign.store.approvals.ledger_keys import LedgerKeyRegistry
from countersign.store.channel_ids import ChannelIdStore
from countersign.store.connections.address import Address
from countersign.store.connections.database import open_database
from countersign.store.connections.database_clock import DatabaseClock
from countersign.store.connections.pool import Pool, configure_for_statements, open_pool, open_session_pool
from countersign.store.connections.thread_locks import ThreadLocks
from countersign.store.diagnostics import Diagnostics
from countersign.store.effects import Effects
from countersign.store.encryption.key_registry import KeyRegistry
from countersign.store.gauges import GaugeReader
from countersign.store.homes import HomeStore, InboxStore
from countersign.store.posts.feedback import FeedbackStore
from countersign.store.posts.lost_cards import LostCards
from countersign.store.posts.outbox import Outbox
from countersign.store.posts.streams import StreamStore
from countersign.store.processes import ProcessRegistry
from countersign.store.retention import RetentionStore
from countersign.store.threads.run_slots import RunSlots
from countersign.store.threads.thread_store import ThreadStore
from countersign.store.workspaces.due_teams import DueTeams
from countersign.store.workspaces.installations import InstallationStore
from countersign.store.workspaces.oauth_states import OAuthStates
from countersign.store.workspaces.organisations import OrganisationStore
from countersign.store.workspaces.removals import RemovalStore


@dataclass(frozen=True, kw_only=True)
class WorkspaceStorage:
    """The stores that give out the rows of one workspace alone."""

    threads: ThreadStore
    outbox: Outbox
    lost_cards: LostCards
    streams: StreamStore
    feedback: FeedbackStore


@dataclass(frozen=True, kw_only=True)
class Storage:
    """`sessions` belongs to the graph loop: its connections hold threads' locks and write checkpoints.

    `installations` is there with OAuth alone.
    """

    url: Address
    sessions: Pool
    limits: SlotLimits
    queue: Queue
    reaper: StalledJobReaper
    threads: ThreadStore
    locks: ThreadLocks
    slots: RunSlots
    of_workspace: Callable[[str], WorkspaceStorage]
    installations: InstallationStore | None
    organisations: OrganisationStore
    oauth_states: OAuthStates
    removals: RemovalStore
    due_teams: DueTeams
    ledger: Ledger
    delegations: DelegationStore
    grants: GrantStore
    break_glass: BreakGlassStore
    inboxes: InboxStore
    homes: HomeStore
    effects: Effects
    channel_ids: ChannelIdStore
    retention: RetentionStore
    diagnostics: Diagnostics
    gauges: GaugeReader
    processes: ProcessRegistry
    clock: DatabaseClock
    pools: Mapping[str, Pool]  # all of this process, for their state


async def open_storage(
    stack: AsyncExitStack, settings: Settings, graph_loop: LoopBridge, observer: Observer
) -> Storage:
    """Open it until `stack` ends. Raises CountersignError, for the operator."""
    given, key_ring = settings.database, settings.key_ring
    url = await stack.enter_async_context(open_database(given, settings.data_dir))
    pool = await stack.enter_async_context(
        await open_pool(
            url, max_size=settings.concurrency + 4, configure=configure_for_statements, key_ring=key_ring
        )
    )
    limits = slot_limits(
        settings.concurrency,
        settings.runs_per_person,
        settings.runs_per_channel,
        settings.runs_per_workspace,
    )
    sessions = await stack.enter_async_context(
        graph_loop.enter(lambda: open_session_pool(url, limits.jobs + 1))
    )
    await KeyRegistry(pool).register(key_ring)
    clock = DatabaseClock(pool)
    await clock.read()
    queue = Queue(pool, clock)
    await queue.open()
    hasher = EntryHasher(*settings.ledger_hash_keys)
    await LedgerKeyRegistry(pool).register(hasher)

    def of_workspace(team: str) -> WorkspaceStorage:
        return WorkspaceStorage(
            threads=ThreadStore(pool, hasher, observer.saved, team),
            outbox=Outbox(pool, hasher, team),
            lost_cards=LostCards(pool, hasher),
            streams=StreamStore(pool, team),
            feedback=FeedbackStore(pool, team),
        )

    return Storage(
        url=url,
        sessions=sessions,
        limits=limits,
        queue=queue,
        reaper=StalledJobReaper(pool, queue),
        threads=ThreadStore(pool, hasher, observer.saved),
        locks=ThreadLocks(sessions),
        slots=RunSlots(pool, limits),
        of_workspace=of_workspace,
        organisations=OrganisationStore(pool),
        installations=InstallationStore(pool) if settings.oauth and key_ring is not None else None,
        oauth_states=OAuthStates(pool),
        removals=RemovalStore(pool, hasher),
        due_teams=DueTeams(pool),
        ledger=Ledger(pool, hasher),
        delegations=DelegationStore(pool, hasher),
        grants=GrantStore(pool, hasher),
        break_glass=BreakGlassStore(pool, hasher),
        inboxes=InboxStore(pool),
        homes=HomeStore(pool),
        effects=Effects(pool),
        channel_ids=ChannelIdStore(pool),
        retention=RetentionStore(sessions),
        diagnostics=Diagnostics(pool),
        gauges=GaugeReader(pool),
        processes=ProcessRegistry(pool),
        clock=clock,
        pools={"statements": pool, "runs": sessions},
    )
