"""The tokens of workspaces that installed the app, each examined against Slack, over the wire."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from countersign.encryption import generate_key, parse_keys
from countersign.flow.installation.installation import Installation
from countersign.store.connections.pool import configure_for_statements, open_pool
from countersign.store.workspaces.installations import InstallationStore
from slack_local.fault_injection import ApiFault
from tests.commands.doctor.conftest import BotSetup

KEY = generate_key()


@pytest.fixture
async def store(setup: BotSetup, database_url: str) -> AsyncIterator[InstallationStore]:
    setup.environment.pop("SLACK_BOT_TOKEN")
    setup.environment |= {
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "a-client-secret",
        "PUBLIC_URL": "https://bot.example.com",
        "INSTALL_WORKSPACES": "T0ACME, T0BETA",
        "ENCRYPTION_KEY": KEY,
    }
    async with await open_pool(
        database_url, min_size=1, max_size=2, configure=configure_for_statements, key_ring=parse_keys(KEY)
    ) as pool:
        yield InstallationStore(pool)


def installed(setup: BotSetup, team: str, name: str, token: str | None = None) -> Installation:
    return Installation(
        id=team,
        enterprise_id=None,
        name=name,
        url=f"https://{name.lower()}.slack.com/",
        app_id="A1",
        bot_id="B1",
        bot_user="U1",
        scopes=frozenset(),
        token=token or setup.ws.bot_token,
        installed_by="U2",
    )


async def test_each_workspace_has_a_line_of_its_own(setup: BotSetup, store: InstallationStore) -> None:
    await store.save(installed(setup, "T0ACME", "Acme"))
    await store.save(installed(setup, "T0BETA", "Beta", "xoxb-that-nobody-gave"))

    found = await setup.examined(only="settings workspaces")

    assert found.code == 1
    assert found.only("workspaces", "ok")["seen"] == "Acme (T0ACME): the token is good."
    refused = found.only("workspaces", "fail")
    assert refused["seen"] == "Beta (T0BETA): Slack refused its token (invalid_auth)."
    assert "https://bot.example.com/slack/install" in refused["advice"]
    assert "xoxb-" not in found.text


async def test_a_token_that_lacks_a_scope_says_which(setup: BotSetup, store: InstallationStore) -> None:
    app = setup.ws.slack.app
    setup.ws.slack.app = replace(app, scopes=app.scopes - {"chat:write"})
    await store.save(installed(setup, "T0ACME", "Acme"))

    found = await setup.examined(only="settings workspaces")

    assert found.only("workspaces", "fail")["seen"] == "Acme (T0ACME): the token lacks scopes: chat:write."


async def test_a_token_that_expired_is_renewed_by_a_bot_that_runs(
    setup: BotSetup, store: InstallationStore
) -> None:
    rotates = replace(
        installed(setup, "T0ACME", "Acme"), refresh_token="xoxe-1-of-the-test", expires_at=datetime.now(UTC)
    )
    await store.save(rotates)
    setup.ws.faults.on_call("auth.test", ApiFault.ERROR, error="token_expired")

    found = await setup.examined(only="settings workspaces")

    assert found.code == 0
    assert "the token expired" in found.only("workspaces", "warn")["seen"]


async def test_an_app_that_nobody_installed_says_where_to(setup: BotSetup, store: InstallationStore) -> None:
    found = await setup.examined(only="settings workspaces")

    assert "https://bot.example.com/slack/install" in found.only("workspaces", "warn")["advice"]


async def test_without_any_token_nothing_is_called_well(setup: BotSetup) -> None:
    setup.environment.pop("SLACK_BOT_TOKEN")

    found = await setup.examined(only="workspaces")

    assert "no usable SLACK_BOT_TOKEN" in found.only("workspaces", "skip")["seen"]


async def test_an_app_of_one_workspace_has_none_to_check(setup: BotSetup) -> None:
    found = await setup.examined(only="workspaces")

    assert "SLACK_BOT_TOKEN" in found.only("workspaces", "ok")["seen"]
