"""Workspaces in the database: installations, states, removals, and rows of one that no other one gets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from countersign.approvals.approval import open_approval
from countersign.approvals.audit import EntryHasher
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.encryption import EncryptionError, KeyRing, generate_key, parse_keys
from countersign.flow.installation.installation import Installation
from countersign.flow.installation.removal import InstallationRemoval, RemovalSweep
from countersign.flow.messages.outgoing import OutgoingKind, outgoing
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult
from countersign.slack.oauth.token_rotation import TokenRotation
from countersign.slack.transport.outbound.web_api import open_web
from countersign.store.connections.pool import Pool, configure_for_statements, open_pool
from countersign.store.posts.outbox import Outbox
from countersign.store.threads.thread_store import ThreadStore
from countersign.store.workspaces.installations import InstallationStore
from countersign.store.workspaces.oauth_states import OAuthStates
from countersign.store.workspaces.organisations import OrganisationStore
from countersign.store.workspaces.removals import RemovalStore
from slack_local.distributed_app import DistributedApp
from slack_local.workspace import LocalWorkspace
from tests.support.harness import Harness, message, now

KEY = generate_key()
FIRST, SECOND = "T0FIRST001", "T0SECOND01"


def installation(id_: str = FIRST, **more: object) -> Installation:
    given = Installation(
        id=id_,
        enterprise_id=None,
        name="First",
        url="https://first.slack.com/",
        app_id="A1",
        bot_id="B1",
        bot_user="U1",
        scopes=frozenset({"chat:write", "users:read"}),
        token=f"xoxb-of-{id_}",
        installed_by="UADMIN",
    )
    return replace(given, **more)  # type: ignore[arg-type]  # fields by name


@asynccontextmanager
async def pool_with(url: str, keys: KeyRing) -> AsyncIterator[Pool]:
    async with await open_pool(url, configure=configure_for_statements, key_ring=keys) as pool:
        yield pool


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with pool_with(database_url, parse_keys(KEY)) as opened:
        yield opened


async def test_an_installation_comes_back_as_it_was_and_its_tokens_are_not_in_the_row(pool: Pool) -> None:
    store = InstallationStore(pool)
    saved = installation(refresh_token="xoxe-1-secret", expires_at=datetime(2026, 11, 27, tzinfo=UTC))
    await store.save(saved)
    assert await store.find(FIRST) == saved
    assert await store.find(SECOND) is None
    assert await store.teams() == (FIRST,)
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT i::text AS text FROM countersign.installations i")
        row = await cursor.fetchone()
    assert row is not None
    assert "xox" not in row["text"]


async def test_a_token_that_was_moved_to_another_row_or_has_another_key_is_not_decrypted(
    pool: Pool, database_url: str
) -> None:
    store = InstallationStore(pool)
    await store.save(installation())
    await store.save(installation(SECOND))
    async with pool.connection() as connection:
        await connection.execute(
            "UPDATE countersign.installations SET token ="
            " (SELECT token FROM countersign.installations WHERE id = %s) WHERE id = %s",
            (FIRST, SECOND),
        )
    with pytest.raises(EncryptionError):
        await store.find(SECOND)
    async with pool_with(database_url, parse_keys(generate_key())) as other:
        with pytest.raises(EncryptionError):
            await InstallationStore(other).find(FIRST)
    async with pool_with(database_url, parse_keys(f"{generate_key()},{KEY}")) as rotated:
        assert await InstallationStore(rotated).find(FIRST) == installation()


async def test_an_organisation_serves_the_workspaces_that_it_added_the_app_to(pool: Pool) -> None:
    store, organisations = InstallationStore(pool), OrganisationStore(pool)
    await organisations.set_workspaces("E1", [FIRST], "team_access_revoked")
    assert await organisations.workspaces("E1") == frozenset(), "it has not installed the app"
    await store.save(installation("E1", enterprise_id="E1"))
    assert await store.teams() == ()
    assert await organisations.set_workspaces("E1", [FIRST, SECOND], "team_access_revoked") == ()
    assert await organisations.set_workspaces("E1", [FIRST], "team_access_revoked") == (SECOND,)
    assert await store.find(SECOND) is None
    assert await organisations.set_workspaces("E1", [FIRST, SECOND], "team_access_revoked") == ()
    found = await store.find(FIRST)
    assert found is not None
    assert found.is_organisation

    own = installation(SECOND, enterprise_id="E1")
    await store.save(own)
    assert await store.find(SECOND) == own
    assert await store.remove("E1", "app_uninstalled") == (FIRST,)
    assert await store.find(FIRST) is None
    assert await store.find(SECOND) == own


async def test_a_state_counts_once_and_not_after_its_time(pool: Pool) -> None:
    states = OAuthStates(pool)
    await states.issue("good", timedelta(minutes=1))
    await states.issue("old", timedelta(seconds=-1))
    taken = await asyncio.gather(*(states.consume("good") for _ in range(8)))
    assert taken.count(True) == 1
    assert not await states.consume("old")
    assert not await states.consume("never issued")


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # slack-sdk's, of aiohttp
async def test_two_processes_rotate_a_token_once(database_url: str) -> None:
    workspace = LocalWorkspace(mode="http", team=FIRST)
    async with (
        DistributedApp([workspace], rotates=True) as app,
        open_web(app.api_url, None) as web,
        pool_with(database_url, parse_keys(KEY)) as one,
        pool_with(database_url, parse_keys(KEY)) as other,
    ):
        issued = app.install(workspace)
        await InstallationStore(one).save(
            installation(
                token=issued["access_token"],
                refresh_token=issued["refresh_token"],
                expires_at=datetime.now(UTC) + timedelta(minutes=10),
            )
        )
        rotator = AsyncTokenRotator(client_id=app.client_id, client_secret=app.client_secret, client=web)
        rotations = [TokenRotation(InstallationStore(pool), rotator, now) for pool in (one, other)]
        expired = issued["access_token"]
        renewed = await asyncio.gather(*(each.renewal(FIRST)(expired) for each in rotations))
        assert renewed == [workspace.slack.bot_token] * 2
        await asyncio.gather(*(each.rotate_expiring() for each in rotations))
        assert app.refreshes == 1


async def test_what_is_to_be_posted_is_claimed_by_its_own_workspace(harness: Harness) -> None:
    """The same channel and thread_ts in both, as in a channel that workspaces share."""
    threads = [ThreadRef(team=team, channel="C1", ts="1700000000.000100") for team in (FIRST, SECOND)]
    for thread in threads:
        await harness.threads.accept(message(thread, "hi"))
        work = await harness.threads.work(thread.id)
        assert work is not None
        post = outgoing(thread, f"note:{thread.team}", OutgoingKind.NOTE, {"text": thread.team})
        done = tuple(row.key for row in work.inbound)
        await harness.threads.save_step(StepResult(thread=work.thread, done=done, post=(post,)))
    for thread in threads:
        own = Outbox(harness.pool, None, thread.team)
        assert [row.team for row in await own.claim_thread(thread.channel, thread.ts)] == [thread.team]


async def test_an_approval_of_another_workspace_is_not_found(harness: Harness) -> None:
    approval = await opened(harness, ThreadRef(team=FIRST, channel="C1", ts="1700000000.000200"))
    for team, found in ((FIRST, True), (SECOND, False)):
        store = ThreadStore(harness.pool, team=team)
        assert (await store.approval(approval) is not None) is found


async def test_a_removal_closes_what_waits_there_and_nothing_elsewhere(harness: Harness, pool: Pool) -> None:
    refs = [ThreadRef(team=team, channel="C1", ts="1700000000.000300") for team in (FIRST, SECOND)]
    gone, stays = [await opened(harness, ref) for ref in refs]
    store = InstallationStore(pool)
    for team in (FIRST, SECOND):
        await store.save(installation(team))

    async def is_dead(_installation: Installation) -> bool:
        return False

    async def is_live(_installation: Installation) -> bool:
        return True

    assert await InstallationRemoval(store, is_live)(FIRST, "app_uninstalled") == ()
    assert await InstallationRemoval(store, is_dead)(FIRST, "app_uninstalled") == (FIRST,)
    await RemovalSweep(RemovalStore(harness.pool, EntryHasher()))()

    for approval, status in ((gone, Status.WITHDRAWN), (stays, Status.PENDING)):
        found = await harness.threads.approval(approval)
        assert found is not None
        assert found.approval.status is status
    entries = await harness.rows("SELECT detail FROM countersign.ledger WHERE event = 'withdrawn'")
    assert [row["detail"] for row in entries] == [{"reason": "app_uninstalled"}]
    assert await Outbox(harness.pool, None, FIRST).due(9) == ()
    left = await harness.rows("SELECT thread_id FROM countersign.inbox WHERE done_at IS NULL")
    assert [row["thread_id"] for row in left] == [refs[1].id]


async def opened(harness: Harness, thread: ThreadRef) -> UUID:
    """The id of an approval that waits in a thread with a message that is not handled."""
    await harness.threads.accept(message(thread, "hi"))
    work = await harness.threads.work(thread.id)
    assert work is not None
    approval = open_approval(
        thread_id=thread.id, interrupt_id="i", digest="d", value="Wipe?", schema=None, rows=1, at=now()
    )
    change = Change(after=approval, event=Event.OPENED)
    post = outgoing(thread, f"said:{thread.id}", OutgoingKind.NOTE, {"text": "hi"})
    await harness.threads.save_step(StepResult(thread=work.thread, changes=(change,), post=(post,)))
    return approval.id
