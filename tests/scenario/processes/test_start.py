"""What stops the bot at its start: one line for the operator, who can act on it, and exit code 1."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from countersign.approvals.errors import CountersignError
from countersign.process import run_bot
from countersign.settings import read_settings
from slack_local.fault_injection import ApiFault
from slack_local.model.seed import ALL_SCOPES, App
from tests.support.in_process import bot_in_process, environment_of
from tests.support.processes.bots import until
from tests.support.stage import Stage, open_stage

NOBODY = "http://127.0.0.1:9/api/"  # nobody listens there

CONFIGS: Mapping[str, tuple[str, str]] = {
    "not_json": ("{", "cannot be read as JSON"),
    "a_list": ("[]", "names no graphs"),
    "no_graphs": ('{"graphs": {}}', "names no graphs"),
    "odd_name": ('{"graphs": {"a:b": "./good.py:graph"}}', "rename the graph 'a:b'"),
    "no_attribute": ('{"graphs": {"one": "./good.py"}}', '"one" must be'),
    "a_number": ('{"graphs": {"one": 7}}', '"one" must be'),
    "no_file": ('{"graphs": {"one": "./none.py:graph"}}', "no such file"),
    "no_such_attribute": ('{"graphs": {"one": "./good.py:grahp"}}', '"grahp" is not in'),
    "no_module": ('{"graphs": {"one": "no.such.module:graph"}}', '"one" cannot be imported'),
    "raises": ('{"graphs": {"one": "./raising_module.py:graph"}}', "ValueError: not today"),
    "bad_syntax": ('{"graphs": {"one": "./bad_syntax.py:graph"}}', "SyntaxError"),
    "no_graph": ('{"graphs": {"one": "./good.py:number"}}', "is a int"),
    "returns_none": ('{"graphs": {"one": "./good.py:nothing"}}', "returned a NoneType"),
    "factory_raises": ('{"graphs": {"one": "./good.py:broken"}}', "KeyError"),
    "two_with_one_bad": ('{"graphs": {"a": "./good.py:graph", "b": "./none.py:graph"}}', '"b"'),
}
GOOD = """
from langgraph.graph import START, MessagesState, StateGraph

graph = StateGraph(MessagesState)
graph.add_node("pass", lambda state: {"messages": []})
graph.add_edge(START, "pass")
number = 7

def nothing():
    return None

def broken():
    raise KeyError("the key")
