"""`countersign policy check`: what it prints, and its exit codes 0, 1 and 2."""

import asyncio
import json
from pathlib import Path

import pytest

from countersign.policy_file import find_policy_file
from slack_local.fault_injection import ApiFault
from slack_local.workspace import LocalWorkspace
from tests.commands.policy.conftest import CALENDAR, EXPLAIN, GOOD, OWN_RULES, policy
from tests.support.in_process import environment_of


def test_a_good_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("approvals.toml").write_text(GOOD)
    assert policy("check") == 0
    assert capsys.readouterr().out == "approvals.toml: 2 rules, nothing wrong.\n"


def test_one_rule_is_counted_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    Path("approvals.toml").write_text('[[rule]]\nname = "payments"\naction = "pay"\n')
    assert policy("check") == 0
    assert capsys.readouterr().out == "approvals.toml: 1 rule, nothing wrong.\n"


def test_no_file_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert policy("check") == 0
    assert "members decide everything" in capsys.readouterr().out


def test_a_file_that_policy_file_names_in_vain_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICY_FILE", "approval.toml")
    Path("approvals.toml").write_text(GOOD)
    for arguments, code in ((["check"], 1), (EXPLAIN, 0)):
        assert policy(*arguments) == code
        assert "POLICY_FILE names approval.toml, and there is no such file:" in capsys.readouterr().out


def test_the_file_beside_langgraph_json_is_found_from_elsewhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("agents").mkdir()
    Path("agents/langgraph.json").write_text('{"dependencies": ["."], "graphs": {}}')
    Path("agents/approvals.toml").write_text(GOOD)
    monkeypatch.setenv("LANGGRAPH_CONFIG", "agents/langgraph.json")
    assert policy(*EXPLAIN, "--args", '{"amount": 1500}') == 0
    assert "approvers: one of @finance and one of @leads" in capsys.readouterr().out
    assert find_policy_file(None, Path("agents/langgraph.json")) == Path("agents/approvals.toml")
    Path("approvals.toml").write_text(GOOD)
    assert find_policy_file(None, Path("agents/langgraph.json")) == Path("approvals.toml")


def test_a_broken_file_is_reported_line_by_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("other.toml").write_text('[[rule]]\nnam = "a"\nquorum = 0\n')
    monkeypatch.setenv("POLICY_FILE", "other.toml")
    for arguments in (["check"], EXPLAIN):
        assert policy(*arguments) == 1
        lines = capsys.readouterr().out.splitlines()
        assert [line.partition(": ")[0] for line in lines] == [f"other.toml:{at}" for at in (1, 2, 3)]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'[[rule]]\nname = "\xff"\n', "approvals.toml:2: byte 18 is not UTF-8"),
        (
            b'[[rule]]\nname = "a"\nfreeze = "gone.ics"\n',
            "approvals.toml:3: freeze: gone.ics: it cannot be read",
        ),
    ],
)
def test_what_cannot_be_read_is_reported(
    content: bytes, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("approvals.toml").write_bytes(content)
    assert policy("check") == 1
    assert what in capsys.readouterr().out


def test_a_byte_order_mark_does_no_harm_and_calendars_are_found_beside_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "freeze.ics").write_text(CALENDAR)
    (folder / "rules.toml").write_text('\ufeff[[rule]]\nname = "a"\nfreeze = "freeze.ics"\n')
    assert policy("--file", str(folder / "rules.toml"), "check") == 0


def test_a_rule_that_is_never_reached_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    Path("approvals.toml").write_text(GOOD + '[[rule]]\nname = "late"\naction = "refund"\n')
    assert policy("check") == 1
    assert "approvals.toml:10: rule “late” is a duplicate of “refunds” (line 7)" in capsys.readouterr().out


AGENT = """
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models import FakeListChatModel
from langchain_core.tools import tool

@tool
def refund(amount: int) -> str:
    "Refund it."
    return ""

@tool
def send_mail(text: str) -> str:
    "Send it."
    return ""

graph = create_agent(
    FakeListChatModel(responses=["done"]),
    [refund, send_mail],
    middleware=[HumanInTheLoopMiddleware(interrupt_on={"refund": True, "send_mail": True})],
)
"""


