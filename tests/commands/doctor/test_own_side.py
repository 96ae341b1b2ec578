"""Settings, files, database, graphs, policy and model: each failure made for real."""

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from countersign.commands.doctor.deployment.model_check import DEFAULT_MODEL
from countersign.demo.model import Fault, ScriptedModel
from countersign.encryption.keys import generate_key
from graphs.model import DEFAULT_MODEL as EXAMPLES_MODEL
from tests.commands.doctor.conftest import BotSetup


@pytest.mark.parametrize(
    ("name", "value", "seen", "advice"),
    [
        ("PORT", "http", "PORT is not valid", "Set it to a port number"),
        ("START", "anyone", "START is not valid", "members, guests or everyone"),
        ("SLACK_API_URL", "slack", "SLACK_API_URL is not valid", "https://slack.com/api/"),
        ("DATABASE_URL", "mysql://x", "does not begin with postgresql://", "postgresql://user"),
        ("SLACK_SIGNING_SECRET", "short", "is too short", "Basic Information"),
    ],
)
async def test_settings_that_are_not_valid_are_named_and_the_rest_is_checked(
    name: str, value: str, seen: str, advice: str, setup: BotSetup
) -> None:
    setup.environment[name] = value
    found = await setup.examined(only="settings checkpoints")
    assert found.code == 1
    assert seen in found.only("settings", "fail")["seen"]
    assert advice in found.only("settings", "fail")["advice"]
    assert found.only("checkpoints", "ok")


async def test_several_settings_are_named_at_once(setup: BotSetup) -> None:
    setup.environment |= {"PORT": "x", "REPLIES": "maybe", "CONCURRENCY": "0"}
    found = await setup.examined(only="settings")
    assert {each["seen"].split()[0] for each in found.of("settings")} == {"PORT", "REPLIES", "CONCURRENCY"}


async def test_without_a_way_to_hear_slack_both_ways_are_told(setup: BotSetup) -> None:
    for name in ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        setup.environment.pop(name, None)
    found = await setup.examined(only="settings")
    assert "cannot hear Slack" in found.only("settings", "fail")["seen"]
    assert "SLACK_SIGNING_SECRET for HTTP" in found.only("settings", "fail")["advice"]


OAUTH = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "a-client-secret",
    "PUBLIC_URL": "https://bot.example.com",
    "INSTALL_WORKSPACES": "T0123ABCD",
    "ENCRYPTION_KEY": generate_key(),
}


async def test_an_app_that_workspaces_install_needs_no_token_of_its_own(setup: BotSetup) -> None:
    setup.environment.pop("SLACK_BOT_TOKEN")
    setup.environment |= OAUTH
    found = await setup.examined(only="settings tokens scopes")
    assert found.code == 0
    assert found.only("settings", "ok")
    assert "by OAuth" in found.only("tokens", "skip")["seen"]


@pytest.mark.parametrize("name", [name for name in OAUTH if name != "SLACK_CLIENT_ID"])
async def test_what_is_missing_for_installations_is_named(name: str, setup: BotSetup) -> None:
    setup.environment.pop("SLACK_BOT_TOKEN")
    setup.environment |= OAUTH
    setup.environment.pop(name)
    found = await setup.examined(only="settings tokens")
    assert found.code == 1
    assert found.only("settings", "fail")["seen"].startswith(f"{name} is missing")


async def test_a_file_of_secrets_that_others_can_read_is_named(setup: BotSetup) -> None:
    setup.write(".env", "A=1\n").chmod(0o644)
    found = await setup.examined(only="files")
    assert found.code == 0
    assert found.only("files", "warn")["advice"] == "Run: chmod 600 .env"
    (setup.folder / ".env").chmod(0o600)
    assert (await setup.examined(only="files")).only("files", "ok")


async def test_settings_are_read_from_the_projects_env_as_serve_does(setup: BotSetup) -> None:
    setup.write(".env", "START=nobody\n").chmod(0o600)
    assert "START" in (await setup.examined(only="settings")).only("settings", "fail")["seen"]


async def test_the_database_is_examined_and_not_changed(setup: BotSetup) -> None:
    found = await setup.examined(only="database")
    assert (found.code, "tables up to date" in found.only("database", "ok")["seen"]) == (0, True)


async def test_a_database_without_tables_gets_them_at_the_next_start(
    setup: BotSetup, empty_database_url: str
) -> None:
    setup.environment["DATABASE_URL"] = empty_database_url
    found = await setup.examined(only="database")
    assert "migrations are applied at the next start" in found.only("database", "ok")["seen"]
    with psycopg.connect(empty_database_url) as connection:
        row = connection.execute("SELECT to_regclass('countersign_migrations')").fetchone()
    assert row == (None,)


