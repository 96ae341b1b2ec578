"""Settings, files, database, graphs, policy and model: each failure made for real."""

import json
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from countersign.commands.doctor.deployment.model_check import DEFAULT_MODEL
from countersign.demo.model import Fault, ScriptedModel
from countersign.encryption.keys import generate_key
from graphs.model import DEFAULT_MODEL as EXAMPLES_MODEL
from slack_local.model.seed import App
from slack_local.workspace import LocalWorkspace
from tests.doctor.conftest import BotSetup


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


# The database


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


# The graphs


def configure(setup: BotSetup, **graphs: str) -> None:
    for name, source in graphs.items():
        setup.write(f"{name}.py", source)
    config = {"dependencies": ["."], "graphs": {name: f"./{name}.py:graph" for name in graphs}}
    setup.write("langgraph.json", json.dumps(config))


async def test_each_graph_that_cannot_be_loaded_is_named(setup: BotSetup) -> None:
    good = (setup.folder / "graph.py").read_text()
    configure(
        setup,
        fine=good,
        broken="import a_package_that_is_not_there\n",
        keyless="import os\nkey = os.environ['TICKETS_API_KEY']\n" + good,
    )
    found = await setup.examined(only="graphs")
    failed = [each for each in found.of("graphs") if each["status"] == "fail"]
    assert found.code == 1
    assert ['"broken"' in failed[0]["seen"], '"keyless"' in failed[1]["seen"], len(failed)] == [True, True, 2]
    assert "a_package_that_is_not_there" in failed[0]["seen"]
    assert failed[1]["advice"] == "Set TICKETS_API_KEY in .env."


async def test_a_config_that_is_missing_or_broken_is_told(setup: BotSetup) -> None:
    setup.write("langgraph.json", '{"graphs": ')
    assert "cannot be read as JSON" in (await setup.examined(only="graphs")).only("graphs", "fail")["seen"]
    setup.write("langgraph.json", '{"env": 1, "graphs": {"wish": "./graph.py:graph"}}')
    assert '"env" must be' in (await setup.examined(only="graphs")).only("graphs", "fail")["seen"]
    (setup.folder / "langgraph.json").unlink()
    assert "no such file" in (await setup.examined(only="graphs")).only("graphs", "fail")["seen"]


async def test_a_default_graph_that_is_not_there_is_told(setup: BotSetup) -> None:
    setup.environment["DEFAULT_GRAPH"] = "other"
    found = await setup.examined(only="graphs")
    assert "DEFAULT_GRAPH is other" in found.only("graphs", "fail")["seen"]


AGENT = """
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models.fake_chat_models import FakeListChatModel


class Model(FakeListChatModel):
    def bind_tools(self, tools, **more):
        return self


def pay(amount: int) -> str:
    "Pay."
    return "paid"


graph = create_agent(Model(responses=["x"]), [pay], middleware=[{middleware}])
"""


async def test_tools_that_nobody_is_asked_about_are_told(setup: BotSetup) -> None:
    configure(setup, agent=AGENT.replace("{middleware}", ""))
    found = await setup.examined(only="graphs")
    assert (found.code, "without asking anybody: pay" in found.only("graphs", "warn")["seen"]) == (0, True)


async def test_a_gate_whose_name_fits_no_tool_is_told(setup: BotSetup) -> None:
    gates = 'HumanInTheLoopMiddleware(interrupt_on={"pya": True})'
    configure(setup, gated_agent=AGENT.replace("{middleware}", gates))
    found = await setup.examined(only="graphs")
    assert found.code == 1
    assert "interrupt_on names pya, and there is no such tool" in found.only("graphs", "fail")["seen"]


# The policy


async def policy(setup: BotSetup, text: str) -> list[tuple[str, str]]:
    setup.write("approvals.toml", text)
    found = await setup.examined(only="tokens graphs policy")
    return [(each["status"], each["seen"]) for each in found.of("policy")]


async def test_a_policy_that_is_well_is_counted(setup: BotSetup) -> None:
    found = await policy(
        setup,
        '[[rule]]\nname = "money"\napprovers = [{group = "@finance", count = 2}, {channel = "#ops"}]\n'
        'post_to = "#approvals"\nchannel = "#general"\n',
    )
    assert found == [("ok", "approvals.toml is read, and nothing is wrong with it.")]


@pytest.mark.parametrize(
    ("rule", "status", "seen"),
    [
        ('approvers = [{group = "@nobody"}]', "fail", "there is no user group @nobody"),
        ('approvers = [{channel = "#nowhere"}]', "fail", "there is no channel #nowhere"),
        ('approvers = [{users = ["U0NOBODY"]}]', "fail", "names U0NOBODY, who has left the workspace"),
        ('approvers = [{users = ["U0GUS00001"]}]', "fail", "who is a guest"),
        ('post_to = "#nowhere"', "fail", "posts to #nowhere, where the bot is not"),
        ('channel = "#nowhere"', "fail", "is for #nowhere, which the bot cannot see"),
        ('requester = "@nobody"', "fail", "requesters of @nobody"),
        ('notify = ["U0NOBODY"]', "fail", "notifies U0NOBODY"),
        ('break_glass = [{group = "@nobody"}]', "fail", "there is no user group @nobody"),
        ('approvers = [{group = "@finance", count = 5}]', "warn", "can't be decided"),
        ('graph = "wihs"', "warn", "is not loaded; did you mean “wish”?"),
    ],
)
async def test_names_that_slack_does_not_have_are_told(
    rule: str, status: str, seen: str, setup: BotSetup
) -> None:
    found = await policy(setup, f'[[rule]]\nname = "one"\n{rule}\n')
    assert [each for each in found if each[0] == status and seen in each[1]], found


async def test_names_that_slack_does_not_tell_about_hide_no_others(setup: BotSetup) -> None:
    """Those of groups and people are found all the same, and the policy is not called well."""
    scopes = frozenset({"users:read", "usergroups:read"})
    async with LocalWorkspace(app=App(scopes=scopes)) as ws:
        setup.environment |= ws.environment()
        found = await policy(
            setup,
            '[[rule]]\nname = "one"\nchannel = "#general"\npost_to = "#ops"\nrequester = "@nobody"\n'
            'approvers = [{users = ["U0NOBODY"]}]\n',
        )
    assert [status for status, _ in found] == ["fail", "fail", "warn"]
    assert "U0NOBODY" in found[0][1]
    assert "@nobody" in found[1][1]
    assert "conversations.list: missing_scope" in found[2][1]


async def test_a_policy_that_cannot_be_read_is_told(setup: BotSetup) -> None:
    ((status, seen),) = await policy(setup, '[[rule]]\nname = "x"\nquorun = 2\n')
    assert (status, "quorun" in seen) == ("fail", True)


# The model


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