def test_an_action_of_a_loaded_graph_that_no_rule_is_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policy_check_agent.py").write_text(AGENT)
    config = {"dependencies": ["."], "graphs": {"agent": "./policy_check_agent.py:graph"}}
    (tmp_path / "langgraph.json").write_text(json.dumps(config))
    (tmp_path / "approvals.toml").write_text(GOOD)
    assert policy("check", "--graphs", "langgraph.json") == 1
    out = capsys.readouterr().out
    assert out == "approvals.toml: no rule is for the action “send_mail” of graph “agent”\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([*EXPLAIN, "--args", "{amount: 5}"], "--args is not JSON"),
        ([*EXPLAIN, "--vote", "UBOB=maybe"], "--vote: 'UBOB=maybe' is neither USER nor USER=reject."),
        ([*EXPLAIN, "--member", "finance"], "--member: 'finance' is not @GROUP=USER"),
        ([*EXPLAIN, "--delegate", "UBOB"], "--delegate: 'UBOB' is neither AWAY=USER"),
        (["--file", "gone.toml", "check"], "there is no such file"),
    ],
)
def test_wrong_usage(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert policy(*arguments) == 2
    assert why in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["explain"], ["chek"]])
def test_what_is_not_understood(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        policy(*arguments)
    assert ended.value.code == 2


def test_check_looks_at_the_rules_of_each_workspace(capsys: pytest.CaptureFixture[str]) -> None:
    Path("approvals.toml").write_text(OWN_RULES)
    assert policy("check") == 1
    out = capsys.readouterr().out
    assert "approvals.toml:14: rule “never reached” is a duplicate of “all” (line 11)" in out
    assert "note: line 11 “all”: U0ME alone decides, also what they ask for themselves." in out


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('approvers = [{users = ["U0ME"]}]', "U0ME alone decides, also what they ask for themselves."),
        ('approvers = "requester"', "whoever asks decides it themselves. Nobody else has to look at it."),
    ],
)
def test_check_says_what_one_person_cannot_promise(
    capsys: pytest.CaptureFixture[str], rule: str, said: str
) -> None:
    Path("approvals.toml").write_text(f"[defaults]\n{rule}\n")
    assert policy("check") == 0
    assert capsys.readouterr().out.endswith(f"nothing wrong.\nnote: [defaults]: {said}\n")
    Path("approvals.toml").write_text(f"[defaults]\n{rule}\nquorum = 2\nrequester_may_decide = false\n")
    policy("check")
    assert "note:" not in capsys.readouterr().out


def test_check_says_what_it_could_not_look_up(capsys: pytest.CaptureFixture[str]) -> None:
    Path("approvals.toml").write_text(GOOD)
    assert policy("check") == 0
    assert "Not checked: whether its groups, channels and people are in Slack" in capsys.readouterr().err


async def test_check_asks_slack_who_can_fill_a_set_where_there_is_a_token(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write = Path("approvals.toml").write_text
    two = '[[rule]]\nname = "r"\naction = "refund"\napprovers = [{group = "@few", count = 2}]\n'
    write(two + GOOD.replace("@leads", "@nobody"))
    async with LocalWorkspace() as ws:
        ws.add_user_group("few", [ws.alice])

        def call() -> int:
            with environment_of(ws.environment()):
                return policy("check")

        assert await asyncio.to_thread(call) == 1
        out, err = capsys.readouterr()
        assert "Rule “large” names @nobody: there is no user group @nobody" in out
        assert "approvals.toml:1: rule “r” can't be decided: " in out
        assert "Not checked" not in err

        ws.faults.on_call("auth.test", ApiFault.ERROR, error="invalid_auth")
        await asyncio.to_thread(call)
        assert "Not checked: " in capsys.readouterr().err