async def test_a_database_that_cannot_be_reached_is_told(setup: BotSetup) -> None:
    setup.environment["DATABASE_URL"] = "postgresql://me:hunter2-secret@127.0.0.1:1/none"
    found = await setup.examined(only="database")
    assert found.code == 1
    assert "cannot be reached" in found.only("database", "fail")["seen"]
    assert "Check DATABASE_URL" in found.only("database", "fail")["advice"]
    assert "hunter2" not in found.text


async def test_tables_of_a_newer_version_are_told(setup: BotSetup) -> None:
    with psycopg.connect(setup.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("INSERT INTO countersign_migrations VALUES ('9999_from_the_future', 'x')")
    found = await setup.examined(only="database")
    assert "newer version of the bot (9999_from_the_future)" in found.only("database", "ok")["seen"]
    with psycopg.connect(setup.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            "UPDATE countersign_migrations SET oldest_version = '99.1' WHERE name LIKE '9999%'"
        )
    found = await setup.examined(only="database")
    assert "newer version of the bot (9999_from_the_future)" in found.only("database", "fail")["seen"]
    assert "Run version 99.1" in found.only("database", "fail")["seen"]


async def test_a_role_without_rights_or_room_is_told(setup: BotSetup, empty_database_url: str) -> None:
    """A role of its own that may log in, and nothing else."""
    role = f"poor_{Path(empty_database_url.partition('?')[0]).name}"
    migrated = setup.environment["DATABASE_URL"]
    with psycopg.connect(migrated, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN CONNECTION LIMIT 5").format(sql.Identifier(role)))
        try:
            setup.environment["DATABASE_URL"] = _as(role, migrated)
            found = await setup.examined(only="database")
            assert found.code == 1
            assert "may not read or write" in found.only("database", "fail")["seen"]
            assert "CONCURRENCY" in found.only("database", "warn")["advice"]
            setup.environment["DATABASE_URL"] = _as(role, empty_database_url)
            found = await setup.examined(only="database")
            assert "may not create tables" in found.only("database", "fail")["seen"]
            assert f"GRANT CREATE ON SCHEMA public TO {role}" in found.only("database", "fail")["advice"]
        finally:
            admin.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def _as(role: str, url: str) -> str:
    head, _, rest = url.partition("@")
    assert head.startswith("postgresql://"), url
    return f"postgresql://{role}@{rest}"


async def test_without_a_database_the_embedded_one_is_told_and_not_made(setup: BotSetup) -> None:
    del setup.environment["DATABASE_URL"]
    found = await setup.examined(only="database files")
    assert "the first start makes it" in found.only("database", "ok")["seen"]
    assert not (setup.folder / ".data").exists()


async def test_the_model_is_called_once(setup: BotSetup) -> None:
    found = await setup.examined(only="model")
    assert (found.code, DEFAULT_MODEL in found.only("model", "ok")["seen"]) == (0, True)
    del setup.environment["OPENAI_API_KEY"]
    assert "no model was called" in (await setup.examined(only="model")).only("model", "skip")["seen"]


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (Fault.RATE_LIMITED, "refuses calls for now (429)"),
        (Fault.SERVER_ERROR, "answered 500"),
        (Fault.GARBAGE, "did not answer as a compatible server does"),
    ],
)
async def test_a_model_that_does_not_answer_is_told(fault: Fault, seen: str, setup: BotSetup) -> None:
    async with ScriptedModel() as model:
        model.inject(fault)
        setup.environment["OPENAI_BASE_URL"] = model.base_url
        found = await setup.examined(only="model")
    assert found.code == 1
    assert seen in found.only("model", "fail")["seen"]


async def test_a_model_that_cannot_be_reached_is_told(setup: BotSetup) -> None:
    setup.environment["OPENAI_BASE_URL"] = "http://127.0.0.1:1/v1"
    found = await setup.examined(only="model")
    assert "could not be reached" in found.only("model", "fail")["seen"]


def test_the_model_is_that_of_the_graphs_that_come_along() -> None:
    assert DEFAULT_MODEL == EXAMPLES_MODEL


async def test_what_graphs_remember_is_told_to_be_in_plain_whatever_the_key(
    setup: BotSetup, database_url: str
) -> None:
    setup.environment |= {"DATABASE_URL": database_url, "ENCRYPTION_KEY": generate_key()}
    assert (await setup.examined(only="encryption")).of("encryption")[0]["status"] == "ok"
    item = "INSERT INTO store (prefix, key, value) VALUES ('people', 'U1', '{\"likes\": \"tea\"}')"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(item)
    found = (await setup.examined(only="encryption")).only("encryption", "warn")
    assert "in plain" in found["seen"]
    assert "store of your own" in found["advice"]
    setup.environment.pop("ENCRYPTION_KEY")
    assert len((await setup.examined(only="encryption")).of("encryption")) == 1, "all is in plain"
