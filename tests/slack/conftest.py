"""A bot's Slack side, whole: local workspace, real sockets, the real store. Only the worker is missing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.policy.rule import Rule
from countersign.demo.session import APP
from countersign.flow.channel_ids import ChannelIds
from countersign.flow.decisions.break_glass_reviews import BreakGlassReviews
from countersign.flow.decisions.cancel import CancelApproval
from countersign.flow.decisions.claim import ClaimApproval
from countersign.flow.decisions.decide import Decide
from countersign.flow.decisions.delegations import ManageDelegations
from countersign.flow.decisions.refer import ReferApproval
from countersign.flow.decisions.undo import UndoDecision
from countersign.flow.decisions.withdraw_vote import WithdrawVote
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.grants.give import GiveGrant
from countersign.flow.grants.manage import Grants
from countersign.flow.graph_state import GraphInfo, StartsWith
from countersign.flow.home.home_tabs import HomeTabs
from countersign.flow.home.inbox import InboxReader
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind, card
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from countersign.flow.steps.start_permission import StartPermission
from countersign.flow.thread import ThreadRecord, ThreadRef
from countersign.flow.work import StepResult
from countersign.http.server import build_http_app, open_http_server
from countersign.interrupts import digest, parse
from countersign.slack.client import SlackClient
from countersign.slack.home.home_tab import HomeTab
from countersign.slack.home.links import CardLinks
from countersign.slack.listeners.context import ListenerContext
from countersign.slack.transport.inbound.bolt_app import build_bolt_app
from countersign.slack.transport.inbound.http import PATH, events_handler
from countersign.slack.transport.inbound.socket_mode import SocketMode
from countersign.slack.transport.outbound.web_api import WebApi, open_web
from countersign.store.approvals.break_glass import BreakGlassStore
from countersign.store.approvals.delegations import DelegationStore
from countersign.store.approvals.grants import GrantStore
from countersign.store.channel_ids import ChannelIdStore
from countersign.store.connections.pool import Pool, open_pool
from countersign.store.homes import HomeStore, InboxStore
from countersign.store.posts.lost_cards import LostCards
from countersign.store.posts.outbox import Outbox
from countersign.store.threads.thread_store import ThreadStore
from countersign.testing.cards import ApprovalCard, approval_card, approval_cards
from slack_local.people.threads import Thread
from slack_local.workspace import LocalWorkspace
from tests.support.harness import until
from tests.support.proxies import no_proxies

__all__ = ["no_proxies"]

FORM_SCHEMA: Json = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "count": {"type": "integer", "minimum": 1}},
    "required": ["name", "count"],
}
GRAPHS = {
    "assistant": GraphInfo(name="assistant", starts_with=StartsWith.MESSAGES, form_schema={}),
    "order": GraphInfo(name="order", starts_with=StartsWith.FORM, form_schema=FORM_SCHEMA),
}


@dataclass(frozen=True, kw_only=True)
class Bot:
    """The Slack side, and what a worker would do with it."""

    ws: LocalWorkspace
    context: ListenerContext
    store: ThreadStore
    outbox: Outbox
    delivery: MessageDelivery
    pool: Pool

    async def jobs(self) -> list[str]:
        """The ids of the threads that have a job, once for each job."""
        async with self.pool.connection() as connection:
            cursor = await connection.execute("SELECT lock FROM procrastinate_jobs ORDER BY id")
            return [row["lock"] for row in await cursor.fetchall()]

    async def until_it_has_a_job(self, thread: Thread) -> None:
        async def has() -> bool:
            return thread.id in await self.jobs()

        await until(has)

    async def outstanding(self, thread: Thread) -> tuple[Inbound, ...]:
        """What came in for the thread and is not handled."""
        work = await self.store.work(thread.id)
        return work.inbound if work else ()

    async def posts(self, thread: Thread, kind: OutgoingKind, body: Json, key: str = "row:1") -> None:
        """Have the bot say something in the thread."""
        ref = ThreadRef.parse(thread.id)
        row = Outgoing(key=key, kind=kind, team=ref.team, channel=ref.channel, thread_ts=ref.ts, body=body)
        await self._settle(ref, post=(row,))

    async def asks(
        self,
        value: Json,
        schema: Json = None,
        thread: Thread | None = None,
        *,
        rules: tuple[Rule, ...] = (),
    ) -> ApprovalCard:
        """A card for an interrupt of a thread of carol's, under one rule per row."""
        thread = thread or await self.ws.carol.mentions("please")
        ref = ThreadRef.parse(thread.id)
        await self.store.accept(message(ref))
        approval = open_approval(
            thread_id=ref.id,
            interrupt_id=f"i{len(thread.messages())}",
            digest=digest(value, schema),
            value=value,
            schema=schema,
            rows=len(parse(value, schema).rows),
            at=datetime.now(UTC),
            requester=self.ws.carol.id,
            rules=rules,
        )
        before = len(approval_cards(thread))
        await self._settle(
            ref, changes=(Change(after=approval, event=Event.OPENED),), post=(card(ref, approval),)
        )
        return await approval_card(thread, before)

    async def _settle(self, ref: ThreadRef, **more: Any) -> None:
        await self.store.accept(message(ref))
        async with self.store._pool.connection() as connection:
            found = await connection.execute("SELECT fence FROM countersign.threads WHERE id = %s", (ref.id,))
            (fence,) = [row["fence"] for row in await found.fetchall()]
        record = ThreadRecord(
            ref=ref,
            graph="assistant",
            last_posted_key=None,
            halted=None,
            attempts=0,
            step_starts=0,
            fence=fence,
        )
        await self.store.save_step(StepResult(thread=record, done=(message(ref).key,), **more))
        await self.delivery.deliver_thread(ref.channel, ref.ts)

    async def approval(self, shown: ApprovalCard) -> Approval:
        """The approval behind a card, as it is stored."""
        waiting = await self.store.waiting(self.context.workspace.team, None, 100)
        known = next((w.approval for w in waiting if w.approval.card_ts == shown.ts), None)
        assert known is not None
        return known


