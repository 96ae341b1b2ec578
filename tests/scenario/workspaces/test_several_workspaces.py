"""One bot serves several workspaces that installed it by OAuth: each has its own threads and cards."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from countersign.slack.oauth.rate_limit import BURST
from countersign.testing.cards import approval_card
from slack_local.people.threads import Thread
from slack_local.workspace import LocalWorkspace
from tests.support.place import NewPlace, Place
from tests.support.processes.bots import printed_on_failure, until
from tests.support.several_workspaces import (
    FIRST,
    NOT_ACKNOWLEDGED,
    SECOND,
    Browser,
    TwoWorkspaces,
    two_workspaces,
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def both(place: Place) -> AsyncIterator[TwoWorkspaces]:
    """Two workspaces that installed the bot. The pages of the installation are always over HTTP."""
    async with two_workspaces(place.folder, place.url, mode=place.mode) as both:
        with printed_on_failure(both.bot):
            await both.install()
        yield both


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["socket", "http"])
async def rotating(request: pytest.FixtureRequest, new_place: NewPlace) -> AsyncIterator[TwoWorkspaces]:
    """Two workspaces whose tokens expire."""
    with new_place("rotating", request.param) as place:
        async with two_workspaces(place.folder, place.url, rotates=True, mode=place.mode) as both:
            with printed_on_failure(both.bot):
                await both.install()
                yield both


async def asks(ws: LocalWorkspace, tool: str = "wipe") -> Thread:
    risky = {"type": "tool_approval", "name": tool, "args": {"disk": "sda"}}
    return await ws.carol.mentions(f"ask: {json.dumps({'ask': risky})}")


async def listed(ws: LocalWorkspace) -> str:
    """What /approvals says."""
    return json.dumps((await ws.bob.runs("/approvals")).payload)


def statuses(both: TwoWorkspaces, thread: Thread) -> list[str]:
    found = both.rows("SELECT status FROM countersign.approvals WHERE thread_id = %s", thread.id)
    return [status for (status,) in found]


async def test_each_workspace_has_its_own_thread_and_card(both: TwoWorkspaces) -> None:
    with printed_on_failure(both.bot):
        for ws, action in ((both.first, "approval:approve"), (both.second, "approval:reject")):
            thread = await asks(ws)
            card = await approval_card(thread)
            if action == "approval:approve":
                await card.click(action, by=ws.bob)
            else:
                await ws.bob.replies(thread, "reject not today")
            await thread.wait_for("Resumed.", limit=15)
            assert thread.id.split("/")[0] == ws.slack.team
            assert {attempt.transport for attempt in ws.log.attempts()} == {ws.mode}


async def test_how_many_workspaces_installed_the_app_is_a_metric(both: TwoWorkspaces) -> None:
    status, page = await both.bot.get("/metrics")

    assert status == 200
    assert "\ncountersign_installed_workspaces 2.0\n" in page


@pytest.mark.parametrize("place", ["http"], indirect=True, scope="module")  # a socket brings no such event
async def test_an_event_of_a_workspace_that_did_not_install_is_refused(both: TwoWorkspaces) -> None:
    foreign = LocalWorkspace(mode="http", team="T0STRANGE1", retry_schedule=())
    foreign.slack.signing_secret = both.first.signing_secret
    async with foreign:
        foreign.request_url = both.first.request_url
        await foreign.carol.mentions("ask: hello")
        await foreign.delivery.idle()
        (attempt, *_rest) = foreign.log.attempts()
        assert attempt.outcome == "http_error"
    assert both.rows("SELECT count(*) FROM countersign.threads WHERE id LIKE %s", "T0STRANGE1/%") == [(0,)]


async def test_tokens_are_encrypted_in_the_database(both: TwoWorkspaces) -> None:
    stored = both.rows("SELECT row_to_json(i)::text FROM countersign.installations i ORDER BY id")
    assert len(stored) == 2
    for ws, (row,) in zip((both.first, both.second), stored, strict=True):
        assert ws.slack.team in row
        assert ws.slack.bot_token not in row
        assert ws.slack.bot_token not in both.bot.said


async def test_a_click_in_one_workspace_does_nothing_to_a_card_of_another(both: TwoWorkspaces) -> None:
    """Both have the same people and channels; only the workspace differs."""
    cards = [await approval_card(await asks(ws)) for ws in (both.first, both.second)]
    own, other = cards
    click = both.first.bob.click_payload(own.message, "approval:approve")
    theirs = both.second.bob.click_payload(other.message, "approval:approve")
    click["actions"][0]["value"] = theirs["actions"][0]["value"]

    await both.first.bob.clicks_raw(click)
    assert statuses(both, other.thread) == ["pending"]
    assert statuses(both, own.thread) == ["pending"]

    for ws, card in zip((both.first, both.second), cards, strict=True):
        await card.click("approval:approve", by=ws.bob)
        await card.thread.wait_for("Resumed.", limit=15)


async def command(both: TwoWorkspaces, *arguments: str) -> tuple[int, str]:
    """What a command of the bot's says, beside the bot and with its settings."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments,
        cwd=both.bot.folder, env=dict(both.bot.environment), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