"""


async def starts(environment: Mapping[str, str]) -> None:
    """Start and wait for its end, which is an error; far longer than it takes."""
    with environment_of(environment):
        await asyncio.wait_for(run_bot(read_settings(), asyncio.Event(), listen=True, work=True), 30)


@pytest.mark.parametrize("kind", CONFIGS)
async def test_a_langgraph_json_that_cannot_be_loaded(stage: Stage, tmp_path: Path, kind: str) -> None:
    text, told = CONFIGS[kind]
    (tmp_path / "langgraph.json").write_text(text)
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "raising_module.py").write_text('raise ValueError("not today")')
    (tmp_path / "bad_syntax.py").write_text("def f(:")

    with pytest.raises(CountersignError) as raised:
        await starts(stage.environment(LANGGRAPH_CONFIG=str(tmp_path / "langgraph.json"), DEFAULT_GRAPH=""))

    assert told in str(raised.value)
    assert str(tmp_path) in str(raised.value) or "graph " in str(raised.value)
    assert "\n" not in str(raised.value).strip()


async def test_a_langgraph_json_that_is_not_there(stage: Stage, tmp_path: Path) -> None:
    with pytest.raises(CountersignError, match=r"LANGGRAPH_CONFIG names .*no such file"):
        await starts(stage.environment(LANGGRAPH_CONFIG=str(tmp_path / "langgraph.json")))


async def test_a_policy_file_that_is_not_there(stage: Stage, tmp_path: Path) -> None:
    """It may be absent, and then members decide everything; a typo in its name must not do so silently."""
    with capture_logs() as logs:
        async with bot_in_process(stage.environment(POLICY_FILE=str(tmp_path / "approval.toml"))):
            pass
    (told,) = [entry for entry in logs if entry["event"] == "policy_file_missing"]
    assert "approval.toml, and there is no such file" in told["reason"]
    assert told["log_level"] == "warning"


async def test_a_policy_with_mistakes(stage: Stage, tmp_path: Path) -> None:
    """Each with the file, the line, what is wrong and what was meant."""
    file = tmp_path / "approvals.toml"
    file.write_text('[[rule]]\nname = "pay"\nquorom = 2\n\n[[rule]]\nname = "pay"\nexpire_after = "soon"\n')

    with pytest.raises(CountersignError) as raised:
        await starts(stage.environment(POLICY_FILE=str(file)))

    told = str(raised.value)
    assert f"{file}:3" in told
    assert "quorum" in told
    assert f"{file}:6" in told
    assert f"{file}:7" in told


async def test_a_default_graph_that_is_not_there(stage: Stage) -> None:
    with pytest.raises(CountersignError, match="DEFAULT_GRAPH is nonesuch"):
        await starts(stage.environment(DEFAULT_GRAPH="nonesuch"))


async def test_a_database_that_cannot_be_reached(stage: Stage) -> None:
    with pytest.raises(CountersignError, match=r"database cannot be reached.*DATABASE_URL") as raised:
        await starts(stage.environment(DATABASE_URL="postgresql://me:pa55word@127.0.0.1:9/nothing"))

    assert "pa55word" not in str(raised.value)


async def test_a_token_that_slack_refuses(tmp_path: Path, database_url: str) -> None:
    async with open_stage(tmp_path / "stage", database_url, refused={"invalid_auth"}) as stage:
        with pytest.raises(CountersignError, match=r"SLACK_BOT_TOKEN was refused .*invalid_auth"):
            await starts(stage.environment(SLACK_BOT_TOKEN="xoxb-not-this-one"))


async def test_a_port_that_is_taken(stage: Stage) -> None:
    port = stage.ws.address.rpartition(":")[2]
    with pytest.raises(CountersignError, match=rf"PORT: 127\.0\.0\.1:{port} cannot be listened on"):
        await starts(stage.environment(PORT=port))


def test_the_command_says_it_in_one_line_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "langgraph.json").write_text(json.dumps({"graphs": {"one": "./none.py:graph"}}))
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": os.environ["PYTHONPATH"],
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "a-secret-of-some-length",
        "LANGGRAPH_CONFIG": str(tmp_path / "langgraph.json"),
    }

    ended = subprocess.run(
        [sys.executable, "-m", "countersign", "serve"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert line.startswith("countersign: ")
    assert "./none.py" in line


async def test_a_missing_scope_is_named_at_the_start_and_nobody_decides_without_it(
    tmp_path: Path, database_url: str
) -> None:
    scopes = frozenset(ALL_SCOPES) - {"users:read"}
    app = App(scopes=scopes)
    async with open_stage(tmp_path / "stage", database_url, app=app, refused={"missing_scope"}) as stage:
        structlog.reset_defaults()
        with capture_logs() as logs:
            async with bot_in_process(stage.environment(START="everyone")):
                await stage.ws.connected()
                card = await stage.card("Which one?")
                await card.click("approval:answer", stage.ws.bob)
                told = await stage.ws.bob.sees_ephemeral("Slack refused this (missing_scope)")
        (warned,) = [entry for entry in logs if entry["event"] == "scopes_missing"]
        assert "users:read (to see who may decide)" in warned["text"]
        assert card.is_open
        assert told.thread_ts == card.thread.ts


async def test_a_slack_that_is_away_at_the_start_is_waited_for(tmp_path: Path, database_url: str) -> None:
    async with open_stage(tmp_path / "stage", database_url) as stage:
        stage.ws.faults.on_call("auth.test", ApiFault.SERVER_ERROR)
        async with bot_in_process(stage.environment()):
            await stage.ws.connected()
            thread = await stage.ws.carol.mentions("ask: there")
            await thread.wait_for("Heard: there")


async def test_an_app_token_that_slack_refuses(tmp_path: Path, database_url: str) -> None:
    async with open_stage(tmp_path / "stage", database_url, refused={"invalid_auth"}) as stage:
        with pytest.raises(
            CountersignError, match=r"SLACK_APP_TOKEN was refused .*invalid_auth.*connections:write"
        ):
            await starts(stage.environment(SLACK_APP_TOKEN="xapp-not-this-one"))


async def test_a_graph_that_cannot_be_found_does_not_wait_for_a_slack_that_is_away(stage: Stage) -> None:
    with pytest.raises(CountersignError, match="DEFAULT_GRAPH is nonesuch"):
        await starts(stage.environment(DEFAULT_GRAPH="nonesuch", SLACK_API_URL=NOBODY))


async def test_while_slack_is_away_at_the_start_the_door_says_so_and_sigterm_ends_it(stage: Stage) -> None:
    async with stage.bot("serve", name="waiting", wait=False, SLACK_API_URL=NOBODY) as bot:
        await until(lambda: bot.events("listening"), lambda: f"the HTTP server:\n{bot.said}", 30)

        body = await bot.answers("/readyz", 503)

        assert set(json.loads(body)["unreachable"]) == {"slack"}
        assert (await bot.get("/healthz"))[0] == 200
        (first, *_) = bot.events("slack_not_reached")
        assert first["slack_api_url"] == NOBODY
        assert await bot.stop() == 0