def message(ref: ThreadRef) -> Inbound:
    """The message that began the thread, as the listener stores it."""
    key = f"message:{ref.team}/{ref.channel}/{ref.ts}"
    return Inbound(key=key, kind=InboundKind.MESSAGE, thread=ref, user="U0CAROL001", text="please", ts=ref.ts)


@pytest.fixture
async def ws() -> AsyncIterator[LocalWorkspace]:
    async with LocalWorkspace(app=APP, retry_schedule=(0.0, 0.05, 0.1), ack_limit=2.2) as running:
        yield running


@asynccontextmanager
async def slack_side(ws: LocalWorkspace, database_url: str) -> AsyncIterator[Bot]:
    """Everything but the transport."""

    async with await open_pool(database_url, min_size=1) as pool, open_web(ws.api_url, ws.bot_token) as web:
        store, outbox, api = ThreadStore(pool), Outbox(pool), WebApi(web)
        workspace = await api.workspace()
        client = SlackClient(api, workspace)
        clock = lambda: datetime.now(UTC)  # noqa: E731
        policy, grants, delegations = CurrentPolicy(), GrantStore(pool), DelegationStore(pool)
        voting = Voting(policy, client.directory, clock, delegations)
        audience = Audience(client.directory)
        delivery = MessageDelivery(store, outbox, client, lost_cards=LostCards(pool))
        channel_ids = ChannelIds(ChannelIdStore(pool), workspace.team)
        own_grants, inboxes = Grants(grants, policy, clock, workspace.team), InboxStore(pool)
        inbox = InboxReader(
            inboxes, client.memberships, channel_ids, delegations, own_grants, clock, workspace.team
        )
        home_tab = HomeTab(
            api, client.users, client.names, CardLinks(workspace=workspace, channel_ids=channel_ids)
        )
        context = ListenerContext(
            api=api,
            client=client,
            workspace=workspace,
            store=store,
            decide=Decide(store, clock, voting=voting, give_grant=GiveGrant(grants), audience=audience),
            withdraw_vote=WithdrawVote(store, voting),
            undo_decision=UndoDecision(store, voting, clock, grants),
            cancel_approval=CancelApproval(store, clock),
            claim_approval=ClaimApproval(store, voting, clock),
            refer_approval=ReferApproval(store, voting, clock),
            delegations=ManageDelegations(delegations, clock),
            grants=own_grants,
            break_glass_reviews=BreakGlassReviews(
                BreakGlassStore(pool), store, voting, audience, clock, delivery.deliver_posts
            ),
            start_permission=StartPermission(client),
            inbox=inbox,
            quiet_hours=inboxes,
            home_tabs=HomeTabs(HomeStore(pool), inbox, home_tab, workspace.team),
            delivery=delivery,
            graphs=GRAPHS,
            default_graph="assistant",
            channel_ids=channel_ids,
        )
        yield Bot(ws=ws, context=context, store=store, outbox=outbox, delivery=delivery, pool=pool)
        await context.background_tasks.close()


@pytest.fixture
async def bot(ws: LocalWorkspace, database_url: str) -> AsyncIterator[Bot]:
    """The bot, connected over Socket Mode."""
    async with slack_side(ws, database_url) as side:
        app = build_bolt_app(side.context, signing_secret=None)
        socket = SocketMode(app, ws.app_token, ping_interval=0.3, watchdog_interval=0.1)
        await socket.start()
        await ws.connected(2)
        yield side
        await side.context.background_tasks.close()
        await socket.close()
        assert ws.log.violations() == []


@pytest.fixture
async def http_bot(database_url: str) -> AsyncIterator[Bot]:
    """The bot, behind its own HTTP server."""
    async with (
        LocalWorkspace(mode="http", retry_schedule=(0.0, 0.05), ack_limit=2.0) as ws,
        slack_side(ws, database_url) as side,
    ):
        bolt = build_bolt_app(side.context, signing_secret=ws.signing_secret)
        app = build_http_app({}, no_metrics, events_handler(bolt, ws.signing_secret))
        async with open_http_server(app, "127.0.0.1", 0) as address:
            ws.request_url = f"{address}{PATH}"
            yield side
            await side.context.background_tasks.close()


async def no_metrics() -> bytes:
    return b""