@pytest.mark.parametrize("place", ["http"], indirect=True, scope="module")  # commands read the database
async def test_a_workspaces_ledger_is_exported_and_verified_alone(
    both: TwoWorkspaces, tmp_path: Path
) -> None:
    for ws, tool in ((both.first, "wipe"), (both.second, "shred")):
        card = await approval_card(await asks(ws, tool))
        await card.click("approval:approve", by=ws.bob)
        await card.thread.wait_for("Resumed.", limit=15)

    def heads() -> dict[str, str]:
        found = both.rows("SELECT team, position || ':' || link FROM countersign.ledger_workspaces")
        return {team: f"{team}/{place}" for team, place in found}

    unsealed = (
        "SELECT 1 FROM countersign.ledger l"
        " WHERE NOT EXISTS (SELECT 1 FROM countersign.ledger_chain c WHERE c.entry_id = l.id)"
    )
    await until(lambda: not both.rows(unsealed) or None, lambda: both.bot.said)
    code, exported = await command(both, "audit", "export", "--workspace", FIRST)
    assert code == 0
    assert "wipe" in exported
    assert SECOND not in exported
    assert "shred" not in exported

    file = tmp_path / "first.jsonl"
    file.write_text(exported)
    verify = ("audit", "verify", "--file", str(file), "--workspace", FIRST, "--anchor", heads()[FIRST])
    code, said = await command(both, *verify)
    assert (code, "1 anchor fits" in said) == (0, True), said
    file.write_text("".join(exported.splitlines(keepends=True)[:-1]))
    code, said = await command(both, *verify)
    assert (code, said.partition(":")[0]) == (1, "cut")


async def test_approvals_and_home_show_the_own_workspace_alone(both: TwoWorkspaces) -> None:
    card = await approval_card(await asks(both.second, tool="erase"))
    assert "erase" in (await listed(both.second)).lower()
    assert "erase" not in (await listed(both.first)).lower()
    await both.second.bob.opens_home()
    await both.first.bob.opens_home()
    await both.second.bob.home_shows(lambda home: "Erase" in str(home.definition), limit=20)
    await both.first.bob.home_shows(lambda home: "Nothing waits for you" in str(home.definition))
    await card.click("approval:reject", by=both.second.bob)


async def test_a_token_that_expired_is_replaced_and_nothing_is_lost(rotating: TwoWorkspaces) -> None:
    both, old = rotating, rotating.first.slack.bot_token
    both.app.expire_token(both.first)
    card = await approval_card(await asks(both.first))
    await card.click("approval:approve", by=both.first.bob)
    await card.thread.wait_for("Resumed.", limit=15)
    assert both.app.refreshes == 1  # whichever call of whichever task found it first
    assert old != both.first.slack.bot_token


async def test_removing_the_app_closes_cards_and_the_rest_goes_on(
    rotating: TwoWorkspaces,
) -> None:
    both = rotating
    cards = [await approval_card(await asks(ws)) for ws in (both.first, both.second)]
    gone, stays = cards
    posted = len(both.first.log.calls("chat.postMessage"))

    both.first.remove_app()
    await until(lambda: statuses(both, gone.thread) == ["withdrawn"], lambda: both.bot.said)
    (reason,) = both.rows("SELECT team, reason FROM countersign.removed_workspaces")
    assert reason in {(FIRST, "app_uninstalled"), (FIRST, "tokens_revoked")}
    assert both.rows("SELECT id FROM countersign.installations") == [(SECOND,)]
    refused = both.first.bob.click_payload(gone.message, "approval:approve")
    assert (await both.first.bob.clicks_raw(refused)).error == NOT_ACKNOWLEDGED[both.first.mode]
    assert len(both.first.log.calls("chat.postMessage")) == posted

    await stays.click("approval:approve", by=both.second.bob)
    await stays.thread.wait_for("Resumed.", limit=15)

    await both.install(FIRST)
    again = await approval_card(await asks(both.first))
    await again.click("approval:approve", by=both.first.bob)
    await again.thread.wait_for("Resumed.", limit=15)


async def test_an_installation_needs_the_state_of_its_own_browser_once(both: TwoWorkspaces) -> None:
    mine, other = Browser(both.bot), Browser(both.bot)
    back = await mine.allow(await mine.consent_page(), FIRST)
    await other.consent_page()
    before = both.rows("SELECT installed_at FROM countersign.installations ORDER BY id")

    for forged in ({**back, "state": "guessed"}, {"code": back["code"]}):
        status, page = await mine.get("/slack/oauth_redirect", **forged)
        assert status == 400, page
        mine.cookie = back["state"]  # the refusal took it away
    assert (await other.get("/slack/oauth_redirect", **back))[0] == 400  # another browser's cookie
    assert both.rows("SELECT installed_at FROM countersign.installations ORDER BY id") == before

    assert (await mine.get("/slack/oauth_redirect", **back))[0] == 200
    mine.cookie = back["state"]
    status, page = await mine.get("/slack/oauth_redirect", **back)
    assert status == 401, page
    assert "used before" in page


async def test_a_workspace_that_is_not_on_the_list_is_refused_and_left(
    tmp_path: Path, database_url: str
) -> None:
    async with two_workspaces(tmp_path, database_url, INSTALL_WORKSPACES=FIRST) as both:
        status, page = await Browser(both.bot).install(SECOND)
        assert status == 403
        assert "may not install the app" in page
        assert both.rows("SELECT id FROM countersign.installations") == []
        assert not both.second.slack.installed


async def test_the_pages_of_the_installation_are_limited(tmp_path: Path, database_url: str) -> None:
    async with two_workspaces(tmp_path, database_url) as both:
        browser = Browser(both.bot)
        answered = [(await browser.get("/slack/install"))[0] for _ in range(BURST * 3)]
        assert set(answered) == {200, 429}
        (kept,) = both.rows("SELECT count(*) FROM countersign.oauth_states")
        assert kept[0] == answered.count(200)
