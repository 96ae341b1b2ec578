"""`doctor` about the project: graphs that load, tools that are gated, a policy whose names are in Slack."""

import json

import pytest

from slack_local.model.seed import App
from slack_local.workspace import LocalWorkspace
from tests.commands.doctor.conftest import BotSetup


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


async def test_a_policy_that_is_named_and_not_there_is_told(setup: BotSetup) -> None:
    setup.environment["POLICY_FILE"] = "approval.toml"
    found = await setup.examined(only="policy")
    ((status, seen),) = [(each["status"], each["seen"]) for each in found.of("policy")]
    assert (status, "POLICY_FILE names approval.toml" in seen) == ("warn", True)
